import type { Line } from './order-input.ts';

/** The lines with other goods in the place of these, as a line and as a substitute; null where they are in none. */
export function replaceSku(lines: readonly Line[], sku: string, by: string): Line[] | null {
  const swap = <T extends { sku: string }>(goods: T): T => (goods.sku === sku ? { ...goods, sku: by } : goods);
  const swapIn = ({ substitution, ...line }: Line): Line => {
    if (substitution?.substitutes === undefined) return swap({ ...line, substitution });
    return swap({ ...line, substitution: { ...substitution, substitutes: substitution.substitutes.map(swap) } });
  };
  const isIn = lines.some((line) => line.sku === sku || line.substitution?.substitutes?.some((one) => one.sku === sku));
  return isIn ? lines.map(swapIn) : null;
}
