import { expect, test } from 'vitest';
import { startPickAndPack, type PnpHarness } from './vtex-pick-and-pack-harness.ts';

const handled = { pickers: ['picker-1'], warehouses: [{ warehouseId: 'store-2', warehouseName: 'store-2' }] };

const bodyOf = async (pnp: PnpHarness, orderId: string): Promise<Record<string, unknown>> => {
  await pnp.control('POST', '/cache/clear');
  return (await pnp.read(`/orders/${orderId}`)).body as Record<string, unknown>;
};

test('an order has every field of the document, in enum A', async () => {
  const pnp = await startPickAndPack();
  const orderId = await pnp.shop();
  const unhandled = await bodyOf(pnp, orderId);
  expect(unhandled).toMatchObject({ status: 'PENDING', pickedItems: [], packages: [], invoices: [] });
  expect(unhandled['unhandledItems']).toMatchObject([
    { sku: '18', quantity: null, pickingPrice: null, status: 'PENDING' },
    { sku: '75', quantity: null },
  ]);
  await pnp.moveTo(orderId, 'READY_FOR_INVOICING');
  pnp.oms.invoice(orderId);
  expect(await bodyOf(pnp, orderId)).toEqual({
    orderId,
    sequence: expect.any(String),
    status: 'COMPLETED',
    createdAt: '2026-01-15T01:02:03.045Z',
    updatedAt: '2026-01-15T01:02:03.045Z',
    shippingEstimatedDateMin: expect.stringMatching(/^2026-01-15T02:02:03\.\d{7}\+00:00$/),
    tags: [],
    pickingTime: expect.any(Number),
    packingTime: expect.any(Number),
    shippingTime: expect.any(Number),
    invoices: [{ invoiceKey: `key-${orderId}`, invoiceTotal: 1634 }],
    unhandledItems: [],
    pickedItems: [
      expect.objectContaining({ sku: '18' }),
      {
        id: '75',
        sku: '75',
        referenceCode: 'ref-75',
        itemName: 'Item 75',
        price: 1695,
        pickingPrice: 322,
        quantity: 2,
        originalQuantity: 2,
        replacedBy: null,
        weighableProduct: true,
        unitMultiplier: 0.19,
        originalUnitMultiplier: 0.19,
        unitOfMeasure: 'KILOGRAMS',
        images: [expect.any(String)],
        ean: 'EAN75',
        status: 'COMPLETED',
        packedQuantity: 2,
        reasons: null,
        pickers: handled.pickers,
        worksheets: [expect.stringMatching(/^\d{12}$/)],
        warehouses: [{ ...handled.warehouses[0], quantity: 2 }],
        createdAt: expect.any(String),
      },
    ],
    rejectedItems: [],
    replacedItems: [],
    packages: [{ id: expect.any(String), status: 'PACKED', itemsIds: ['18', '75'] }],
    payment: [
      expect.objectContaining({ paymentName: 'Cash', currency: expect.objectContaining({ decimalDigits: 2 }) }),
    ],
  });
});

test('statuses are those of the earlier draft where the account has it so', async () => {
  const pnp = await startPickAndPack();
  await pnp.set({ statusStyle: 'draft16' });
  const orderId = await pnp.shop();
  const seen: unknown[] = [];
  for (const status of ['READY_FOR_PICKING', 'READY_FOR_INVOICING', 'ON_ROUTE', 'DELIVERED', 'CANCELED']) {
    await pnp.moveTo(orderId, status);
    seen.push((await bodyOf(pnp, orderId))['status']);
  }
  expect(seen).toEqual(['READY_FOR_PICKING', 'COLLECTED', 'SHIPPING', 'DELIVERED', 'CANCELED']);
});

test('seeded pickers leave lines short with a reason, replace them, and weigh them; each run in the same way', async () => {
  type Item = Record<string, unknown>;
  const run = async () => {
    const pnp = await startPickAndPack({ picker: { outcome: 'seeded' } });
    const lines = Array.from({ length: 60 }, (_, at) => ({ sku: String(100 + at), quantity: 3, ...(at < 20 && { unit: 'kg', unitMultiplier: 0.5 }) })); // prettier-ignore
    const orderId = await pnp.shop('many-01', { lines });
    await pnp.moveTo(orderId, 'READY_FOR_INVOICING');
    const [summary] = (await pnp.read(`/worksheets?orderId=${orderId}`)).body as Item[];
    const worksheet = (await pnp.read(`/worksheets/${String(summary?.['worksheetId'])}`)).body as Item;
    return { orderId, body: await bodyOf(pnp, orderId), picked: pnp.oms.picked.get(orderId), worksheet };
  };
  const { orderId, body, picked, worksheet } = await run();
  const [bagged, rejected, replaced] = ['pickedItems', 'rejectedItems', 'replacedItems'].map((list) => body[list] as Item[]); // prettier-ignore
  expect(rejected?.[0]).toMatchObject({ reasons: [{ reasonType: orderId, reasonDetail: 'out-of-stock' }] });
  const partly = rejected?.find(({ sku }) => bagged?.some((item) => item['sku'] === sku));
  const rest = bagged?.find(({ sku }) => sku === partly?.['sku']);
  expect(Number(partly?.['quantity']) + Number(rest?.['quantity'])).toBe(3);
  const substitute = (replaced?.[0]?.['replacedBy'] as string[] | undefined)?.[0];
  expect(substitute).toBeDefined();
  expect(bagged).toContainEqual(expect.objectContaining({ sku: substitute, quantity: 3 }));
  expect(replaced?.[0]).toMatchObject({
    name: expect.any(String),
    orderSource: orderId,
    image: expect.any(String),
    temperature: 'AMBIENT',
  });
  // Required by the schemas, though not all of it is among their properties.
  expect((worksheet['rejectedItems'] as Item[])[0]).toMatchObject({ replacedQuantity: 0 });
  expect((worksheet['replacedItems'] as Item[])[0]).toMatchObject({
    replacedBy: [substitute],
    orderSource: [{ replacedBy: [substitute], notes: [] }],
  });
  const weighed = bagged?.find((item) => item['unitMultiplier'] !== item['originalUnitMultiplier']);
  expect(weighed?.['pickingPrice']).toBe(Math.trunc(Number(weighed?.['price']) * Number(weighed?.['unitMultiplier'])));
  const again = await run();
  expect([again.picked, again.body['pickedItems']]).toEqual([picked, body['pickedItems']]);
});

test('an order has one worksheet in one facility, told in full by id and in short by order', async () => {
  const pnp = await startPickAndPack();
  const orderId = await pnp.shop();
  await pnp.moveTo(orderId, 'PICKING');
  const [summary] = (await pnp.read(`/worksheets?orderId=${orderId}`)).body as Record<string, unknown>[];
  expect(summary).toMatchObject({
    id: expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12}$/),
    facilityId: expect.stringMatching(/^[0-9a-f]{32}$/),
    status: 'IN_PROGRESS',
    ordersIds: [{ orderId, unitsQuantity: 3, itemsQuantity: 2 }],
    completedUnitsQuantity: 0,
    items: [],
  });
  expect(await pnp.read(`/facilities/${String(summary?.['facilityId'])}`)).toMatchObject({
    body: { id: summary?.['facilityId'], country: 'BRA', location: { latitude: expect.any(Number) } },
  });
  await pnp.moveTo(orderId, 'READY_FOR_INVOICING');
  expect((await pnp.read(`/worksheets/${String(summary?.['worksheetId'])}`)).body).toMatchObject({
    id: summary?.['id'],
    status: 'COMPLETED',
    totalItems: 2,
    totalCompletedItems: 2,
    ordersIds: [{ orderId, isInvoiced: false, totalValue: 1634 }],
    items: [{ id: '18', completedQuantity: 1 }, { id: '75' }],
    pickedItems: [
      { id: '18', packedQuantity: 1 },
      { id: '75', orderSource: [{ orderId, sellingPrice: 322 }] },
    ],
    historicalWorksheet: [],
  });
});

test("a shipment is found by its own id and by the carrier's, and goes the way of its order", async () => {
  const pnp = await startPickAndPack();
  await pnp.set({ cacheMs: 0 });
  const orderId = await pnp.shop();
  const statuses: unknown[] = [];
  for (const status of [
    'PREPARING_SHIPPING',
    'READY_FOR_SHIPPING',
    'WAITING_FOR_DELIVERY_COMPANY',
    'ON_ROUTE',
    'DELIVERED',
  ]) {
    // prettier-ignore
    await pnp.moveTo(orderId, status);
    const [summary] = (await pnp.read(`/shipments?orderId=${orderId}`)).body as Record<string, string>[];
    const byId = await pnp.read(`/shipments/${summary?.['id']}`, { 'x-pnp-filtermethod': 'BY_INTERNAL_ID' });
    const byService = await pnp.read(`/shipments/${summary?.['serviceId']}`, {
      'x-pnp-filtermethod': 'BY_EXTERNAL_ID',
    });
    expect(byId).toEqual(byService);
    expect(byId.body).toMatchObject({
      id: summary?.['id'],
      orderId,
      status: summary?.['status'],
      labels: [],
      packages: [{ items: [{ image: expect.stringMatching(/^https:/) }, {}] }],
    });
    expect(summary?.['serviceId']).toMatch(/^\d{30}$/);
    statuses.push(summary?.['status']);
  }
  expect(statuses).toEqual(['CREATED', 'PENDING', 'ASSIGNED', 'ON_ROUTE', 'DELIVERED']);
});
