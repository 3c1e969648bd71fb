import { currencyDecimals } from '../domain/currency.ts';

/** Minor units as people write them; the currency stands in the column's head. */
export const toAmount = (minor: number, currency: string): string => {
  const decimals = currencyDecimals(currency);
  return (minor / 10 ** decimals).toFixed(decimals);
};

export const toWeight = (grams: number | null): string =>
  grams === null ? '' : grams < 1_000 ? `${grams} g` : `${(grams / 1_000).toFixed(3)} kg`;

/** `1,234,567`. */
export const toCount = (count: number): string => count.toLocaleString('en-US');

/** `READY_FOR_PICKING` as it is said. */
export const toWords = (constant: string): string => {
  const words = constant.toLowerCase().replaceAll('_', ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
};
