/** What of a SKU was said to have changed, as bits. */
export const pullFlags = { product: 1, stock: 2, price: 4, removed: 8 } as const;
export const allPullFlags = pullFlags.product | pullFlags.stock | pullFlags.price;

export const hasFlag = (flags: number, name: keyof typeof pullFlags): boolean => (flags & pullFlags[name]) !== 0;

export const toPullFlags = (changed: Readonly<Record<keyof typeof pullFlags, boolean>>): number =>
  (changed.product ? pullFlags.product : 0) |
  (changed.stock ? pullFlags.stock : 0) |
  (changed.price ? pullFlags.price : 0) |
  (changed.removed ? pullFlags.removed : 0);
