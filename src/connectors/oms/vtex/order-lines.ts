import type { OrderInput } from '../../../domain/order-input.ts';
import { toGrams } from '../../../domain/weight.ts';
import { toMinor } from './money.ts';
import type { WireItem } from './wire.ts';

type LineInput = OrderInput['lines'][number];
export interface Remark {
  code: string;
  detail: string;
}

/** Grams in one of VTEX's units; what is not weighed is counted (`un`). */
const gramsPerUnit: Readonly<Record<string, number>> = { kg: 1_000, g: 1, lb: 453.592_37, oz: 28.349_523 };
const countedUnits: ReadonlySet<string> = new Set(['', 'un', 'unit', 'units']);

/**
 * VTEX's items as lines, one to one: the same SKU may stand in two items (split prices), so a line's id is the item's
 * `uniqueId`. Kits and gifts are lines like any other; a kit's components are VTEX's business.
 */
export function toLines(
  items: readonly (WireItem | null | undefined)[],
  currency: string,
): { lines: LineInput[]; remarks: Remark[] } {
  const remarks: Remark[] = [];
  const seen = new Set<string>();
  const lines = items.flatMap((item, index): LineInput[] => {
    if (item === null || item === undefined || item.quantity === 0) return [];
    const wished = item.uniqueId ?? `item-${index}`;
    const id = seen.has(wished) ? `${wished}-${index}` : wished;
    seen.add(id);
    return [toLine(item, id, currency, remarks)];
  });
  return { lines, remarks };
}

function toLine(item: WireItem, id: string, currency: string, remarks: Remark[]): LineInput {
  const { quantity, ean, imageUrl, name } = item;
  const sku = item.id ?? '';
  return {
    id,
    sku,
    name: (name ?? sku).slice(0, 300),
    quantity: quantity ?? Number.NaN,
    unitPriceMinor: toMinor(item.sellingPrice ?? item.price ?? Number.NaN, currency),
    ...(ean !== null && ean !== undefined && /^\d{8}$|^\d{12,14}$/.test(ean) ? { gtin: ean } : {}),
    ...(isWebUrl(imageUrl) ? { imageUrl } : {}),
    ...weightOf(item, id, remarks),
  };
}

/** Weight lives in the multiplier: two units of 0.19 kg are 380 g. */
function weightOf(item: WireItem, id: string, remarks: Remark[]): Pick<LineInput, 'weighted' | 'requestedWeightGrams'> {
  const unit = (item.measurementUnit ?? '').trim().toLowerCase();
  if (countedUnits.has(unit)) return {};
  const factor = Object.hasOwn(gramsPerUnit, unit) ? gramsPerUnit[unit] : undefined;
  const multiplier = item.unitMultiplier ?? 1;
  if (factor === undefined) {
    remarks.push({ code: 'vtex.unit_unknown', detail: `line ${id} is measured in ${unit.slice(0, 20)}` });
    return {};
  }
  const perUnit = unit === 'kg' ? (toGrams(multiplier) ?? Number.NaN) : multiplier * factor;
  const grams = Math.round(perUnit * (item.quantity ?? Number.NaN));
  return { weighted: true, ...(Number.isSafeInteger(grams) && grams >= 0 ? { requestedWeightGrams: grams } : {}) };
}

function isWebUrl(url: string | null | undefined): url is string {
  return typeof url === 'string' && url.length <= 2048 && /^https?:$/.test(URL.parse(url)?.protocol ?? '');
}
