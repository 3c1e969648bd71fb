import * as z from 'zod';
import type { OrderHappening } from './events.ts';
import { InvoiceInputSchema } from './invoice.ts';
import { arePicksSettled, learn, ownEvidence, type Changed, type Vocabularies } from './order-change.ts';
import type { Order } from './order.ts';
import { settle, sum } from './settlement.ts';

const ItemSchema = z.strictObject({
  lineId: z.string().min(1).max(200),
  quantity: z.int().min(1).max(1_000_000),
  reason: z.string().min(1).max(200).optional(),
});
type Item = z.infer<typeof ItemSchema>;

/** What came back. `invoice`: the document by which the OMS gives the money back. */
export const ReturnInputSchema = z
  .strictObject({
    items: z.array(ItemSchema).min(1).max(1_000),
    reason: z.string().min(1).max(200).optional().meta({ description: 'Shown to all; name no person' }),
    invoice: InvoiceInputSchema.omit({ items: true }).optional(),
  })
  .meta({ id: 'ReturnInput' });
export type ReturnInput = z.infer<typeof ReturnInputSchema>;

/** The merchant, as a system that tells of returns. */
export const merchantTells = 'merchant';

/** What one system told of goods that came back. */
export interface ReturnTelling {
  /** Connector id, or `merchant`. */
  system: string;
  /** That system's own id of it: heard again, it is nothing new. */
  reference: string;
  items: readonly Item[];
}

/** One return of an order, in whole or in part. */
export interface OrderReturn {
  id: string;
  /** What came back with it. */
  items: readonly Item[];
  reason?: string | undefined;
  /** Everybody who told of it, the first one first. */
  toldBy: readonly ReturnTelling[];
  /** The order's invoices of type `input` that go with it. */
  invoiceIds: readonly string[];
  requestedAt: string;
}

export type ReturnRefusal = 'order.state' | 'return.exceeds' | 'order.line_unknown';

/** Where goods can come back from. */
const returnable: ReadonlySet<string> = new Set(['ON_ROUTE', 'WAITING_FOR_PICKUP', 'DELIVERED', 'RETURNED']);

/** Units of each line that left the store: what was picked; as long as nobody said what that is, what was asked for. */
export function unitsSent({ content, pickedItems, evidence }: Order): ReadonlyMap<string, number> {
  if (!arePicksSettled(evidence)) return new Map(content.lines.map(({ id, quantity }) => [id, quantity]));
  return new Map(settle(content.lines, pickedItems).lines.map((line) => [line.lineId, line.pickedQuantity]));
}

const unitsOf = (items: readonly Item[], lineId: string): number =>
  sum(items.flatMap((item) => (item.lineId === lineId ? [item.quantity] : [])));

const unitsBack = ({ returns = [] }: Order, lineId: string): number =>
  sum(returns.map(({ items }) => unitsOf(items, lineId)));

/** Units of a line that this system told of, in all its tellings. */
export const unitsTold = ({ returns = [] }: Order, system: string, lineId: string): number =>
  sum(returns.flatMap(({ toldBy }) => toldBy.filter((one) => one.system === system).map((one) => unitsOf(one.items, lineId)))); // prettier-ignore

/** Null when the order takes this return from the merchant, who may tell of what others told of. */
export function refuseReturn(order: Order, { items }: ReturnInput): { code: ReturnRefusal; detail: string } | null {
  if (!returnable.has(order.status)) {
    return { code: 'order.state', detail: `the order is ${order.status}: nothing of it has left the store` };
  }
  const sent = unitsSent(order);
  for (const { lineId } of items) {
    const units = sent.get(lineId);
    if (units === undefined) return { code: 'order.line_unknown', detail: `the order has no line ${lineId}` };
    const left = units - unitsTold(order, merchantTells, lineId);
    const told = unitsOf(items, lineId);
    if (told > left)
      return { code: 'return.exceeds', detail: `of line ${lineId} ${left} units can come back, not ${told}` };
  }
  return null;
}

/** Everything that was in the bag has come back. */
export const isReturnedWhole = (order: Order): boolean =>
  (order.returns ?? []).length > 0 && [...unitsSent(order)].every(([id, units]) => unitsBack(order, id) >= units);

interface Told extends ReturnTelling {
  reason?: string | undefined;
  invoiceId?: string | undefined;
}

/**
 * Takes in what a system told of goods that came back. Systems tell of the same goods, each in its own portions: of a line came
 * back what the one that told of the most told, and never more than was sent. So it does not matter who tells first, or
 * how often. What is not new by this goes with a return that is there. `kept` is null for a telling that was heard before, and
 * for one of nothing that was sent.
 */
export function takeReturn(
  { order, happenings }: Changed,
  { system, reference, items, reason, invoiceId }: Told,
  { newId, at }: { newId: () => string; at: string },
  vocabularies: Vocabularies,
): { changed: Changed; kept: OrderReturn | null; isNew: boolean } {
  const { returns = [] } = order;
  const heard = (one: ReturnTelling): boolean => one.system === system && one.reference === reference;
  if (returns.some(({ toldBy }) => toldBy.some(heard)))
    return { changed: { order, happenings }, kept: null, isNew: false };
  const telling: ReturnTelling = { system, reference, items };
  const invoiceIds = invoiceId === undefined ? [] : [invoiceId];
  const news = newsOf(order, telling);
  if (news.length === 0) {
    const known = findKnown(returns, telling);
    if (known === undefined) return { changed: { order, happenings }, kept: null, isNew: false };
    const kept = { ...known, toldBy: [...known.toldBy, telling], invoiceIds: [...known.invoiceIds, ...invoiceIds] };
    const next = { ...order, returns: returns.map((one) => (one === known ? kept : one)) };
    return { changed: { order: next, happenings }, kept, isNew: false };
  }
  const kept = { id: newId(), items: news, reason, toldBy: [telling], invoiceIds, requestedAt: at };
  const next = { ...order, returns: [...returns, kept] };
  const whole = isReturnedWhole(next);
  const changed = { order: next, happenings: [...happenings, toHappening(order, kept, whole)] };
  const isOver = whole && order.status !== 'RETURNED';
  return {
    changed: isOver ? learn(changed, [ownEvidence('returned', at)], vocabularies, at) : changed,
    kept,
    isNew: true,
  };
}

/** Of each line what this system told in all, as far as it was sent, and as far as nobody has told of it yet. */
function newsOf(order: Order, { system, items }: ReturnTelling): Item[] {
  const sent = unitsSent(order);
  return [...Map.groupBy(items, ({ lineId }) => lineId)].flatMap(([lineId, of]) => {
    const told = unitsTold(order, system, lineId) + unitsOf(of, lineId);
    const quantity = Math.min(told, sent.get(lineId) ?? 0) - unitsBack(order, lineId);
    const reason = of.find((item) => item.reason !== undefined)?.reason;
    return quantity <= 0 ? [] : [{ lineId, quantity, ...(reason === undefined ? {} : { reason }) }];
  });
}

/** The return that this most likely is: of the same goods and not told of by this system yet, or the last one of such goods. */
function findKnown(returns: readonly OrderReturn[], { system, items }: ReturnTelling): OrderReturn | undefined {
  const textOf = (of: readonly Item[]): string =>
    JSON.stringify(of.map(({ lineId, quantity }) => `${quantity} ${lineId}`).sort());
  const same = returns.find(
    (one) => textOf(one.items) === textOf(items) && one.toldBy.every((telling) => telling.system !== system),
  );
  return same ?? returns.findLast((one) => items.some(({ lineId }) => unitsOf(one.items, lineId) > 0));
}

const toHappening = (
  { id: orderId, externalId, version }: Order,
  { id: returnId, items }: OrderReturn,
  whole: boolean,
): OrderHappening => ({
  type: 'order.returned',
  data: {
    orderId,
    externalId,
    version: version + 1,
    returnId,
    items: items.map(({ lineId, quantity }) => ({ lineId, quantity })),
    whole,
  },
});
