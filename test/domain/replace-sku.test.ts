import { expect, test } from 'vitest';
import { replaceSku } from '../../src/domain/replace-sku.ts';

const line = (sku: string, substitutes?: string[]) => ({
  id: sku,
  sku,
  name: `name of ${sku}`,
  quantity: 2,
  unitPriceMinor: 300,
  ...(substitutes === undefined
    ? {}
    : { substitution: { preference: 'substitute' as const, substitutes: substitutes.map((one) => ({ sku: one, quantity: 1 })) } }), // prettier-ignore
});

test('goods are replaced wherever they stand, and nothing else of a line changes', () => {
  const lines = [line('BAD'), line('B', ['BAD', 'C']), line('BAD-1')];
  expect(replaceSku(lines, 'BAD', 'GOOD')).toEqual([
    { ...line('BAD'), sku: 'GOOD' },
    line('B', ['GOOD', 'C']),
    line('BAD-1'),
  ]);
});

test('an order without these goods is left alone', () => {
  expect(replaceSku([line('B', ['C'])], 'BAD', 'GOOD')).toBeNull();
});
