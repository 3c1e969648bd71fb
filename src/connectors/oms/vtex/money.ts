/**
 * VTEX writes amounts in hundredths, whatever the currency (990 is R$ 9.90, and CLP 9.90 as well) [inferred: its examples
 * are of two-decimal currencies]. Packline's are in the currency's own minor unit.
 */
export function toMinor(hundredths: number, currency: string): number {
  return Math.round((hundredths * 10 ** digitsOf(currency)) / 100);
}

const known = new Map<string, number>();

function digitsOf(currency: string): number {
  const digits = known.get(currency) ?? readDigits(currency);
  known.set(currency, digits);
  return digits;
}

function readDigits(currency: string): number {
  if (!/^[A-Z]{3}$/.test(currency)) return 2;
  const format = new Intl.NumberFormat('en', { style: 'currency', currency });
  return format.resolvedOptions().maximumFractionDigits ?? 2;
}
