import * as z from 'zod';

/** An amount in the currency's minor unit (cents, yen): an integer, never a float, never negative. */
export const MinorAmountSchema = z.int().min(0).max(1_000_000_000_000).meta({ description: 'Minor units (cents)' });

/** ISO 4217 alphabetic code. */
export const CurrencySchema = z
  .string()
  .regex(/^[A-Z]{3}$/)
  .meta({ description: 'ISO 4217 currency code', examples: ['BRL', 'AUD'] });

export interface Money {
  amountMinor: number;
  currency: string;
}

/**
 * Decimals of the currencies that have not two (ISO 4217, minor units). Not asked of Intl: that counts what is used in
 * shops (Colombia's peso without cents), and another version counts otherwise.
 */
const decimals = new Map<string, number>([
  ...'BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF'.split(' ').map((code) => [code, 0] as const),
  ...'BHD IQD JOD KWD LYD OMR TND'.split(' ').map((code) => [code, 3] as const),
  ...'CLF UYW'.split(' ').map((code) => [code, 4] as const),
]);
/** Of how many digits behind the point the currency's minor unit is. */
export const decimalsOf = (currency: string): number => decimals.get(currency) ?? 2;
