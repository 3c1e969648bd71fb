import type { PickedItem } from '../../../domain/picking.ts';
import { fromGrams } from '../../../domain/weight.ts';
import { readHandledItems, type HandledItem } from './handled-items.ts';
import { LineShares, type RequestedLine } from './line-shares.ts';
import { readReplacements } from './replacements.ts';
import type { WireOrder } from './wire.ts';

export type Picks =
  | { state: 'settled'; items: readonly PickedItem[] }
  /** The picker is not done. */
  | { state: 'open' }
  /** All is handled, and of some units it is not said how. An older answer out of VTEX's cache looks like this, too. */
  | { state: 'incomplete'; lacks: string }
  | { state: 'unreadable'; lacks: string };

/**
 * What the item lists of an order (`GET /orders/{orderId}`), which name SKUs, say about our lines. A line is accounted for
 * when as much was picked as was asked for, or when what lacks was rejected or replaced. Of two lines of one SKU the first
 * is filled first.
 */
export function toPicks(order: WireOrder, lines: readonly RequestedLine[]): Picks {
  // A list that is missing is no empty list: it does not say that all is handled.
  if (order.unhandledItems?.length !== 0) return { state: 'open' };
  const { items, lacks } = readHandledItems(order);
  if (items === null) return { state: 'unreadable', lacks };
  if (items.length === 0) return { state: 'open' };

  const { linesOf, insteadOf } = readReplacements(items, lines);
  const shares = new LineShares(lines);
  const added: (readonly [HandledItem, number])[] = [];
  // What a line asked for comes before what else it may be used for.
  const surplus = items.map((item) => ({ item, units: shares.fill(item, linesOf(item), item.quantity) }));
  for (const { item, units } of surplus.filter((rest) => rest.units > 0)) {
    const instead = insteadOf(item);
    if (instead === null) return { state: 'unreadable', lacks: `which item ${item.sku} took the place of` };
    const rest = shares.fill(item, instead, units);
    const last = instead.at(-1) ?? linesOf(item).at(-1);
    // More than was asked for, or nothing that was.
    if (last === undefined) added.push([item, rest]);
    else shares.give(item, last, rest);
  }

  const declined = new Map<RequestedLine, HandledItem>();
  for (const item of items) {
    if (item.list === 'pickedItems' && item.replacedBy.length === 0) continue;
    for (const line of linesOf(item)) declined.set(line, declined.get(line) ?? item);
  }
  const unsaid = lines.find((line) => shares.wants(line) > 0 && !declined.has(line));
  if (unsaid !== undefined) return { state: 'incomplete', lacks: unsaid.sku };
  // All lines are accounted for by what was declined, and what else may be in the bag nobody says.
  if (!Array.isArray(order.pickedItems)) return { state: 'unreadable', lacks: 'pickedItems' };
  const ofLines = lines.flatMap((line) => {
    const picked = shares.of(line);
    return picked.length === 0 ? [toNone(line, declined.get(line))] : picked.map((share) => toPickedItem(line, share));
  });
  return { state: 'settled', items: [...ofLines, ...added.map(toAddition)] };
}

const toPickedItem = (line: RequestedLine, [item, units]: readonly [HandledItem, number]): PickedItem => ({
  ...inBag(item, units),
  id: item.sku === line.sku ? line.id : null,
  ...askedFor(line),
});

/** A line of which nothing was picked. */
const toNone = (line: RequestedLine, declined: HandledItem | undefined): PickedItem => ({
  id: line.id,
  sku: line.sku,
  name: declined?.name ?? line.sku,
  status: declined?.status ?? '',
  quantity: 0,
  weight: null,
  weightGrams: null,
  price_cents: 0,
  ...unscanned,
  ...askedFor(line),
});

/** Nobody asked for it: of no line. */
const toAddition = ([item, units]: readonly [HandledItem, number]): PickedItem => ({
  ...inBag(item, units),
  id: item.id,
  requested_quantity: null,
  requested_id: item.id,
  requested_sku: item.sku,
  lineId: null,
});

const askedFor = ({ id, sku, quantity }: RequestedLine) => ({
  requested_quantity: quantity,
  requested_id: id,
  requested_sku: sku,
  lineId: id,
});

/** VTEX does not tell what was scanned. */
const unscanned = { scanned_barcode: null, scans: null } as const;

function inBag({ sku, name, status, unitPriceMinor, toGrams }: HandledItem, units: number) {
  const weightGrams = toGrams(units);
  return {
    sku,
    name,
    status,
    quantity: units,
    weight: weightGrams === null ? null : fromGrams(weightGrams),
    weightGrams,
    price_cents: unitPriceMinor * units,
    ...unscanned,
  };
}
