import { fromItemGrams, isWeighed } from '../../../domain/item-weight.ts';

/** What an order loses by a change. */
export interface TakenItem {
  id: string;
  uniqueId?: string;
  quantity: number;
}

/** What it gets. `price` is of the unit of measure ("the kilo price of apples"), in hundredths. */
export interface GivenItem extends TakenItem {
  measurementUnit?: string;
  unitMultiplier?: number;
  price?: number;
}

export interface Goods {
  sku: string;
  quantity: number;
  /** Of all of it together. */
  grams?: number | undefined;
  /** As the order or the catalogue has them; a kilogram, where goods by weight are new to the order. */
  unit?: string | undefined;
  multiplier?: number | undefined;
  /** What all of it is to cost, in hundredths; undefined leaves the price to VTEX. */
  total?: number | undefined;
}

/** Goods as an item of a change. `total` is what VTEX will probably make of it: undefined where it sets the price. */
export function measureGoods(goods: Goods): { item: GivenItem; total: number | undefined } {
  const { sku: id, total } = goods;
  const { quantity, measurementUnit, unitMultiplier } = sizeOf(goods);
  const size = {
    id,
    quantity,
    ...(measurementUnit === undefined ? {} : { measurementUnit }),
    ...(unitMultiplier === undefined ? {} : { unitMultiplier }),
  };
  if (total === undefined) return { item: size, total };
  const multiplier = unitMultiplier ?? 1;
  const price = Math.round(total / (quantity * multiplier));
  return { item: { ...size, price }, total: Math.round(price * multiplier) * quantity };
}

interface Size {
  quantity: number;
  measurementUnit?: string | undefined;
  unitMultiplier?: number | undefined;
}

/** Weight lives in the multiplier. Pieces that do not divide it by whole grams are one piece: the weight must be right. */
function sizeOf({ quantity, grams, unit, multiplier }: Goods): Size {
  const measurementUnit = unit ?? (grams === undefined ? undefined : 'kg');
  const scale = measurementUnit?.trim().toLowerCase() ?? 'un';
  if (grams === undefined || !isWeighed(scale)) return { quantity, measurementUnit, unitMultiplier: multiplier };
  const pieces = grams % quantity === 0 ? quantity : 1;
  return { quantity: pieces, measurementUnit, unitMultiplier: fromItemGrams(scale, grams / pieces) };
}
