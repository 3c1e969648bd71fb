import * as z from 'zod';
import { isBeingCanceled, withoutProblem, type Order } from './order.ts';
import { isNeverInvoiced, statusTable } from './order-status.ts';
import { arePicksSettled } from './order-change.ts';
import { settle, sum } from './settlement.ts';
import { InstantSchema } from './time.ts';

const lineId = z.string().min(1).max(200);
const minor = z.int().min(0).max(1_000_000_000_000);

/** What was picked changed after it was invoiced. */
export const otherBagProblem = 'invoice.other_bag';

/** An invoice that the merchant made, for the OMS to know of. VTEX takes letters and digits only as its number. */
export const InvoiceInputSchema = z
  .strictObject({
    invoiceNumber: z
      .string()
      .regex(/^[A-Za-z0-9]{1,60}$/)
      .meta({ description: 'Letters and digits', examples: ['INV20260115001'] }),
    issuedAt: InstantSchema,
    valueMinor: minor.min(1),
    items: z
      .array(z.strictObject({ lineId, quantity: z.int().min(1).max(1_000_000), priceMinor: minor }))
      .min(1)
      .max(1_000)
      .optional()
      .meta({ description: 'Of which lines; without them, all that was picked. `priceMinor` is of one unit' }),
    invoiceKey: z.string().min(1).max(200).optional(),
    invoiceUrl: z
      .url({ protocol: /^https?$/ })
      .max(1_000)
      .optional(),
  })
  .meta({ id: 'InvoiceInput' });
export type InvoiceInput = z.infer<typeof InvoiceInputSchema>;

/** One invoice of an order, and how far the OMS was told of it. */
export interface OrderInvoice extends InvoiceInput {
  id: string;
  /** `output` charges the customer, `input` gives something back. */
  type: 'output' | 'input';
  requestedAt: string;
  /**
   * `recorded`: there is no OMS to tell. `withdrawn`: the OMS canceled the order before it heard of it. `refused`: the OMS does
   * not take it, or what was picked is another bag since.
   */
  state: 'wanted' | 'sent' | 'recorded' | 'withdrawn' | 'refused';
  sentAt?: string | undefined;
}

/**
 * What the customer owes: what was ordered, shipping, taxes and discounts included, less what was not picked, and with what was
 * picked instead. Minor units.
 */
export function dueMinor({ content, pickedItems }: Pick<Order, 'content' | 'pickedItems'>): number {
  const { differenceMinor } = settle(content.lines, pickedItems).totals;
  return Math.max(0, content.totals.grandTotalMinor + differenceMinor);
}

/** One that was withdrawn or refused charges nobody. */
export const isStanding = ({ state }: Pick<OrderInvoice, 'state'>): boolean =>
  state !== 'withdrawn' && state !== 'refused';

export const invoicedMinor = (invoices: readonly OrderInvoice[], type: OrderInvoice['type'] = 'output'): number =>
  sum(invoices.filter((one) => one.type === type && isStanding(one)).map(({ valueMinor }) => valueMinor));

/** To be told to the OMS: also one that it refused, as long as nothing stands in its place. */
export const isToBeTold = (order: Order, invoice: OrderInvoice): boolean =>
  invoice.state === 'wanted' ||
  (invoice.state === 'refused' &&
    invoice.type === 'output' &&
    invoicedMinor(order.invoices ?? []) + invoice.valueMinor <= dueMinor(order));

export type InvoiceVerdict =
  | { verdict: 'taken' }
  /** This very invoice came before. */
  | { verdict: 'same'; invoice: OrderInvoice }
  | { verdict: 'refused'; code: InvoiceRefusal; detail: string };
export type InvoiceRefusal = 'order.state' | 'invoice.number_taken' | 'invoice.exceeds' | 'order.line_unknown';

/**
 * Whether an order takes this invoice now. Not before READY_FOR_INVOICING: VTEX Pick and Pack turns an order IDLE that is
 * invoiced while it is picked (vtex.md 4.9), and what was picked decides what may be charged.
 */
export function judgeInvoice(order: Order, input: InvoiceInput): InvoiceVerdict {
  const refuse = (code: InvoiceRefusal, detail: string): InvoiceVerdict => ({ verdict: 'refused', code, detail });
  const invoices = order.invoices ?? [];
  const known = invoices.find((one) => one.type === 'output' && one.invoiceNumber === input.invoiceNumber);
  if (known !== undefined) {
    if (isSame(known, input)) return { verdict: 'same', invoice: known };
    return refuse('invoice.number_taken', `another invoice of this order has the number ${input.invoiceNumber}`);
  }
  if (isNeverInvoiced(order.status)) return refuse('order.state', `the order is ${order.status}`);
  if (isBeingCanceled(order)) return refuse('order.state', `the order is ${order.status}: it is being canceled`);
  if (statusTable[order.status].rank < statusTable.READY_FOR_INVOICING.rank || !arePicksSettled(order.evidence)) {
    return refuse('order.state', `the order is ${order.status}: what was picked is not settled yet`);
  }
  const lines = new Set(order.content.lines.map(({ id }) => id));
  const unknown = input.items?.find((item) => !lines.has(item.lineId));
  if (unknown !== undefined) return refuse('order.line_unknown', `the order has no line ${unknown.lineId}`);
  const due = dueMinor(order);
  const before = invoicedMinor(invoices);
  if (before + input.valueMinor > due) {
    return refuse('invoice.exceeds', `${before} of ${due} are invoiced already, and ${input.valueMinor} are too much`);
  }
  return { verdict: 'taken' };
}

/** An invoice of this order, on its way to its OMS where it has one. */
export const makeInvoice = (
  { oms }: Pick<Order, 'oms'>,
  { id, type, input, requestedAt }: Pick<OrderInvoice, 'id' | 'type' | 'requestedAt'> & { input: InvoiceInput },
): OrderInvoice => ({ id, type, ...input, requestedAt, state: oms === undefined ? 'recorded' : 'wanted' });

/** Once no more is charged than is due, what was charged for another bag is put right. */
export function withInvoice(order: Order, invoice: OrderInvoice): Order {
  const invoices = [...(order.invoices ?? []), invoice];
  const isRight = invoicedMinor(invoices) - invoicedMinor(invoices, 'input') <= dueMinor(order);
  return { ...order, invoices, problems: isRight ? withoutProblem(order.problems, otherBagProblem) : order.problems };
}

/** The order with one of its invoices changed. */
export const withInvoiceState = (order: Order, id: string, change: Pick<OrderInvoice, 'state' | 'sentAt'>): Order => ({
  ...order,
  invoices: (order.invoices ?? []).map((one) => (one.id === id ? { ...one, ...change } : one)),
});

/**
 * The invoice that Packline makes itself where the merchant leaves that to it: of all that is due, numbered by the letters and
 * digits of the order's own id. Null when there is nothing to invoice, or somebody invoices already.
 */
export function ownInvoice(order: Order, issuedAt: string): InvoiceInput | null {
  const invoiceNumber = order.externalId.replace(/[^A-Za-z0-9]/g, '').slice(-60);
  const valueMinor = dueMinor(order);
  const isTaken = (order.invoices ?? []).some((one) => one.type === 'output' && isStanding(one));
  return isTaken || valueMinor === 0 || invoiceNumber === '' ? null : { invoiceNumber, issuedAt, valueMinor };
}

/** All that is due is invoiced. */
export const isInvoicedWhole = (order: Order): boolean => {
  const due = dueMinor(order);
  return due > 0 && invoicedMinor(order.invoices ?? []) === due;
};

function isSame(known: OrderInvoice, input: InvoiceInput): boolean {
  const { invoiceNumber, issuedAt, valueMinor, items, invoiceKey, invoiceUrl } = known;
  const before: InvoiceInput = { invoiceNumber, issuedAt, valueMinor, items, invoiceKey, invoiceUrl };
  return JSON.stringify(InvoiceInputSchema.parse(strip(before))) === JSON.stringify(InvoiceInputSchema.parse(input));
}

/** As it came: a member that is not there is not undefined either. */
const strip = (input: InvoiceInput): unknown => JSON.parse(JSON.stringify(input));
