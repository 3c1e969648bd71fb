import { describe, expect, test } from 'vitest';
import { currencyDecimals, currencyOfNumber, isCurrency } from '../../src/domain/currency.ts';

const numbers = Array.from({ length: 1_000 }, (_, n) => String(n).padStart(3, '0'));

describe('currencies', () => {
  test.each([
    ['986', 'BRL', 2],
    ['036', 'AUD', 2],
    ['840', 'USD', 2],
    ['978', 'EUR', 2],
    ['152', 'CLP', 0],
    ['392', 'JPY', 0],
    ['414', 'KWD', 3],
    ['990', 'CLF', 4],
    ['170', 'COP', 2],
  ])('%s is %s with %i decimals', (number, code, decimals) => {
    expect(currencyOfNumber(number)).toBe(code);
    expect(currencyDecimals(code)).toBe(decimals);
  });

  test('each has one number and three letters', () => {
    const known = numbers.flatMap((number) => currencyOfNumber(number) ?? []);
    expect(known.length).toBeGreaterThan(150);
    expect(new Set(known).size).toBe(known.length);
    for (const code of known) expect(code).toMatch(/^[A-Z]{3}$/);
  });

  test.each(['000', '001', '999', '36', '0036', ''])('%j is none', (number) => {
    expect(currencyOfNumber(number)).toBeNull();
  });

  test('are known by their letters, in capitals', () => {
    expect(['BRL', 'AUD', 'CLF', 'JPY'].every(isCurrency)).toBe(true);
    expect(['brl', 'ABC', 'XXX', '', 'BR', '986'].some(isCurrency)).toBe(false);
  });
});
