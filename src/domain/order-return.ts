import * as z from 'zod';
import { InvoiceInputSchema } from './invoice.ts';
import type { Order } from './order.ts';
import { settle, sum } from './settlement.ts';

const ItemSchema = z.strictObject({
  lineId: z.string().min(1).max(200),
  quantity: z.int().min(1).max(1_000_000),
  reason: z.string().min(1).max(200).optional(),
});

/** What came back. `invoice`: the document by which the OMS gives the money back. */
export const ReturnInputSchema = z
  .strictObject({
    items: z.array(ItemSchema).min(1).max(1_000),
    reason: z.string().min(1).max(200).optional().meta({ description: 'Shown to all; name no person' }),
    invoice: InvoiceInputSchema.omit({ items: true }).optional(),
  })
  .meta({ id: 'ReturnInput' });
export type ReturnInput = z.infer<typeof ReturnInputSchema>;

/** One return of an order, in whole or in part. */
export interface OrderReturn {
  id: string;
  items: readonly z.infer<typeof ItemSchema>[];
  reason?: string | undefined;
  /** The order's invoice of type `input` that goes with it. */
  invoiceId?: string | undefined;
  requestedAt: string;
}

export type ReturnRefusal = 'order.state' | 'return.exceeds' | 'order.line_unknown';

/** Where goods can come back from. */
const returnable: ReadonlySet<string> = new Set(['ON_ROUTE', 'WAITING_FOR_PICKUP', 'DELIVERED', 'RETURNED']);

/** Units of each line that may still come back: those in the bag, less those that have. */
export function returnableUnits({ content, pickedItems, returns = [] }: Order): ReadonlyMap<string, number> {
  const picked = settle(content.lines, pickedItems).lines;
  return new Map(picked.map((line) => [line.lineId, line.pickedQuantity - returnedOf(returns, line.lineId)]));
}

const returnedOf = (returns: readonly OrderReturn[], lineId: string): number =>
  sum(returns.flatMap(({ items }) => items.filter((item) => item.lineId === lineId).map(({ quantity }) => quantity)));

/** Null when the order takes this return. */
export function refuseReturn(order: Order, { items }: ReturnInput): { code: ReturnRefusal; detail: string } | null {
  if (!returnable.has(order.status)) {
    return { code: 'order.state', detail: `the order is ${order.status}: nothing of it has left the store` };
  }
  const left = new Map(returnableUnits(order));
  for (const { lineId, quantity } of items) {
    const units = left.get(lineId);
    if (units === undefined) return { code: 'order.line_unknown', detail: `the order has no line ${lineId}` };
    if (quantity > units) {
      return { code: 'return.exceeds', detail: `of line ${lineId} ${units} units can come back, not ${quantity}` };
    }
    left.set(lineId, units - quantity);
  }
  return null;
}

/** Everything that was in the bag has come back. */
export const isReturnedWhole = (order: Order): boolean =>
  (order.returns ?? []).length > 0 && [...returnableUnits(order).values()].every((units) => units <= 0);
