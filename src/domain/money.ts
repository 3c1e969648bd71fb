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
