import type { Line } from './order-input.ts';

/** The lines with other goods in the place of these, as a line and as a substitute; null where they are in none. */
export function replaceSku(lines: readonly Line[], sku: string, by: string): Line[] | null {
  const swap = <T extends { sku: string }>(goods: T): T => (goods.sku === sku ? { ...goods, sku: by } : goods);
  const replaced = lines.map((line) => {
    const { substitution } = line;
    const substitutes = substitution?.substitutes?.map(swap);
    return swap(substitutes === undefined ? line : { ...line, substitution: { ...substitution, substitutes } });
  });
  return JSON.stringify(replaced) === JSON.stringify(lines) ? null : replaced;
}
