import { createRandomFor } from '../random.ts';
import type { PnpLine, PnpOrder, PnpPick } from './pnp-order.ts';

const shortShare = 0.15;
const replacedShare = 0.15;

/** What comes of each line: all of it, or (seeded by the line) some short, some replaced; what is weighed never weighs as asked. */
export function pick({ orderId, lines }: PnpOrder, outcome: 'exact' | 'seeded', seed: number): PnpPick[] {
  return lines.map((line) => {
    const { quantity, unitMultiplier } = line;
    const exact = { ...line, pickedQuantity: quantity, pickedMultiplier: unitMultiplier, rejectedQuantity: 0, replacedBy: null }; // prettier-ignore
    if (outcome === 'exact') return exact;
    const random = createRandomFor(seed, `${orderId}/${line.uniqueId}`);
    const chance = random();
    if (chance < shortShare) {
      const rejectedQuantity = 1 + Math.floor(random() * quantity);
      return { ...exact, pickedQuantity: quantity - rejectedQuantity, rejectedQuantity };
    }
    if (isWeighed(line)) return { ...exact, pickedMultiplier: toGrams(unitMultiplier * (0.9 + random() * 0.2)) };
    if (chance < shortShare + replacedShare) return { ...exact, pickedQuantity: 0, replacedBy: substituteOf(line) };
    return exact;
  });
}

export const isWeighed = ({ unit }: PnpLine): boolean => unit !== 'un';

const toGrams = (kilograms: number): number => Number(kilograms.toFixed(3));

const substituteOf = (line: PnpLine): PnpLine => ({
  ...line,
  sku: `${line.sku}9`,
  refId: `${line.refId}9`,
  name: `Instead of ${line.name}`,
  ean: `EAN${line.sku}9`,
});

/** Hundredths for one base unit, such as a kilogram ("Banana, 190g": 1699). */
export const basePriceOf = ({ price, unitMultiplier }: PnpLine): number => Math.round(price / unitMultiplier);

/** Hundredths for one unit as it was picked (0.19 kg of that banana: 322). */
export const pickingPriceOf = (row: PnpPick): number =>
  row.pickedMultiplier === row.unitMultiplier ? row.price : Math.trunc(basePriceOf(row) * row.pickedMultiplier);
