import * as z from 'zod';
import type { Order } from '../../../domain/order.ts';
import { statusTable as ranks } from '../../../domain/order-status.ts';
import { bagOf, priceOf, type Bag } from '../../../domain/bag.ts';
import { ItemSchema, ReplacedItemSchema, toPicked, toRejected, toReplaced, toUnhandled } from './items.ts';
import { worksheetUuid } from './partner-ids.ts';
import { firstAt, minutesBetween } from './steps.ts';
import { shownStatuses, workStatuses } from '../../../domain/shown-status.ts';

const CurrencySchema = z.strictObject({
  symbol: z.string(),
  code: z.string(),
  decimalSeparator: z.string(),
  name: z.string(),
  decimalDigits: z.int(),
  groupSize: z.int(),
  groupSeparator: z.string(),
});

/** `GET /orders/{orderId}`. */
export const PnpOrderSchema = z
  .strictObject({
    orderId: z.string(),
    sequence: z.string(),
    status: z.enum(workStatuses),
    createdAt: z.iso.datetime(),
    updatedAt: z.iso.datetime(),
    shippingEstimatedDateMin: z.iso.datetime(),
    tags: z.array(z.string()),
    pickingTime: z.number().meta({ description: 'Minutes' }),
    packingTime: z.number().meta({ description: 'Minutes' }),
    shippingTime: z.number().meta({ description: 'Minutes' }),
    invoices: z.array(z.strictObject({ invoiceKey: z.string(), invoiceTotal: z.int() })),
    unhandledItems: z.array(ItemSchema),
    pickedItems: z.array(ItemSchema),
    rejectedItems: z.array(ItemSchema),
    replacedItems: z.array(ReplacedItemSchema),
    packages: z.array(z.strictObject({ id: z.string(), status: z.enum(workStatuses), itemsIds: z.array(z.string()) })),
    payment: z
      .array(
        z.strictObject({
          paymentId: z.string(),
          paymentName: z.string(),
          transactionId: z.string(),
          currency: CurrencySchema,
        }),
      )
      .meta({ description: 'Empty: Packline knows of no payments' }),
  })
  .meta({ id: 'PickAndPackOrder' });

/** The bag is closed: the order is past its packing, or never packed as far as anybody told. */
export const isPacked = ({ status }: Order): boolean => ranks[status].rank >= ranks.READY_FOR_INVOICING.rank;

/** Six digits of VTEX's own ids (`1509750516095-01`: 516095), and of other ids the whole. */
const sequenceOf = (externalId: string): string => /^\d{7}(\d{6})-\d{2}$/.exec(externalId)?.[1] ?? externalId;

/** What the OMS has, or would have; of an invoice that somebody else made, only that there is one is known. */
function invoicesOf({ invoiceStatus, invoices = [], content: { totals } }: Order, bag: Bag | null) {
  const made = invoices.filter(({ type, state }) => type === 'output' && state !== 'wanted');
  if (made.length > 0) {
    return made.map(({ invoiceKey, invoiceNumber, valueMinor }) => ({
      invoiceKey: invoiceKey ?? invoiceNumber,
      invoiceTotal: valueMinor,
    }));
  }
  if (invoiceStatus === 'notInvoiced') return [];
  const pickedMinor = bag === null ? null : priceOf(bag.rows) + totals.shippingMinor + totals.taxMinor;
  return [{ invoiceKey: '-', invoiceTotal: pickedMinor ?? totals.grandTotalMinor }];
}

export function toPnpOrder(order: Order): z.input<typeof PnpOrderSchema> {
  const { externalId: orderId, content } = order;
  const bag = bagOf(order);
  const packed = isPacked(order) && bag !== null;
  const at = (bag === null ? null : firstAt(order, 'READY_FOR_PACKING')) ?? order.createdAt;
  const context = { order, orderId, isPacked: packed, at };
  return {
    orderId,
    sequence: sequenceOf(orderId),
    status: shownStatuses[order.status].work,
    createdAt: order.createdAt,
    updatedAt: order.updatedAt,
    shippingEstimatedDateMin: content.window.from,
    tags: [],
    pickingTime: minutesBetween(order, 'PICKING', 'READY_FOR_PACKING'),
    packingTime: minutesBetween(order, 'READY_FOR_PACKING', 'READY_FOR_INVOICING'),
    shippingTime: minutesBetween(order, 'ON_ROUTE', 'DELIVERED'),
    invoices: invoicesOf(order, bag),
    unhandledItems: bag === null ? content.lines.map((line) => toUnhandled(context, line)) : [],
    pickedItems: (bag?.rows ?? []).map((row) => toPicked(context, row)),
    rejectedItems: (bag?.rejected ?? []).map((miss) => toRejected(context, miss)),
    replacedItems: (bag?.replaced ?? []).map((miss) => toReplaced(context, miss)),
    packages: packed
      ? [{ id: worksheetUuid(order.id), status: 'PACKED', itemsIds: [...new Set(bag.rows.map(({ sku }) => sku))] }]
      : [],
    payment: [],
  };
}
