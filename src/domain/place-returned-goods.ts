import { unitsTold } from './order-return.ts';
import type { Order } from './order.ts';
import { sum } from './settlement.ts';

/** Goods that came back, as a system names them that knows SKUs, and lines only if it is the order's OMS. */
export interface ReturnedGoods {
  sku: string;
  quantity: number;
  lineId?: string | undefined;
}

/**
 * Goods by the line that they were sent for. Of two lines with one SKU the first is filled first, behind what the same system
 * told of before. `unplaced` are SKUs that no line of the order was sent as: additions, and what is not of this order.
 */
export function placeReturnedGoods(
  order: Order,
  system: string,
  goods: readonly ReturnedGoods[],
): { items: { lineId: string; quantity: number }[]; unplaced: string[] } {
  const placed = new Map<string, number>();
  const unplaced: string[] = [];
  for (const { sku, quantity, lineId } of goods) {
    const lines = linesOf(order, sku, lineId);
    let rest = quantity;
    for (const { id, sent } of lines) {
      const free = Math.max(0, sent - unitsTold(order, system, id) - (placed.get(id) ?? 0));
      const units = id === lines.at(-1)?.id ? rest : Math.min(rest, free);
      if (units > 0) placed.set(id, (placed.get(id) ?? 0) + units);
      rest -= units;
    }
    if (lines.length === 0) unplaced.push(sku);
  }
  return { items: [...placed].map(([lineId, quantity]) => ({ lineId, quantity })), unplaced };
}

/** The lines that such goods were sent for, and how many of them for each. */
function linesOf(
  { content, pickedItems }: Order,
  sku: string,
  lineId: string | undefined,
): { id: string; sent: number }[] {
  const named = content.lines.find(({ id }) => id === lineId);
  if (named !== undefined) return [{ id: named.id, sent: named.quantity }];
  const picked = content.lines.flatMap(({ id }) => {
    const sent = sum(pickedItems.flatMap((item) => (item.lineId === id && item.sku === sku ? [item.quantity] : [])));
    return sent > 0 ? [{ id, sent }] : [];
  });
  if (picked.length > 0) return picked;
  return content.lines.flatMap((line) => (line.sku === sku ? [{ id: line.id, sent: line.quantity }] : []));
}
