import { nash } from '../../../src/connectors/fulfilment/nash/index.ts';
import { NashSettingsSchema, type NashSettings } from '../../../src/connectors/fulfilment/nash/settings.ts';
import type { FulfilmentConnection, OrderToFulfil } from '../../../src/connectors/fulfilment/port.ts';
import { createFakeClock } from '../../support/fake-clock.ts';
import { openWire } from '../wire-harness.ts';

export const host = 'https://api.sandbox.usenash.com';
export const settingsBody = { environment: 'sandbox', apiKey: 'key_canary' };
export const settingsOf = (changes: Record<string, unknown> = {}): NashSettings =>
  NashSettingsSchema.parse({ ...settingsBody, ...changes });

/** The connector over the real HTTP client. `pauses` are the budgets that it was told to rest, and for how long. */
export function connectNash(settings = settingsOf()) {
  const clock = createFakeClock(Date.parse('2026-01-15T01:00:00Z'));
  const { io, pauses } = openWire('nash', clock);
  const connection = nash.connect(settings, io);
  if (!isComplete(connection)) throw new Error('nash lacks a method');
  return { nash: connection, pauses };
}

const isComplete = (connection: FulfilmentConnection): connection is Required<FulfilmentConnection> =>
  ['submit', 'dispatch', 'amend', 'cancel', 'listOpen', 'missedMessages', 'catalog'].every(
    (method) => method in connection,
  );

export const orderToFulfil = (changes: Partial<OrderToFulfil> = {}): OrderToFulfil => ({
  id: 'ord_1',
  source: 'generic',
  externalId: 'v502348abc-01',
  externalRef: 'v502348abc-01',
  currency: 'AUD',
  storeLocationId: 'store_001',
  fulfilmentMethod: 'delivery',
  channel: undefined,
  content: {
    window: { from: '2026-01-15T02:00:00.000Z', to: '2026-01-15T04:00:00.000Z' },
    lines: [
      {
        id: '11111111-1111-1111-1111-111111111111',
        sku: '100001',
        name: 'Dried Fruit Snack 130g',
        quantity: 2,
        unitPriceMinor: 440,
        gtin: '1234567890128',
        aisle: 'A4',
        substitution: { preference: 'refund', source: 'customer' },
      },
      {
        id: '22222222-2222-2222-2222-222222222222',
        sku: '200002',
        name: 'Free Range Chicken Tenderloins',
        quantity: 1,
        unitPriceMinor: 1209,
        weighted: true,
        requestedWeightGrams: 550,
        substitution: { preference: 'contact' },
      },
      {
        id: '33333333-3333-3333-3333-333333333333',
        sku: '300003',
        name: 'Immune Support Shot Ginger 60ml',
        quantity: 1,
        unitPriceMinor: 330,
        substitution: {
          preference: 'substitute',
          source: 'merchant',
          substitutes: [{ sku: '300099', quantity: 1, weightGrams: 65 }],
        },
      },
      {
        id: '66666666-6666-6666-6666-666666666666',
        sku: '600006',
        name: 'Bananas Each',
        quantity: 2,
        unitPriceMinor: 93,
      },
      { id: '77777777-7777-7777-7777-777777777777', sku: '700007', name: 'Bananas', quantity: 1, unitPriceMinor: 407 },
    ],
    totals: { itemsMinor: 3012, shippingMinor: 500, taxMinor: 0, grandTotalMinor: 3512 },
  },
  person: {
    recipient: {
      name: 'Ana Canário da Silva',
      phone: '+61 400 000 002',
      email: 'ana@example.com',
      address: {
        street: 'Example St',
        number: '1',
        complement: 'Unit 3',
        city: 'Carlton',
        state: 'VIC',
        postalCode: '3053',
        country: 'AUS',
      },
    },
    notes: 'Leave at front door',
    lineNotes: { '11111111-1111-1111-1111-111111111111': 'the red pack' },
  },
  ...changes,
});
