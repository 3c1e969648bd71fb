import { statusTable, type OrderStatus } from '../../../domain/order-status.ts';
import type { Meaning, Vocabulary } from '../../../domain/resolve-status.ts';

/** Said by more than one word, so in words of our own; the dot keeps VTEX's apart from them. */
export const invoiceSeen = 'order.has_invoice'; // INVOICED, or a list of invoices with something in it
export const packsAfterInvoicing = 'order.packs_after_invoicing'; // to be packed, and invoiced already

/**
 * Every word that VTEX documents for an order in Pick and Pack, in lower case, and what it says of ours. The documents
 * disagree: the guide has 17 statuses, the API another 10 (which look like a worksheet's) and had 16 in a draft, the
 * webhook's example has a word that is none of the 17. All of them count at the order, wherever they are printed.
 *
 * No row, so shown to a person: `rejected`. It may be an order that the store turned down for good or a picker who passed a
 * worksheet on, and the two have nothing in common.
 */
const orderWords = {
  // "Order status in Pick and Pack" (guide), and what the draft of the API shares with it.
  ready_for_handling: { reached: 'READY_FOR_HANDLING' }, // imported from the OMS, ready to be fulfilled
  idle: { idle: true }, // external fulfilment, or invoiced in the OMS before READY_FOR_INVOICING: will not be processed
  ready_for_picking: { reached: 'READY_FOR_PICKING' }, // assigned to a picker who has not confirmed yet
  picking: { reached: 'PICKING' }, // the picker is collecting the items
  ready_for_packing: { reached: 'READY_FOR_PACKING' }, // the picker has finished
  packing: { reached: 'PACKING' }, // the items are being packed
  ready_for_invoicing: { reached: 'READY_FOR_INVOICING' }, // can be invoiced; Pick and Pack never does it
  invoicing: { reached: 'INVOICING' }, // the invoice is being processed
  invoiced: { reached: 'INVOICED' }, // was invoiced
  preparing_shipping: { reached: 'PREPARING_SHIPPING' }, // shipping services are being created
  ready_for_shipping: { reached: 'READY_FOR_SHIPPING' }, // services created, awaiting the carrier
  waiting_for_delivery_company: { reached: 'WAITING_FOR_DELIVERY_COMPANY' }, // packed, and the service was created
  on_route: { reached: 'ON_ROUTE' }, // the courier has collected the package
  delivered: { reached: 'DELIVERED' }, // to the customer
  returned: { reached: 'RETURNED' }, // the customer could not be reached or refused it
  waiting_for_pickup: { reached: 'WAITING_FOR_PICKUP' }, // ready for the customer at a pickup point
  canceled: { canceled: true },
  cancelled: { canceled: true }, // the API's spelling

  // The API's 10 (`status` of orders, items, packages and worksheets). Not described: each claims the least it can mean.
  pending: { reached: 'READY_FOR_HANDLING' }, // nobody has begun; in the webhook's example, before READY_FOR_PICKING
  in_progress: { reached: 'PICKING' }, // printed even for an order that is packed and invoiced
  sorting: { reached: 'PICKING' }, // what was collected for several orders is told apart
  collected: { reached: 'READY_FOR_PACKING' }, // all is collected
  packed: { reached: 'PACKING' }, // that it may be invoiced is for COMPLETED to say: an early invoice turns it IDLE
  completed: { reached: 'READY_FOR_INVOICING' }, // picked and packed

  // Only in the draft of the API (October 2025): orders.
  partial_collected: { reached: 'PICKING' },
  partial_packed: { reached: 'PACKING' },
  partial_shipped: { reached: 'ON_ROUTE' }, // the first package has left
  shipping: { reached: 'ON_ROUTE' },
  paused: { ignored: true }, // stands still, wherever it is
  // Items and packages.
  assigned: { reached: 'READY_FOR_PICKING' },
  shipped: { reached: 'ON_ROUTE' },
  replaced: { ignored: true }, // of one item: says nothing about the order, like the next three
  refunded: { ignored: true },
  pending_transferred: { ignored: true },
  transferred: { ignored: true },
} as const satisfies Vocabulary;

/** Shipments and services (API enum B; Last Mile help). A step back is documented, and their order is not. */
const shipmentWords = {
  'shipment.created': { reached: 'PREPARING_SHIPPING' }, // internal: the data is being validated
  'shipment.pending': { reached: 'READY_FOR_SHIPPING' }, // created at the carrier
  'shipment.assigned': { reached: 'READY_FOR_SHIPPING' }, // a courier has accepted it
  'shipment.picked': { reached: 'ON_ROUTE' }, // the courier has the package
  'shipment.on_route': { reached: 'ON_ROUTE' }, // left the store
  'shipment.delivered': { reached: 'DELIVERED' }, // to the address or the pickup point
  'shipment.returned': { reached: 'RETURNED' }, // the customer could not be reached or refused it
  'shipment.canceled': { ended: true }, // this service; another may follow
  'shipment.cancelled': { ended: true },
  'shipment.incident': { ignored: true }, // a problem was reported, wherever the package is
  'shipment.on_hold': { ignored: true }, // the courier paused, or was paused
  'shipment.transfer': { ignored: true }, // only in the enum; described nowhere
} as const satisfies Vocabulary;

export const vocabulary = {
  ...orderWords,
  ...shipmentWords,
  [invoiceSeen]: { invoiced: true },
  [packsAfterInvoicing]: { packsAfterInvoicing: true },
} as const satisfies Vocabulary;

/** VTEX's word as the vocabulary and the evidence have it. Null for what cannot be a status. */
export function toCode(word: string | null | undefined): string | null {
  const code = (word ?? '').trim().toLowerCase();
  return /^[a-z][a-z0-9_ -]{0,63}$/.test(code) ? code : null;
}

/** What a code means; undefined for codes without a row (and for `constructor`: partners choose the word). */
export const meaningOf = (code: string): Meaning | undefined => {
  const rows: Vocabulary = vocabulary;
  return Object.hasOwn(rows, code) ? rows[code] : undefined;
};

const isAtLeast = (code: string, status: OrderStatus): boolean => {
  const meaning = meaningOf(code);
  return meaning !== undefined && 'reached' in meaning && statusTable[meaning.reached].rank >= statusTable[status].rank;
};

/** Said of the order, this puts it at READY_FOR_INVOICING or beyond. */
export const isPastPicking = (code: string): boolean => isAtLeast(code, 'READY_FOR_INVOICING');

/** Said of the order, the picker is done. */
export const isDonePicking = (code: string): boolean => isAtLeast(code, 'READY_FOR_PACKING');
