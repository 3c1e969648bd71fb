import * as z from 'zod';

/** `RECEIVED` is ours; the other 17 are VTEX Pick and Pack's ("Order status in Pick and Pack"). */
export const orderStatuses = [
  'RECEIVED',
  'READY_FOR_HANDLING',
  'IDLE',
  'READY_FOR_PICKING',
  'PICKING',
  'READY_FOR_PACKING',
  'PACKING',
  'READY_FOR_INVOICING',
  'INVOICING',
  'INVOICED',
  'PREPARING_SHIPPING',
  'READY_FOR_SHIPPING',
  'WAITING_FOR_DELIVERY_COMPANY',
  'WAITING_FOR_PICKUP',
  'ON_ROUTE',
  'DELIVERED',
  'RETURNED',
  'CANCELED',
] as const;
export const OrderStatusSchema = z.enum(orderStatuses).meta({ id: 'OrderStatus' });
export type OrderStatus = z.infer<typeof OrderStatusSchema>;

interface StatusRow {
  /** How far along the order is. Of two things said about one order, the further one holds. */
  rank: number;
  terminal: boolean;
  /** Where the order may go next without anybody wondering. */
  next: readonly OrderStatus[];
  meaning: string;
}

const anyExit = ['CANCELED', 'IDLE'] as const;

/**
 * The statuses' one table. Stores pack before or after invoicing, and a parcel may leave before its invoice (the invoice
 * is an axis of its own), so the ladder forks; statuses that a system does not report are simply passed over.
 */
export const statusTable: Record<OrderStatus, StatusRow> = {
  RECEIVED: {
    rank: 0,
    terminal: false,
    next: ['READY_FOR_HANDLING', ...anyExit],
    meaning: 'Accepted by Packline; no fulfilment system has it yet.',
  },
  READY_FOR_HANDLING: {
    rank: 10,
    terminal: false,
    next: ['READY_FOR_PICKING', ...anyExit],
    meaning: 'The fulfilment system has the order.',
  },
  IDLE: {
    // Behind every step of the way, before every end: nobody will pick, amend or invoice it here any more.
    rank: 130,
    terminal: false,
    next: ['CANCELED', 'DELIVERED', 'RETURNED'],
    meaning: 'Handled elsewhere, or invoiced too early: the fulfilment system will not process it.',
  },
  READY_FOR_PICKING: {
    rank: 20,
    terminal: false,
    next: ['PICKING', ...anyExit],
    meaning: 'A picker is assigned and has not begun.',
  },
  PICKING: {
    rank: 30,
    terminal: false,
    next: ['READY_FOR_PACKING', ...anyExit],
    meaning: 'Items are being collected.',
  },
  READY_FOR_PACKING: {
    rank: 40,
    terminal: false,
    next: ['PACKING', 'READY_FOR_INVOICING', ...anyExit],
    meaning: 'Picking is finished.',
  },
  PACKING: {
    rank: 50,
    terminal: false,
    next: ['READY_FOR_INVOICING', 'PREPARING_SHIPPING', ...anyExit],
    meaning: 'Items are being packed.',
  },
  READY_FOR_INVOICING: {
    rank: 60,
    terminal: false,
    next: ['INVOICING', 'PREPARING_SHIPPING', 'WAITING_FOR_PICKUP', 'ON_ROUTE', ...anyExit],
    meaning: 'What was picked is settled; the merchant can invoice.',
  },
  INVOICING: { rank: 70, terminal: false, next: ['INVOICED', ...anyExit], meaning: 'The invoice is being made.' },
  INVOICED: {
    rank: 80,
    terminal: false,
    next: ['READY_FOR_PACKING', 'PREPARING_SHIPPING', 'WAITING_FOR_PICKUP', 'ON_ROUTE', ...anyExit],
    meaning: 'Invoiced.',
  },
  PREPARING_SHIPPING: {
    rank: 90,
    terminal: false,
    next: ['READY_FOR_SHIPPING', 'WAITING_FOR_PICKUP', ...anyExit],
    meaning: 'Shipping services are being made.',
  },
  READY_FOR_SHIPPING: {
    rank: 100,
    terminal: false,
    next: ['WAITING_FOR_DELIVERY_COMPANY', ...anyExit],
    meaning: 'The shipping service waits for the carrier.',
  },
  WAITING_FOR_DELIVERY_COMPANY: {
    rank: 110,
    terminal: false,
    next: ['ON_ROUTE', ...anyExit],
    meaning: 'Packed, shipping service made.',
  },
  WAITING_FOR_PICKUP: {
    rank: 125,
    terminal: false,
    next: ['DELIVERED', 'RETURNED', ...anyExit],
    meaning: 'Waits for the customer at a pickup point.',
  },
  ON_ROUTE: {
    rank: 120,
    terminal: false,
    next: ['WAITING_FOR_PICKUP', 'DELIVERED', 'RETURNED', 'CANCELED'],
    meaning: 'The courier has the parcel.',
  },
  CANCELED: { rank: 200, terminal: true, next: [], meaning: 'Canceled.' },
  DELIVERED: { rank: 210, terminal: true, next: ['RETURNED'], meaning: 'With the customer.' },
  RETURNED: { rank: 220, terminal: true, next: [], meaning: 'Brought back to the store.' },
};

/** The order may still be amended: nobody has begun to collect its items. */
export const isAmendable = (status: OrderStatus): boolean => statusTable[status].rank < statusTable.PICKING.rank;
/** Nothing of such an order is charged any more, and its OMS is told of no picks. */
export const isNeverInvoiced = (status: OrderStatus): boolean => neverInvoiced.has(status);
const neverInvoiced: ReadonlySet<OrderStatus> = new Set(['IDLE', 'CANCELED', 'RETURNED']);
export const isTerminal = (status: OrderStatus): boolean => statusTable[status].terminal;

/**
 * What to think of a move. Steps may be passed over (partners do not report all of them), so every status further along
 * is `legal`, and so is a documented step in any direction; the rest is `odd`: kept, shown and counted, never refused.
 */
export function judgeMove(from: OrderStatus, to: OrderStatus): 'same' | 'legal' | 'odd' {
  if (from === to) return 'same';
  const { next, rank, terminal } = statusTable[from];
  return next.includes(to) || (!terminal && statusTable[to].rank > rank) ? 'legal' : 'odd';
}
