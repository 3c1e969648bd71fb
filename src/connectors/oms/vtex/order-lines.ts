import { LineSchema, type Line } from '../../../domain/order-input.ts';
import { isWeighed, toItemGrams } from '../../../domain/item-weight.ts';
import { toMinor } from './money.ts';
import type { Remarks } from './remarks.ts';
import { toText } from './to-text.ts';
import type { WireItem } from './wire.ts';

const { gtin: GtinSchema, imageUrl: ImageUrlSchema } = LineSchema.shape;

/**
 * VTEX's items as lines, one to one: the same SKU may stand in two items (split prices), so a line's id is the item's
 * `uniqueId`. Kits and gifts are lines like any other; a kit's components are VTEX's business. An item that cannot be read
 * becomes a line that the order's schema refuses: nobody's goods are left out in silence.
 */
export function toLines(items: readonly (WireItem | null | undefined)[], currency: string, remarks: Remarks): Line[] {
  const named = nameItems(items);
  if (named.some(({ id, item }) => id !== (toText(item.uniqueId, Infinity) ?? id))) {
    remarks.add('vtex.item_twice', 'two items bear one uniqueId; both are lines, and may be one that was sent twice');
  }
  return named.map(({ id, item }) => toLine(item, id, currency, remarks));
}

/** Items under the ids of their lines. What was taken out of the order stays in VTEX's list, and is left out here. */
export function nameItems(items: readonly (WireItem | null | undefined)[]): { id: string; item: Partial<WireItem> }[] {
  const seen = new Set<string>();
  return items.flatMap((item, index) => {
    if (item?.quantity === 0) return [];
    const wished = toText(item?.uniqueId, Infinity) ?? `item-${index}`;
    let id = wished;
    while (seen.has(id)) id = `${id}-${index}`;
    seen.add(id);
    return [{ id, item: item ?? {} }];
  });
}

function toLine(item: Partial<WireItem>, id: string, currency: string, remarks: Remarks): Line {
  const { quantity, ean, imageUrl } = item;
  const sku = toText(item.id, Infinity) ?? '';
  const gtin = GtinSchema.safeParse(ean).data;
  const image = ImageUrlSchema.safeParse(imageUrl).data;
  return {
    id,
    sku,
    name: toText(item.name, 300) ?? sku,
    quantity: quantity ?? Number.NaN,
    unitPriceMinor: toMinor(priceOf(item), currency),
    ...(gtin === undefined ? {} : { gtin }),
    ...(image === undefined ? {} : { imageUrl: image }),
    ...weightOf(item, remarks),
  };
}

/** Of one of the quantity, in hundredths: `price` is of the unit of measure (765 a kilogram, two of them sell for 1530). */
export const priceOf = ({ sellingPrice, price, unitMultiplier }: Partial<WireItem>): number =>
  sellingPrice ?? (price ?? Number.NaN) * (unitMultiplier ?? 1);

/** Weight lives in the multiplier: two units of 0.19 kg are 380 g. */
function weightOf(
  { measurementUnit, unitMultiplier, quantity }: Partial<WireItem>,
  remarks: Remarks,
): Pick<Line, 'weighted' | 'requestedWeightGrams'> {
  const unit = measurementUnit?.trim().toLowerCase() ?? 'un';
  const multiplier = unitMultiplier ?? 1;
  if (isWeighed(unit)) {
    const grams = toItemGrams(unit, multiplier, quantity ?? Number.NaN);
    return { weighted: true, ...(grams === undefined ? {} : { requestedWeightGrams: grams }) };
  }
  // Two bottles of 0.75 l are two bottles. Whether two of "6 un" are two packs or twelve pieces, VTEX does not say.
  if (multiplier !== 1) {
    remarks.add(
      'vtex.unit_unknown',
      `the quantity of a line counts pieces of ${multiplier} ${toText(unit, 20) ?? 'un'}`,
    );
  }
  return {};
}
