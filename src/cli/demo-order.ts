import type { OrderInput } from '../domain/order-input.ts';

const shelf = [
  { sku: '100001', name: 'Dried Fruit Snack 130g', unitPriceMinor: 440 },
  { sku: '300003', name: 'Immune Support Shot Ginger 60ml', unitPriceMinor: 330 },
  { sku: '600006', name: 'Fresh Bananas Each', unitPriceMinor: 93 },
  { sku: '400004', name: 'Sourdough Loaf 700g', unitPriceMinor: 690 },
  { sku: '500005', name: 'Full Cream Milk 2 l', unitPriceMinor: 310 },
] as const;
const weighed = { sku: '200002', name: 'Chicken Tenderloins 450g-650g', unitPriceMinor: 1209 } as const;

const people = ['Ana Silva', 'Ben Okafor', 'Chloe Martin', 'Dinh Tran', 'Eva Novak'] as const;

/** A believable grocery order: some plain lines, one that may be substituted, one that is weighed. */
export function makeDemoOrder(externalId: string, nowMs: number, random: () => number): OrderInput {
  const pick = <T>(from: readonly T[], otherwise: T): T => from[Math.floor(random() * from.length)] ?? otherwise;
  const first = pick(shelf, shelf[0]);
  const second = shelf[(shelf.indexOf(first) + 1) % shelf.length] ?? shelf[0];
  const plain = { id: '1', ...first, quantity: 1 + Math.floor(random() * 3) };
  const replaceable = {
    id: '2',
    ...second,
    quantity: 1,
    substitution: {
      preference: 'substitute' as const,
      source: 'customer' as const,
      substitutes: [{ sku: '300099', quantity: 1 }],
    },
  };
  const byWeight = { id: '3', ...weighed, quantity: 1, weighted: true, requestedWeightGrams: 550 };
  const lines = [plain, replaceable, byWeight];
  const itemsMinor = lines.reduce((sum, line) => sum + line.quantity * line.unitPriceMinor, 0);
  const hourMs = 3_600_000;
  return {
    externalId,
    placedAt: new Date(nowMs).toISOString(),
    currency: 'AUD',
    storeLocationId: 'store-1',
    fulfilment: 'delivery',
    window: { from: new Date(nowMs + hourMs).toISOString(), to: new Date(nowMs + 3 * hourMs).toISOString() },
    recipient: {
      name: pick(people, people[0]),
      phone: `+61400${String(Math.floor(random() * 1_000_000)).padStart(6, '0')}`,
      address: {
        street: 'Example Street',
        number: '1',
        city: 'Carlton',
        state: 'VIC',
        postalCode: '3053',
        country: 'AUS',
      },
    },
    lines,
    totals: { itemsMinor, shippingMinor: 500, taxMinor: 0, grandTotalMinor: itemsMinor + 500 },
    channel: 'demo',
  };
}
