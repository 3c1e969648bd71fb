import { makeOrder, type Order, type OrderPerson } from '../../src/domain/order.ts';
import { OrderInputSchema, type OrderInput } from '../../src/domain/order-input.ts';

/** An order with every field that the schema knows, as an OMS posts it: plain JSON, not yet parsed. */
export const fullOrderBody = {
  externalId: '1253881550433-01',
  placedAt: '2026-01-14T23:30:00-03:00',
  currency: 'BRL',
  storeLocationId: 'store-pinheiros',
  fulfilment: 'delivery',
  window: { from: '2026-01-15T13:00:00Z', to: '2026-01-15T15:00:00Z' },
  recipient: {
    name: 'Ana Souza',
    phone: '+5511999990000',
    email: 'ana@example.com',
    address: {
      street: 'Rua dos Pinheiros',
      number: '498',
      complement: 'apto 12',
      neighborhood: 'Pinheiros',
      city: 'São Paulo',
      state: 'SP',
      postalCode: '05422-000',
      country: 'BRA',
      location: { latitude: -23.5629, longitude: -46.6825 },
    },
  },
  lines: [
    {
      id: '1',
      sku: 'BANANA',
      name: 'Banana prata',
      quantity: 2,
      unitPriceMinor: 699,
      gtin: '7891234567895',
      weighted: true,
      requestedWeightGrams: 1_200,
      substitution: {
        preference: 'substitute',
        source: 'customer',
        substitutes: [{ sku: 'BANANA-NANICA', quantity: 2, weightGrams: 1_200 }],
      },
      imageUrl: 'https://images.example.com/banana.png',
      aisle: 'A1',
      notes: 'not too ripe',
    },
    { id: '2', sku: 'MILK-1L', name: 'Milk 1 l', quantity: 6, unitPriceMinor: 549 },
  ],
  totals: { itemsMinor: 4_692, shippingMinor: 990, taxMinor: 0, grandTotalMinor: 5_682 },
  notes: 'ring twice',
  metadata: { loyalty: 'gold' },
  channel: 'web',
};

export const fullOrderInput = (): OrderInput => OrderInputSchema.parse(fullOrderBody);

export const acceptedAt = '2026-01-15T02:31:00.000Z';

/** That order, made: as it stands right after it was accepted. */
export const madeOrder = (input: OrderInput = fullOrderInput()): { order: Order; person: OrderPerson } =>
  makeOrder(input, { id: 'ord_01jd3xk5q8h2v4m6n7p9r0stwz', merchantId: 'mer_1', source: 'generic', acceptedAt });
