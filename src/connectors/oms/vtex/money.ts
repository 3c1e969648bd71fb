import { currencyDecimals } from '../../../domain/currency.ts';

/**
 * VTEX writes amounts in hundredths, whatever the currency (990 is R$ 9.90, and CLP 9.90 as well) [inferred: its examples
 * are of two-decimal currencies]. Packline's are in the currency's own minor unit.
 */
export const toMinor = (hundredths: number, currency: string): number =>
  Math.round(hundredths * 10 ** (currencyDecimals(currency) - 2));

/** … and back. */
export const fromMinor = (minor: number, currency: string): number =>
  Math.round(minor * 10 ** (2 - currencyDecimals(currency)));
