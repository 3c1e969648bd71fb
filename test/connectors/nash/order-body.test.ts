import { expect, test } from 'vitest';
import { fromAmendment, fromOrder, toPhone } from '../../../src/connectors/fulfilment/nash/order-body.ts';
import { orderToFulfil, settingsOf } from './nash-harness.ts';

const bodyOf = (order = orderToFulfil(), settings = settingsOf()): unknown =>
  JSON.parse(JSON.stringify(fromOrder(order, settings)));

test('a delivery is told in the fields of the order upsert, lines as sub-items of one container', () => {
  expect(bodyOf(orderToFulfil(), settingsOf({ requirements: ['photo_proof_of_delivery', 'pick_and_pack'] }))).toEqual({
    externalId: 'v502348abc-01',
    referenceId: 'v502348abc-01',
    orderMetadata: { packline_order_id: 'ord_1', packline_source: 'generic' },
    requirements: ['pick_and_pack', 'photo_proof_of_delivery'],
    pickupExternalStoreLocationId: 'store_001',
    dropoffAddress: '1 Example St, Unit 3, Carlton, VIC, 3053, AUS',
    dropoffFirstName: 'Ana',
    dropoffLastName: 'Canário da Silva',
    dropoffPhoneNumber: '+61400000002',
    dropoffEmail: 'ana@example.com',
    dropoffInstructions: 'Leave at front door',
    deliveryMode: 'scheduled',
    dropoffStartTime: '2026-01-15T02:00:00Z',
    dropoffEndTime: '2026-01-15T04:00:00Z',
    currency: 'AUD',
    valueCents: 3012,
    itemsCount: 7,
    items: [
      {
        id: 'v502348abc-01',
        description: 'Order v502348abc-01',
        count: 1,
        valueCents: 3012,
        subItems: [
          {
            id: '11111111-1111-1111-1111-111111111111',
            sku: '100001',
            description: 'Dried Fruit Snack 130g',
            count: 2,
            valueCents: 880,
            barcode: '1234567890128',
            substitution: { preference: 'refund', source: 'customer' },
            metadata: { aisle: 'A4', notes: 'the red pack' },
          },
          {
            id: '22222222-2222-2222-2222-222222222222',
            sku: '200002',
            description: 'Free Range Chicken Tenderloins',
            count: 1,
            valueCents: 1209,
            weight: 0.55,
            metadata: { substitution_preference: 'contact_customer' },
          },
          {
            id: '33333333-3333-3333-3333-333333333333',
            sku: '300003',
            description: 'Immune Support Shot Ginger 60ml',
            count: 1,
            valueCents: 330,
            substitution: {
              preference: 'substitute',
              source: 'merchant',
              substituteItems: [{ sku: '300099', quantity: 1, weight: 0.065 }],
            },
          },
          {
            id: '66666666-6666-6666-6666-666666666666',
            sku: '600006',
            description: 'Bananas Each',
            count: 2,
            valueCents: 186,
          },
          {
            id: '77777777-7777-7777-7777-777777777777',
            sku: '700007',
            description: 'Bananas',
            count: 1,
            valueCents: 407,
          },
        ],
      },
    ],
  });
});

test('what the order no longer has is sent as null, so that an update takes it back', () => {
  const { content } = orderToFulfil();
  const person = { recipient: { name: 'Ana', address: orderToFulfil().person.recipient.address }, lineNotes: {} };
  expect(bodyOf(orderToFulfil({ content, person }))).toMatchObject({
    dropoffFirstName: 'Ana',
    dropoffLastName: null,
    dropoffPhoneNumber: null,
    dropoffEmail: null,
    dropoffInstructions: null,
  });
});

test('an order that the customer collects is never sent to their home address', () => {
  const body = bodyOf(orderToFulfil({ fulfilmentMethod: 'pickup' }));
  expect(JSON.stringify(body)).not.toContain('Example St');
  expect(body).toMatchObject({ pickupStartTime: '2026-01-15T02:00:00Z', pickupEndTime: '2026-01-15T04:00:00Z' });
  expect(body).not.toHaveProperty('dropoffStartTime');
  expect(JSON.stringify(fromAmendment(orderToFulfil({ fulfilmentMethod: 'pickup' })))).not.toContain('Example St');
});

test('the store is named by its id alone unless the settings say otherwise', () => {
  expect(bodyOf()).not.toHaveProperty('pickupPhoneNumber');
  expect(bodyOf(orderToFulfil(), settingsOf({ pickupPhoneNumber: '+61 (400) 000-001' }))).toMatchObject({
    pickupPhoneNumber: '+61400000001',
  });
});

test.each([
  ['+55 (11) 99999-0000', '+5511999990000'],
  ['+61400000002', '+61400000002'],
  ['0400 000 002', '0400 000 002'],
  ['0061400000002', '0061400000002'],
  ['+0400000002', '+0400000002'],
  ['+61 400 ext 2', '+61 400 ext 2'],
])('a phone number is rewritten only when it can mean one thing: %s', (phone, sent) => {
  expect(toPhone(phone)).toBe(sent);
});

test('texts are cut at Nash’s lengths, counted in characters and never inside one', () => {
  const base = orderToFulfil();
  const text = `a${'😀'.repeat(400)}`;
  const person = { ...base.person, notes: text, recipient: { ...base.person.recipient, name: `A ${text}` } };
  const lines = base.content.lines.map((line) => ({ ...line, name: text }));
  const body = fromOrder({ ...base, person, content: { ...base.content, lines } }, settingsOf());
  expect(body.dropoffInstructions).toBe(`a${'😀'.repeat(279)}`);
  expect(body.dropoffLastName).toBe(`a${'😀'.repeat(79)}`);
  expect(body.items[0]?.subItems[0]?.description).toBe(`a${'😀'.repeat(279)}`);
});

test('a weight is of one unit at Nash, where ours is of all of them; a value is of all in both', () => {
  const base = orderToFulfil();
  const line = {
    id: 'l-1',
    sku: '700007',
    name: 'Bananas',
    quantity: 3,
    unitPriceMinor: 150,
    weighted: true,
    requestedWeightGrams: 1_000,
    substitution: { preference: 'substitute' as const, substitutes: [{ sku: '7', quantity: 2, weightGrams: 900 }] },
  };
  const body = fromOrder({ ...base, content: { ...base.content, lines: [line] } }, settingsOf());
  expect(body.items[0]?.subItems).toMatchObject([
    { count: 3, weight: 0.333, valueCents: 450, substitution: { substituteItems: [{ quantity: 2, weight: 0.45 }] } },
  ]);
});
