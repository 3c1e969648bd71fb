import * as z from 'zod';
import { describe, expect, test } from 'vitest';
import { Failure } from '../../../src/domain/failure.ts';
import { canonicalJson } from '../../../src/domain/canonical-json.ts';
import { oddValues, pathsOf, withAt } from '../../fixtures/vtex-pick-and-pack/odd-values.ts';
import { itemBody, orderBody, orderId } from '../../fixtures/vtex/order.ts';
import { codesOf, mapped, mappedWith } from './vtex-harness.ts';

test('the documented order is Packline’s order, each value of it', () => {
  expect(mapped(orderBody())).toEqual({
    input: {
      externalId: orderId,
      placedAt: '2024-02-04T20:09:43.899Z',
      currency: 'BRL',
      storeLocationId: 'warehouse_68d7',
      fulfilment: 'delivery',
      window: { from: '2024-02-04T20:09:43.899Z', to: '2024-03-09T10:13:40.102Z' },
      recipient: {
        name: 'Rodrigo Smith',
        phone: '+5561992227222',
        email: 'rodrigo.smith@email.com',
        address: {
          street: 'Avenida Lúcio Costa',
          number: '126',
          complement: '10, apartment',
          neighborhood: 'Barra da Tijuca',
          city: 'Rio de Janeiro',
          state: 'RJ',
          postalCode: '22630-011',
          country: 'BRA',
          location: { latitude: -23.0105873, longitude: -43.3373718 },
        },
      },
      lines: [
        {
          id: '94913BB553334977BFD669A24E678C69',
          sku: '18',
          name: 'Bay Max L',
          quantity: 1,
          unitPriceMinor: 990,
          imageUrl: 'https://luxstore.img.com.br/ids/155392-55-55/KOI.jpg?v=6359184022286',
        },
      ],
      totals: { itemsMinor: 99, shippingMinor: 300, taxMinor: 0, grandTotalMinor: 1160 },
      channel: '1',
      metadata: {
        sequence: '502556',
        orderGroup: '1415461749731',
        marketplaceOrderId: orderId,
        sellerOrderId: '00-v502556llux-01',
        affiliateId: 'GHB',
        origin: 'Marketplace',
        salesChannel: '1',
        hostname: 'luxstore',
      },
    },
    state: 'handling',
    changedAt: '2024-02-06T20:46:11.701Z',
    remarks: [],
    returns: [],
  });
});

test('the same order is mapped to the same bytes each time it is read', () => {
  expect(canonicalJson(mapped(orderBody()).input)).toBe(canonicalJson(mapped(orderBody()).input));
});

const people = /rodrigo|smith|lúcio|5561992227222|845\.134|22630|tijuca|-43\.33/i;

/** The order, or why it is none. Anything but an order or `vtex.order_unusable` fails the test. */
function outcomeOf(body: unknown): { pointers: string[]; codes: string[] } {
  try {
    return { pointers: [], codes: codesOf(mapped(body)) };
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    expect(error).toMatchObject({ kind: 'rejected', code: 'vtex.order_unusable' });
    expect(JSON.stringify([error.message, error.detail])).not.toMatch(people);
    const pointers = z.array(z.string().startsWith('/')).min(1).parse(error.detail['pointers']);
    expect(error.message).toContain(pointers[0]);
    return { pointers, codes: [] };
  }
}

const paths = pathsOf(orderBody()).filter((path) => path.length > 0 && path[0] !== 'orderId');

describe('whatever becomes of a field', () => {
  test('the order is mapped, or refused with pointers and without anybody’s data', () => {
    expect(paths.length).toBeGreaterThan(100);
    for (const path of paths) for (const odd of oddValues) outcomeOf(withAt(orderBody(), path, odd));
  });

  test('only these fields can make an order unusable by their absence', () => {
    const needed = paths.flatMap((path) =>
      [undefined, null].some((none) => outcomeOf(withAt(orderBody(), path, none)).pointers.length > 0)
        ? [path.join('.')]
        : [],
    );
    expect(needed).toEqual([
      'status',
      'creationDate',
      'storePreferencesData',
      'storePreferencesData.currencyCode',
      'shippingData',
      'shippingData.address.city',
      'shippingData.address.country',
      'shippingData.address.street',
      'items',
      'items.0',
      'items.0.id',
      'items.0.quantity',
    ]);
  });
});

test.each([
  ['a state that is not told', { status: null }, ['/status']],
  ['a state that is no word', { status: { a: 1 } }, ['/status']],
  ['a time that is none', { creationDate: 'yesterday' }, ['/placedAt', '/window/from', '/window/to']],
  ['a currency that is none', { storePreferencesData: { currencyCode: 'R$' } }, ['/currency']],
  ['nothing to pick', { items: [] }, ['/lines']],
  ['items that are no list', { items: 'none' }, ['/lines']],
  [
    'an item that is none, which is never left out in silence',
    { items: [itemBody(), null] },
    ['/lines/1/sku', '/lines/1/name', '/lines/1/quantity', '/lines/1/unitPriceMinor'],
  ],
  ['half a piece', { items: [itemBody({ quantity: 1.5 })] }, ['/lines/0/quantity']],
  ['a price below zero', { items: [itemBody({ sellingPrice: -1 })] }, ['/lines/0/unitPriceMinor']],
  ['a delivery to nowhere', { shippingData: { address: null } }, ['/recipient/address']],
])('%s is refused, and it is said where', (_what, changes, pointers) => {
  expect(outcomeOf(orderBody(changes)).pointers).toEqual(pointers);
});

test('a refusal stays short, however many lines are wrong', () => {
  const items = Array.from({ length: 400 }, () => ({}));
  const { pointers } = outcomeOf(orderBody({ items }));
  expect(pointers).toHaveLength(20);
});

test('an order whose workflow is stuck is handled, and somebody is told', () => {
  expect(codesOf(mappedWith({ workflowIsInError: true }))).toEqual(['vtex.workflow_error']);
});

test.each([
  ['2024-02-06T20:46:11.7010747-03:00', '2024-02-06T23:46:11.701Z'],
  ['2024-02-06T20:46:11', null],
  [null, null],
])('the last change %j is %j: a time without a zone is not guessed', (lastChange, changedAt) => {
  expect(mappedWith({ lastChange }).changedAt).toBe(changedAt);
});

test('a time that leaves the calendar is no time to place an order at', () => {
  const { pointers } = outcomeOf(orderBody({ creationDate: '9999-12-31T23:59:59-23:59' }));
  expect(pointers).toContain('/placedAt');
});

describe('the order’s own words', () => {
  const notesOf = (value: unknown) => mappedWith({ openTextField: { value } }).input.notes;

  test('are its notes, trimmed', () => expect(notesOf('  ring twice\n')).toBe('ring twice'));

  test('are none when nothing is said', () => {
    for (const value of [null, undefined, '', '   ', {}, []]) expect(notesOf(value)).toBeUndefined();
  });

  test('are cut before 2000, and never inside a character', () => {
    expect(notesOf('x'.repeat(3_000))).toHaveLength(2_000);
    const cut = notesOf(`x${'🍎'.repeat(2_000)}`) ?? '';
    expect(cut).toHaveLength(1_999);
    expect(cut.isWellFormed()).toBe(true);
    expect(cut.endsWith('🍎')).toBe(true);
  });

  test('are made well-formed, so that what is stored is what was read', () => {
    expect(notesOf('a\ud800b')).toBe('a\ufffdb');
  });
});

test('metadata keeps within its limits and leaves out what says nothing', () => {
  const { metadata, channel } = mappedWith({
    sequence: 502556,
    orderGroup: 'g'.repeat(600),
    affiliateId: '',
    hostname: null,
    origin: { a: 1 },
    salesChannel: `c${'🍎'.repeat(300)}`,
  }).input;
  expect(metadata).toEqual({
    sequence: '502556',
    orderGroup: 'g'.repeat(500),
    marketplaceOrderId: orderId,
    sellerOrderId: '00-v502556llux-01',
    salesChannel: `c${'🍎'.repeat(249)}`,
  });
  expect(channel).toBe(`c${'🍎'.repeat(29)}`);
});
