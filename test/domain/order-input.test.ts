import { describe, expect, test } from 'vitest';
import type { z } from 'zod';
import { OrderInputSchema, OrderPatchSchema } from '../../src/domain/order-input.ts';
import { fullOrderBody } from './order-fixture.ts';

type Change = (body: typeof fullOrderBody & Record<string, unknown>) => unknown;

const pointer = (path: readonly PropertyKey[]): string =>
  path.map((part) => `/${String(part).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
/** JSON pointers to all that was refused. An unknown field is pointed at itself, not at the object it stands in. */
function pointersOf(result: z.ZodSafeParseResult<unknown>): string[] {
  const pointers = (result.error?.issues ?? []).flatMap((issue) =>
    issue.code === 'unrecognized_keys' ? issue.keys.map((key) => pointer([...issue.path, key])) : [pointer(issue.path)],
  );
  return [...new Set(pointers)].sort();
}

/** The body with one change: what the change returns takes the place of the body, undefined keeps it. */
function changed(change: Change): unknown {
  const body = structuredClone(fullOrderBody);
  return change(body) ?? body;
}
const set =
  (path: string, value: unknown): Change =>
  (body) => {
    const parts = path.split('/').slice(1);
    const last = parts.pop() ?? '';
    const parent = parts.reduce<unknown>((node, part) => Reflect.get(Object(node), part), body);
    if (value === undefined) Reflect.deleteProperty(Object(parent), last);
    else Reflect.set(Object(parent), last, value);
  };

describe('OrderInputSchema takes', () => {
  test('an order with every field, and answers its times in UTC', () => {
    expect(OrderInputSchema.parse(fullOrderBody)).toEqual({
      ...fullOrderBody,
      placedAt: '2026-01-15T02:30:00.000Z',
      window: { from: '2026-01-15T13:00:00.000Z', to: '2026-01-15T15:00:00.000Z' },
    });
  });

  test.each<[string, Change]>([
    [
      'an order without notes, metadata and channel',
      (body) => ({ ...body, notes: undefined, metadata: undefined, channel: undefined }),
    ],
    ['a pickup without an address', (body) => ({ ...body, fulfilment: 'pickup', recipient: { name: 'Ana' } })],
    ['the same SKU on two lines', set('/lines/1/sku', 'BANANA')],
    [
      'an order of 1,000 lines',
      (body) => ({ ...body, lines: Array.from({ length: 1_000 }, (_, i) => ({ ...body.lines[1], id: String(i) })) }),
    ],
    ['a free item', set('/lines/0/unitPriceMinor', 0)],
    ['a GTIN-8', set('/lines/0/gtin', '96385074')],
    ['a GTIN-14', set('/lines/0/gtin', '10614141000415')],
    ['an external id of 128 characters in any script', set('/externalId', 'ç'.repeat(128))],
  ])('%s', (_, change) => {
    expect(pointersOf(OrderInputSchema.safeParse(changed(change)))).toEqual([]);
  });
});

describe('OrderInputSchema refuses, and points at it:', () => {
  test.each<[string, string, Change]>([
    // Rules that span fields.
    ['a delivery without an address', '/recipient/address', set('/recipient/address', undefined)],
    ['two lines with one id', '/lines', set('/lines/1/id', '1')],
    ['a window that ends before it begins', '/window/to', set('/window/to', '2026-01-15T12:59:59Z')],
    ['a window of no length', '/window/to', set('/window/to', '2026-01-15T13:00:00Z')],
    // Unknown fields, at every level.
    ['an unknown field', '/surprise', set('/surprise', 1)],
    ['an unknown field of a line', '/lines/0/surprise', set('/lines/0/surprise', 1)],
    ['an unknown field of the address', '/recipient/address/surprise', set('/recipient/address/surprise', 1)],
    [
      'an unknown field of a substitute',
      '/lines/0/substitution/substitutes/0/id',
      set('/lines/0/substitution/substitutes/0/id', '1'),
    ],
    ['an unknown field of the totals', '/totals/discountMinor', set('/totals/discountMinor', 1)],
    // Wrong types.
    ['a body that is no object', '', () => []],
    ['a number for an id', '/externalId', set('/externalId', 12)],
    ['text for a quantity', '/lines/0/quantity', set('/lines/0/quantity', '2')],
    ['null for the recipient', '/recipient', set('/recipient', null)],
    ['an object for the lines', '/lines', set('/lines', {})],
    ['null for an optional field', '/notes', set('/notes', null)],
    ['a number in metadata', '/metadata/loyalty', set('/metadata/loyalty', 1)],
    ['a latitude as text', '/recipient/address/location/latitude', set('/recipient/address/location/latitude', '-23')],
    // Bounds and forms.
    ['an empty external id', '/externalId', set('/externalId', '')],
    ['an external id of 129 characters', '/externalId', set('/externalId', 'x'.repeat(129))],
    ['a control character in an external id', '/externalId', set('/externalId', 'a\r\nb')],
    ['a control character in a SKU', '/lines/0/sku', set('/lines/0/sku', 'a\u0000')],
    ['a time without a zone', '/placedAt', set('/placedAt', '2026-01-15T02:30:00')],
    ['a currency in lower case', '/currency', set('/currency', 'brl')],
    ['an unknown way of fulfilment', '/fulfilment', set('/fulfilment', 'drone')],
    ['a country of two letters', '/recipient/address/country', set('/recipient/address/country', 'BR')],
    [
      'a place that is not on Earth',
      '/recipient/address/location/longitude',
      set('/recipient/address/location/longitude', 181),
    ],
    ['an email address without a host', '/recipient/email', set('/recipient/email', 'ana@')],
    ['a recipient without a name', '/recipient/name', set('/recipient/name', '')],
    ['an order without lines', '/lines', set('/lines', [])],
    [
      'an order of 1,001 lines',
      '/lines',
      (body) => ({ ...body, lines: Array.from({ length: 1_001 }, (_, i) => ({ ...body.lines[1], id: String(i) })) }),
    ],
    ['a quantity of 0', '/lines/0/quantity', set('/lines/0/quantity', 0)],
    ['half an item', '/lines/0/quantity', set('/lines/0/quantity', 1.5)],
    ['more items than a shop has', '/lines/0/quantity', set('/lines/0/quantity', 100_001)],
    ['a negative price', '/lines/0/unitPriceMinor', set('/lines/0/unitPriceMinor', -1)],
    ['a price with a fraction of a cent', '/lines/0/unitPriceMinor', set('/lines/0/unitPriceMinor', 6.99)],
    ['a negative total', '/totals/grandTotalMinor', set('/totals/grandTotalMinor', -1)],
    ['totals without tax', '/totals/taxMinor', set('/totals/taxMinor', undefined)],
    ['a GTIN of 11 digits', '/lines/0/gtin', set('/lines/0/gtin', '12345678901')],
    ['a fraction of a gram', '/lines/0/requestedWeightGrams', set('/lines/0/requestedWeightGrams', 0.5)],
    ['an image that is no web address', '/lines/0/imageUrl', set('/lines/0/imageUrl', 'javascript:alert(1)')],
    ['an unknown preference', '/lines/0/substitution/preference', set('/lines/0/substitution/preference', 'whatever')],
    ['notes of 2,001 characters', '/notes', set('/notes', 'x'.repeat(2_001))],
    [
      '51 entries of metadata',
      '/metadata',
      set('/metadata', Object.fromEntries(Array.from({ length: 51 }, (_, i) => [`k${i}`, '']))),
    ],
    ['a metadata key of 65 characters', `/metadata/${'k'.repeat(65)}`, set('/metadata', { ['k'.repeat(65)]: '' })],
  ])('%s', (_, at, change) => {
    expect(pointersOf(OrderInputSchema.safeParse(changed(change)))).toEqual([at]);
  });

  test.each([
    'externalId',
    'placedAt',
    'currency',
    'storeLocationId',
    'fulfilment',
    'window',
    'recipient',
    'lines',
    'totals',
  ])('an order without %s', (field) => {
    expect(pointersOf(OrderInputSchema.safeParse(changed(set(`/${field}`, undefined))))).toEqual([`/${field}`]);
  });

  test('everything that is wrong at once, not only the first', () => {
    const body = changed((order) => ({
      ...order,
      currency: 'x',
      notes: 1,
      lines: [{ ...order.lines[0], quantity: 0 }],
    }));
    expect(pointersOf(OrderInputSchema.safeParse(body))).toEqual(['/currency', '/lines/0/quantity', '/notes']);
  });
});

describe('OrderPatchSchema', () => {
  test.each(['recipient', 'window', 'lines', 'totals', 'notes'] as const)('takes %s alone', (field) => {
    expect(OrderPatchSchema.safeParse({ [field]: fullOrderBody[field] }).success).toBe(true);
  });

  test.each<[string, unknown, string]>([
    ['a patch of nothing', {}, ''],
    ['what may never change', { externalId: 'x', notes: 'y' }, '/externalId'],
    ['an order without lines', { lines: [] }, '/lines'],
    [
      'a window that ends before it begins',
      { window: { from: fullOrderBody.window.to, to: fullOrderBody.window.from } },
      '/window/to',
    ],
  ])('refuses %s', (_, patch, at) => {
    expect(pointersOf(OrderPatchSchema.safeParse(patch))).toEqual([at]);
  });
});
