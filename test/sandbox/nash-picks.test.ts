import { expect, test } from 'vitest';
import { deliveryOf, dispatchOrder, makeProduct, startNash, type NashHarness } from './nash-harness.ts';

type Row = Record<string, unknown>;

/** What the picker put in the bag for an order told so. */
async function pick(nash: NashHarness, instructions: Row | undefined, changes: Row = {}): Promise<Row[]> {
  if (instructions !== undefined) await nash.control('POST', '/nash/picks', { externalId: 'o-1', ...instructions });
  await dispatchOrder(nash, 'o-1', changes);
  const { body } = await nash.control('POST', '/nash/jobs/o-1/advance', { to: 'items_pick_complete' });
  const delivery = deliveryOf(body);
  return delivery.picked_items ?? delivery.pickedItems ?? [];
}

const rowOf = (rows: Row[], id: string): Row | undefined =>
  rows.find((row) => (row['requested_id'] ?? row['requestedId']) === id);

test('an exact pick answers every field of the guide', async () => {
  const rows = await pick(await startNash(), undefined);
  expect(rowOf(rows, 'line-1')).toEqual({
    id: 'line-1',
    sku: '100001',
    name: 'Dried Fruit',
    status: 'no_substitution',
    quantity: 2,
    requested_quantity: 2,
    weight: null,
    price_cents: 880,
    requested_id: 'line-1',
    requested_sku: '100001',
    scanned_barcode: '1234567890128',
    scans: null,
  });
});

test('a short line has a smaller quantity and line price, and quantity 0 is a row too', async () => {
  const rows = await pick(await startNash(), {
    lines: { 'line-1': { outcome: 'short', quantity: 1 }, 600006: { outcome: 'short', quantity: 0 } },
  });
  expect(rowOf(rows, 'line-1')).toMatchObject({ quantity: 1, requested_quantity: 2, price_cents: 440 });
  expect(rowOf(rows, 'line-4')).toMatchObject({
    quantity: 0,
    requested_quantity: 2,
    price_cents: 0,
    scanned_barcode: null,
  });
});

test('a missing line has no row at all', async () => {
  const rows = await pick(await startNash(), { lines: { 'line-1': { outcome: 'missing' } } });
  expect(rows.map((row) => row['requested_id'])).toEqual(['line-2', 'line-3', 'line-4']);
});

test("a substitution has no id, another SKU and the word for the order's own choice", async () => {
  const nash = await startNash();
  await nash.call('POST', '/v1/products', { products: [makeProduct('300099', { name: 'Immune Shot' })] });
  const rows = await pick(nash, {
    lines: { 'line-1': { outcome: 'substitute', sku: '100099', priceCents: 900 }, 'line-3': { outcome: 'substitute' } },
  });
  expect(rowOf(rows, 'line-3')).toMatchObject({
    id: null, sku: '300099', requested_sku: '300003', name: 'Immune Shot', status: 'pre_selected', quantity: 1, price_cents: 330,
  }); // prettier-ignore
  expect(rowOf(rows, 'line-1')).toMatchObject({ id: null, sku: '100099', status: 'override', price_cents: 900 });
});

test('one line can be split over several rows', async () => {
  const rows = await pick(await startNash(), {
    lines: {
      'line-1': [
        { outcome: 'short', quantity: 1 },
        { outcome: 'substitute', sku: '100099', quantity: 1 },
      ],
    },
  });
  expect(rows.filter((row) => row['requested_id'] === 'line-1').map((row) => [row['sku'], row['quantity']])).toEqual([
    ['100001', 1],
    ['100099', 1],
  ]);
});

test('a weighed line has kilograms, a line price and a GS1 label that says both', async () => {
  const nash = await startNash({ clock: { now: () => Date.UTC(2025, 11, 27) } });
  const rows = await pick(nash, { lines: { 'line-2': { outcome: 'weighed', weightKg: 0.608, priceCents: 1307 } } });
  expect(rowOf(rows, 'line-2')).toMatchObject({
    weight: 0.608,
    price_cents: 1307,
    scanned_barcode: '010000000200002215260101310300060839220001307',
    scans: null,
  });
});

test('several packs are several scans whose weights and prices add up', async () => {
  const rows = await pick(await startNash(), {
    lines: {
      'line-4': {
        outcome: 'multi_scan',
        scans: [
          { weightKg: 0.72, priceCents: 225 },
          { weightKg: 0.73, priceCents: 225 },
        ],
      },
    },
  });
  expect(rowOf(rows, 'line-4')).toMatchObject({
    weight: 1.45,
    price_cents: 450,
    scanned_barcode: '0100000006000066310300072039220000225',
    scans: [
      {
        substitution_type: 'no_substitution',
        barcodes: [
          {
            barcode: '0100000006000066310300072039220000225',
            format: 'gs1_databar',
            is_variable_weight: true,
            weight: 0.72,
            weight_unit: 'kg',
            price_cents: 225,
            product_code: '00000006000066',
            expiration_date: null,
          },
        ],
      },
      { barcodes: [{ weight: 0.73 }] },
    ],
  });
});

test('goods of a WEIGHTED product are weighed at the price of the measurement unit without being told', async () => {
  const nash = await startNash();
  await nash.call('POST', '/v1/products', { products: [makeProduct('200002', { attributes: ['WEIGHTED'] })] });
  await nash.call('POST', '/v1/inventory', {
    inventory: [
      {
        externalProductId: '200002',
        externalStoreLocationId: 'store_001',
        available: true,
        details: { weightedItemInfo: { valueCentsPerMeasurementUnit: 2150 } },
      },
    ],
  });
  expect(rowOf(await pick(nash, undefined), 'line-2')).toMatchObject({ weight: 0.55, price_cents: 1183 });
});

test('the camelCase generation has its own container, words and keys', async () => {
  const nash = await startNash({ nash: { spelling: 'pickedItems' } });
  const job = await dispatchOrder(nash, 'o-0');
  expect(job.jobConfigurations[0].delivery.pickedItems).toBeNull();
  const rows = await pick(nash, {
    lines: {
      'line-1': { outcome: 'short', quantity: 1 },
      'line-3': { outcome: 'substitute' },
      'line-4': { outcome: 'multi_scan', scans: [{ weightKg: 1, priceCents: 2 }] },
    },
  });
  expect(rows.map((row) => row['status'])).toEqual(['partially_picked', 'picked', 'substituted', 'picked']);
  expect(rowOf(rows, 'line-4')).toMatchObject({
    requestedSku: '600006',
    priceCents: 2,
    scans: [{ substitutionType: 'no_substitution', barcodes: [{ isVariableWeight: true, weightUnit: 'kg' }] }],
  });
});

test('rows given verbatim are answered as they are', async () => {
  const rows = [{ sku: 'x', anything: true }];
  expect(await pick(await startNash(), { rows })).toEqual(rows);
});

async function bagsUnder(seed: number): Promise<unknown[]> {
  const nash = await startNash({ seed, picker: { mode: 'manual', outcome: 'seeded' } });
  const bags: unknown[] = [];
  for (let index = 0; index < 8; index += 1) {
    await dispatchOrder(nash, `o-${index}`);
    const { body } = await nash.control('POST', `/nash/jobs/o-${index}/advance`, { to: 'items_pick_complete' });
    bags.push(deliveryOf(body).picked_items);
  }
  return bags;
}

test('seeded outcomes are the same for the same seed and order, and differ between orders', async () => {
  const bags = await bagsUnder(7);
  expect(await bagsUnder(7)).toEqual(bags);
  expect(await bagsUnder(8)).not.toEqual(bags);
  expect(new Set(bags.map((bag) => JSON.stringify(bag))).size).toBeGreaterThan(1);
});
