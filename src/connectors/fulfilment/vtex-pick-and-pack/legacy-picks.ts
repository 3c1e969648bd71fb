import type { PickedItem } from '../../../domain/picking.ts';
import type { RequestedLine } from './line-shares.ts';
import type { Picks } from './picked-items.ts';
import { isDonePicking, toCode } from './statuses.ts';
import { LegacyRowSchema, type LegacyOrder, type LegacyRow } from './wire.ts';

/**
 * What was picked, as the legacy answer tells it: SKUs, how many, and `sellingPrice`, "float", of which nobody says in what unit.
 * Neither rejections nor what took whose place nor weights are in it. So what was asked for costs what the order says; anything
 * else is an addition (a person looks at those), in the unit in which the other rows agree with the order; and what is
 * asked for and not there was not found. Believed only of an order that the same answer has past its picking: before, it is a
 * list of picks so far.
 */
export function toLegacyPicks(order: LegacyOrder, lines: readonly RequestedLine[]): Picks {
  if (!isDonePicking(toCode(order.fulfillmentStatus) ?? '') || !Array.isArray(order.pickedItems))
    return { state: 'open' };
  const rows: LegacyRow[] = [];
  for (const given of order.pickedItems) {
    const row = LegacyRowSchema.safeParse(given);
    if (!row.success) return { state: 'unreadable', lacks: row.error.issues[0]?.path.join('.') ?? 'a row' };
    rows.push(row.data);
  }
  const perUnit = findMinorPerUnit(rows, lines);
  const left = new Map(rows.map((row) => [row, row.quantity]));
  const picked = lines.map((line): PickedItem => {
    let quantity = 0;
    for (const row of rows) {
      if (row.id !== line.sku) continue;
      const units = Math.min(left.get(row) ?? 0, line.quantity - quantity);
      left.set(row, (left.get(row) ?? 0) - units);
      quantity += units;
    }
    const name = rows.find(({ id }) => id === line.sku)?.name ?? line.sku;
    return {
      ...unsaid,
      id: line.id,
      sku: line.sku,
      name,
      quantity,
      price_cents: (line.unitPriceMinor ?? 0) * quantity,
      requested_quantity: line.quantity,
      requested_id: line.id,
      requested_sku: line.sku,
      lineId: line.id,
    };
  });
  const added: PickedItem[] = [];
  for (const [row, units] of left) {
    if (units === 0) continue;
    const own = lines.find(({ sku }) => sku === row.id)?.unitPriceMinor;
    const price = own ?? (perUnit === null || row.sellingPrice == null ? null : Math.round(row.sellingPrice * perUnit));
    if (price === null) return { state: 'unreadable', lacks: `what ${row.id} costs` };
    added.push(toAddition(row, units, price));
  }
  return { state: 'settled', items: [...picked, ...added] };
}

const unsaid = { status: '', weight: null, weightGrams: null, scanned_barcode: null, scans: null } as const;

/** Nobody asked for it, or for that many. */
const toAddition = ({ id, name }: LegacyRow, quantity: number, unitPriceMinor: number): PickedItem => ({
  ...unsaid,
  id,
  sku: id,
  name: name ?? id,
  quantity,
  price_cents: unitPriceMinor * quantity,
  requested_quantity: null,
  requested_id: id,
  requested_sku: id,
  lineId: null,
});

/** Minor units, or major ones of a currency with up to three decimals. */
const scales = [1, 10, 100, 1_000] as const;

/** By how much a `sellingPrice` is multiplied to be in minor units; null where the rows do not agree with the order on one. */
function findMinorPerUnit(rows: readonly LegacyRow[], lines: readonly RequestedLine[]): number | null {
  const prices = rows.flatMap(({ id, sellingPrice }) => {
    const line = lines.find(({ sku, weighted }) => sku === id && weighted !== true);
    return line?.unitPriceMinor === undefined || sellingPrice == null || sellingPrice === 0
      ? []
      : [[sellingPrice, line.unitPriceMinor] as const];
  });
  const fitting = scales.filter((scale) =>
    prices.every(([selling, minor]) => Math.abs(selling * scale - minor) < 1e-6 * Math.max(1, minor)),
  );
  const [only] = fitting;
  return fitting.length === 1 && only !== undefined ? only : null;
}
