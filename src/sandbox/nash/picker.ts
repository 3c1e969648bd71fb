import type { PickerSettings } from '../context.ts';
import { createRandomFor, type Random } from '../random.ts';
import type { Catalog } from './catalog.ts';
import { makeGs1Label, makeGtin14 } from './gs1-label.ts';
import { toOrderLines, type OrderFields, type SubItem } from './order-schema.ts';
import type { Pick, PickInstructions } from './pick-instructions.ts';
import type { PickedRow, Weighing } from './picked-row.ts';

export interface PickerTools {
  catalog: Catalog;
  seed: number;
  outcome: PickerSettings['outcome'];
  now: () => number;
}

type PickOf<Outcome extends Pick['outcome']> = Extract<Pick, { outcome: Outcome }>;

interface Line {
  id: string;
  sku: string;
  name: string;
  count: number;
  /** Of the whole line: the guide's example has count 2, `valueCents` 880, and 880 picked. */
  valueCents: number;
  item: SubItem;
}

/** What a picker puts in the bag for an order: as instructed, else exactly, else by the seed. */
export function pickOrder(
  fields: OrderFields,
  instructions: PickInstructions | undefined,
  tools: PickerTools,
): PickedRow[] {
  return toOrderLines(fields).flatMap((item, index) => {
    const line = toLine(item, index);
    const told = instructions?.lines[line.id] ?? instructions?.lines[line.sku];
    const picks = told === undefined ? [choosePick(line, fields, tools)] : Array.isArray(told) ? told : [told];
    return picks.flatMap((pick) => toRows(line, pick, tools));
  });
}

const toLine = (item: SubItem, index: number): Line => {
  const sku = item.sku ?? item.id ?? `line-${index + 1}`;
  return {
    id: item.id ?? sku,
    sku,
    name: item.description ?? sku,
    count: item.count ?? 1,
    valueCents: item.valueCents ?? 0,
    item,
  };
};

/** Of 100 seeded lines about 70 are exact, 10 short, 15 substituted where the order names a substitute, 5 not found. */
function choosePick(line: Line, fields: OrderFields, tools: PickerTools): Pick {
  const random = createRandomFor(tools.seed, `${fields.externalId ?? ''}/${line.id}`);
  const seeded = tools.outcome === 'seeded';
  const draw = seeded ? random() : 0;
  if (draw < 0.7)
    return isWeighed(line, tools.catalog)
      ? weigh(line, tools.catalog, seeded ? random : undefined)
      : { outcome: 'exact' };
  if (draw < 0.8) return line.count > 1 ? { outcome: 'short', quantity: line.count - 1 } : { outcome: 'missing' };
  const substitutes = line.item.substitution?.substituteItems ?? [];
  const maySubstitute = line.item.substitution?.preference === 'substitute' && substitutes.length > 0;
  if (draw < 0.95) return maySubstitute ? { outcome: 'substitute' } : { outcome: 'exact' };
  return { outcome: 'short', quantity: 0 };
}

/** Sold by weight: attribute `WEIGHTED` in the catalog, or loose goods by the order's own metadata. */
const isWeighed = (line: Line, catalog: Catalog): boolean =>
  catalog.findProduct(line.sku)?.attributes?.includes('WEIGHTED') ?? line.item.metadata?.['packaging_type'] === 'LOOSE';

/** Goods of the line's nominal weight, give or take a tenth; several packs are scanned one by one. */
function weigh(line: Line, catalog: Catalog, random: Random | undefined): Pick {
  const product = catalog.findProduct(line.sku);
  const perPiece = product?.details?.weightedItemInfo?.weightPerItem ?? product?.weight;
  const nominalKg = (line.item.weight ?? perPiece ?? 0.5) * line.count;
  const unitCents = catalog.findUnitCents(line.sku) ?? (nominalKg > 0 ? line.valueCents / nominalKg : 0);
  const pack = (): Omit<Weighing, 'label' | 'gtin14'> => {
    const grams = Math.max(
      1,
      Math.round((nominalKg / line.count) * 1000 * (random === undefined ? 1 : 0.9 + random() * 0.2)),
    );
    return { weightKg: grams / 1000, priceCents: Math.round((unitCents * grams) / 1000) };
  };
  return line.count > 1
    ? { outcome: 'multi_scan', scans: Array.from({ length: line.count }, pack) }
    : { outcome: 'weighed', ...pack() };
}

/** The rows of one pick; a picker who finds nothing may also leave no row. */
function toRows(line: Line, pick: Pick, tools: PickerTools): PickedRow[] {
  const straight: PickedRow = {
    id: line.id,
    sku: line.sku,
    name: line.name,
    outcome: 'full',
    quantity: line.count,
    requestedQuantity: line.count,
    weightKg: null,
    priceCents: line.valueCents,
    requestedId: line.id,
    requestedSku: line.sku,
    scannedBarcode: line.item.barcode ?? null,
    scans: null,
  };
  if (pick.outcome === 'missing') return [];
  if (pick.outcome === 'short') return [{ ...straight, ...shortOf(line, straight, pick) }];
  if (pick.outcome === 'substitute') return [{ ...straight, ...substituteOf(line, pick, tools.catalog) }];
  if (pick.outcome === 'weighed') return [{ ...straight, ...weighedOf(line, pick, tools.now()) }];
  if (pick.outcome === 'multi_scan') return [{ ...straight, ...scannedOf(line, pick) }];
  return [straight];
}

const priceOf = (line: Line, quantity: number): number =>
  Math.round((line.valueCents * quantity) / Math.max(1, line.count));

const shortOf = (line: Line, straight: PickedRow, { quantity }: PickOf<'short'>): Partial<PickedRow> => ({
  quantity,
  outcome: quantity === 0 ? 'none' : 'partial',
  priceCents: priceOf(line, quantity),
  scannedBarcode: quantity === 0 ? null : straight.scannedBarcode,
});

function substituteOf(line: Line, pick: PickOf<'substitute'>, catalog: Catalog): Partial<PickedRow> {
  const preferred = line.item.substitution?.substituteItems?.[0];
  const sku = pick.sku ?? preferred?.sku ?? `${line.sku}-other`;
  const quantity = pick.quantity ?? preferred?.quantity ?? line.count;
  return {
    id: null,
    sku,
    name: pick.name ?? catalog.findProduct(sku)?.name ?? `${line.name} (substitute)`,
    outcome: sku === preferred?.sku ? 'preferred_substitute' : 'other_substitute',
    quantity,
    priceCents: pick.priceCents ?? priceOf(line, quantity),
    scannedBarcode: makeGtin14(null, sku).slice(1),
  };
}

const toGrams = (weightKg: number): number => Math.round(weightKg * 1000);

function weighedOf(line: Line, { weightKg, priceCents }: PickOf<'weighed'>, nowMs: number): Partial<PickedRow> {
  const gtin14 = makeGtin14(line.item.barcode, line.sku);
  const bestBefore = new Date(nowMs + 5 * 86_400_000).toISOString().slice(2, 10).replaceAll('-', '');
  const scannedBarcode = makeGs1Label({ gtin14, weightGrams: toGrams(weightKg), priceCents, bestBefore });
  return { weightKg, priceCents, scannedBarcode };
}

function scannedOf(line: Line, pick: PickOf<'multi_scan'>): Partial<PickedRow> {
  const gtin14 = makeGtin14(line.item.barcode, line.sku);
  const scans = pick.scans.map(({ weightKg, priceCents }) => {
    const label = makeGs1Label({ gtin14, weightGrams: toGrams(weightKg), priceCents });
    return { weightKg, priceCents, gtin14, label };
  });
  return {
    weightKg: scans.reduce((grams, scan) => grams + toGrams(scan.weightKg), 0) / 1000,
    priceCents: scans.reduce((cents, scan) => cents + scan.priceCents, 0),
    scannedBarcode: scans[0]?.label ?? null,
    scans,
  };
}
