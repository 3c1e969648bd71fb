import { createRandomFor } from '../random.ts';
import type { PnpLine, PnpOrder, PnpPick } from './pnp-order.ts';

const shortShare = 0.15;
const replacedShare = 0.15;

/** What comes of each line: all of it, or (seeded by the order) some short, some replaced; weighed goods never weigh as asked. */
export function pick(order: PnpOrder, outcome: 'exact' | 'seeded', seed: number): PnpPick[] {
  return order.lines.map((line) => {
    const exact = { ...line, pickedQuantity: line.quantity, pickedMultiplier: line.unitMultiplier };
    if (outcome === 'exact') return { ...exact, rejected: false, replacedBy: null };
    const random = createRandomFor(seed, `${order.orderId}/${line.uniqueId}`);
    const chance = random();
    if (chance < shortShare) return { ...exact, pickedQuantity: 0, rejected: true, replacedBy: null };
    if (chance < shortShare + replacedShare && line.unitMultiplier === 1) {
      return { ...exact, pickedQuantity: 0, rejected: false, replacedBy: substituteOf(line) };
    }
    const pickedMultiplier =
      line.unitMultiplier === 1 ? 1 : Number((line.unitMultiplier * (0.9 + random() * 0.2)).toFixed(3));
    return { ...exact, pickedMultiplier, rejected: false, replacedBy: null };
  });
}

const substituteOf = (line: PnpLine): PnpLine => ({
  ...line,
  sku: `${line.sku}9`,
  name: `Instead of ${line.name}`,
  ean: `EAN${line.sku}9`,
});
