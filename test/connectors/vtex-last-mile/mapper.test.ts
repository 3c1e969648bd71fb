import { expect, test } from 'vitest';
import { toGrams, toServiceRequest } from '../../../src/connectors/last-mile/vtex-last-mile/mapper.ts';
import { findRate } from '../../../src/connectors/last-mile/vtex-last-mile/rates.ts';
import { createServiceBody } from '../../fixtures/vtex-last-mile/payloads.ts';

const read = (changes: Record<string, unknown> = {}) => {
  const found = toServiceRequest(createServiceBody(changes));
  if (!('request' in found)) throw new Error(`missing: ${found.missing.join()}`);
  return found.request;
};

test.each([
  ['19', 19],
  ['4 kg', 4_000],
  ['4kg', 4_000],
  ['0,5 kg', 500],
  ['2 lb', 907],
  ['12 g', 12],
  ['heavy', null],
  ['', null],
  ['-1', null],
  ['3 stones', null],
  [null, null],
])('the weight %j is %j grams', (text, grams) => {
  expect(toGrams(text)).toBe(grams);
});

test('the documented example is read whole', () => {
  expect(read()).toMatchObject({
    orderId: 'SLR-29384924-01',
    type: 'PICKUP_DELIVERY',
    timezone: 'America/Bogota',
    sender: { at: '2024-04-25T18:06:41.202Z', location: { latitude: -75.269008, longitude: 137.499833 } },
    receiver: { window: { from: '2024-04-25T22:50:41.209Z', until: '2024-05-05T21:50:41.210Z' } },
    packages: [
      { totalValue: 5616.01, dimensions: { height: 43, length: 13, width: 68 }, items: [{ price: 774230.01 }, {}] },
    ],
  });
});

test('a package without an id is known by its place, and ids that cannot travel are none', () => {
  expect(read({ packages: [{}, { id: 'a' }, { id: 'x'.repeat(200) }] }).packages.map(({ id }) => id)).toEqual([
    '#1',
    'a',
    '#3',
  ]);
  expect(toServiceRequest({ orderId: '..', carrierId: 'c' })).toEqual({ missing: ['orderId'] });
  expect(toServiceRequest('text')).toEqual({ missing: ['orderId', 'carrierId'] });
  expect(toServiceRequest({})).toEqual({ missing: ['orderId', 'carrierId'] });
});

test('a rate is the first row that takes all packages together', () => {
  const rates = [
    { upToGrams: 30, price: 1, currency: 'COP', transitDays: 1 },
    { upToGrams: 40, price: 2, currency: 'COP', transitDays: 1 },
  ];
  const settings = { carriers: [{ id: 'c', name: 'C', rates }] };
  const rateOf = (...weights: (string | number)[]) =>
    findRate(settings, read({ carrierId: 'c', packages: weights.map((weight, at) => ({ id: `${at}`, weight })) }))
      ?.price;
  expect([rateOf(30), rateOf(15, 16), rateOf(41), rateOf('?')]).toEqual([1, 2, undefined, undefined]);
});
