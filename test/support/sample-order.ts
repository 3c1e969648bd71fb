import type { OrderInput } from '../../src/domain/order-input.ts';

/** A full order as an OMS posts it: a plain line, a line with substitutes, a weighed line. */
export const sampleOrder = (overrides: Partial<OrderInput> = {}): OrderInput => ({
  externalId: 'v502348abc-01',
  placedAt: '2026-01-14T21:10:00.000Z',
  currency: 'AUD',
  storeLocationId: 'store-1',
  fulfilment: 'delivery',
  window: { from: '2026-01-15T02:00:00.000Z', to: '2026-01-15T04:00:00.000Z' },
  recipient: {
    name: 'Ana Canário Silva',
    phone: '+61400000002',
    email: 'ana.canary@example.com',
    address: {
      street: 'Canary Wharf Lane',
      number: '1',
      city: 'Carlton',
      state: 'VIC',
      postalCode: '3053',
      country: 'AUS',
    },
  },
  lines: [
    {
      id: 'line-1',
      sku: '100001',
      name: 'Dried Fruit Snack 130g',
      quantity: 2,
      unitPriceMinor: 440,
      gtin: '1234567890128',
      substitution: { preference: 'refund', source: 'customer' },
    },
    {
      id: 'line-2',
      sku: '300003',
      name: 'Immune Support Shot Ginger 60ml',
      quantity: 1,
      unitPriceMinor: 330,
      substitution: { preference: 'substitute', source: 'customer', substitutes: [{ sku: '300099', quantity: 1 }] },
    },
    {
      id: 'line-3',
      sku: '200002',
      name: 'Free Range Chicken Tenderloins 450g-650g',
      quantity: 1,
      unitPriceMinor: 1209,
      weighted: true,
      requestedWeightGrams: 550,
    },
  ],
  totals: { itemsMinor: 2419, shippingMinor: 500, taxMinor: 0, grandTotalMinor: 2919 },
  notes: 'Canary note: ring twice',
  ...overrides,
});
