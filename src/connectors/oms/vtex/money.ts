/**
 * Decimals of the currencies that have not two (ISO 4217, minor units). Not asked of Intl: that counts what is used in
 * shops (Colombia's peso without cents), and another version counts otherwise.
 */
const decimals = new Map<string, number>([
  ...'BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF'.split(' ').map((code) => [code, 0] as const),
  ...'BHD IQD JOD KWD LYD OMR TND'.split(' ').map((code) => [code, 3] as const),
  ...'CLF UYW'.split(' ').map((code) => [code, 4] as const),
]);

/**
 * VTEX writes amounts in hundredths, whatever the currency (990 is R$ 9.90, and CLP 9.90 as well) [inferred: its examples
 * are of two-decimal currencies]. Packline's are in the currency's own minor unit.
 */
export const toMinor = (hundredths: number, currency: string): number =>
  Math.round(hundredths * 10 ** ((decimals.get(currency) ?? 2) - 2));
