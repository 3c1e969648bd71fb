import { expect, test } from 'vitest';
import { fieldOf, orderPath, startOms, type OmsHarness } from './vtex-oms-harness.ts';

const statusOf = async (oms: OmsHarness, orderId: string) => (await oms.call('GET', orderPath(orderId))).status;

test('an order has the fields, the nulls, the decimals and the times that the documents show', async () => {
  const oms = startOms();
  const orderId = await oms.shop({ warehouseId: 'store-9' });
  const order = await oms.read(orderId);
  expect(order).toMatchObject({
    orderId,
    sequence: '40000001',
    orderGroup: 'v40000001demo',
    sellerOrderId: `00-${orderId}`,
    status: 'ready-for-handling',
    workflowIsInError: false,
    value: 2134,
    totals: [
      { id: 'Items', value: 1634 },
      { id: 'Discounts', value: 0 },
      { id: 'Shipping', value: 500 },
      { id: 'Tax', value: 0 },
    ],
    invoicedDate: null,
    cancellationData: null,
    changesAttachment: null,
    packageAttachment: { packages: [] },
    items: [
      { id: '18', quantity: 1, sellingPrice: 990, measurementUnit: 'un', unitMultiplier: 1, ean: '7891234567895' },
      {
        id: '75',
        quantity: 2,
        measurementUnit: 'kg',
        unitMultiplier: 0.19,
        ean: null,
        // Texts and whole numbers in the document, never null.
        lockId: expect.any(String),
        costPrice: 322,
        additionalInfo: { brandId: expect.any(String), brandName: expect.any(String) },
        priceDefinition: { total: 644 },
      },
    ],
    sellers: [{ fulfillmentEndpoint: expect.any(String) }],
    itemMetadata: { Items: [{ Id: '18', Ean: '7891234567895' }, { Id: '75' }] },
    shippingData: {
      address: { addressType: 'residential', geoCoordinates: [-43.3373718, -23.0105873] },
      logisticsInfo: [
        { itemIndex: 0, deliveryChannel: 'delivery', deliveryIds: [{ warehouseId: 'store-9', quantity: 1 }] },
        {
          itemIndex: 1,
          deliveryIds: [{ warehouseId: 'store-9', quantity: 2, accountCarrierName: expect.any(String) }],
        },
      ],
    },
  });
  expect(order['creationDate']).toBe('2026-01-15T01:02:03.0450007+00:00');
  expect(order.lastChange).toMatch(/^2026-01-15T01:02:03\.045\d{4}\+00:00$/);
  expect(new Set(order.items.map(({ uniqueId }) => uniqueId)).size).toBe(2);
});

test('a pickup is told by its channel, its point and its address, and a window is the one that was asked for', async () => {
  const oms = startOms();
  const window = { start: '2026-01-15T10:00:00Z', end: '2026-01-15T12:00:00Z' };
  const orderId = await oms.shop({
    fulfilment: 'pickup',
    warehouseId: 'store-9',
    window,
    address: { city: 'Niterói' },
  });
  expect((await oms.read(orderId))['shippingData']).toMatchObject({
    address: { addressType: 'pickup', city: 'Niterói' },
    logisticsInfo: [
      {
        deliveryChannel: 'pickup-in-point',
        pickupPointId: '1_store-9',
        pickupStoreInfo: { isPickupStore: true, address: { city: 'Niterói', receiverName: null } },
        deliveryWindow: { startDateUtc: '2026-01-15T10:00:00.0000007+00:00' },
      },
      {},
    ],
  });
  const without = await oms.read(await oms.shop({ window: null }));
  expect(without['shippingData']).toMatchObject({ logisticsInfo: [{ deliveryWindow: null }, {}] });
});

test('an order is found by its id and by its sequence, and what is not there is 404', async () => {
  const oms = startOms();
  await oms.shop({ orderId: 'SLR-1268540501456-01' });
  expect((await oms.read('seq501456')).orderId).toBe('SLR-1268540501456-01');
  const missing = await oms.call('GET', orderPath('v1none-01'));
  expect(missing).toMatchObject({ status: 404, body: { error: { code: 'OMS007', exception: null } } });
  for (const [method, path] of [
    ['POST', '/start-handling'],
    ['POST', '/cancel'],
    ['POST', '/interactions'],
    ['POST', '/invoice'],
  ] as const) {
    expect((await oms.call(method, orderPath('v1none-01', path), {})).status).toBe(404);
  }
});

test('an order can be told of before it can be read: for some reads, for some time, or for ever', async () => {
  const oms = startOms();
  const late = await oms.shop({ visibleAfterReads: 2 });
  expect([await statusOf(oms, late), await statusOf(oms, late), await statusOf(oms, late)]).toEqual([404, 404, 200]);
  const later = await oms.shop({ visibleAfterMs: 500 });
  expect(await statusOf(oms, later)).toBe(404);
  oms.passMs(500);
  expect(await statusOf(oms, later)).toBe(200);
  expect(await statusOf(oms, await oms.shop({ gone: true }))).toBe(404);
  await oms.control('POST', `/vtex/orders/${late}/change`, { gone: true });
  expect(await statusOf(oms, late)).toBe(404);
});

test('handling starts once: the first call is 204 without a body, every later one 409', async () => {
  const oms = startOms();
  const orderId = await oms.shop();
  const start = () => oms.call('POST', orderPath(orderId, '/start-handling'));
  const first = await start();
  expect([first.status, first.body]).toEqual([204, '']);
  const second = await start();
  expect([second.status, second.body]).toEqual([
    409,
    {
      error: {
        code: 'OMS003',
        message: 'Order status should be ready-for-handling to perform this action',
        exception: null,
      },
    },
  ]);
  expect((await oms.read(orderId)).status).toBe('handling');
  expect((await oms.control('GET', `/vtex/orders/${orderId}`)).body).toMatchObject({
    status: 'handling',
    startHandlingCalls: 2,
    effects: { 'oms.handlingStarted': 1 },
  });
});

test('handling does not start in the grace period, which ends by itself', async () => {
  const oms = startOms();
  const orderId = await oms.shop({ afterMs: 1 });
  expect((await oms.read(orderId)).status).toBe('window-to-cancel');
  expect((await oms.call('POST', orderPath(orderId, '/start-handling'))).status).toBe(409);
  await expect.poll(async () => (await oms.read(orderId)).status).toBe('ready-for-handling');
});

test('a cancel answers a receipt for the order of the seller, is done once, and says who asked for it', async () => {
  const oms = startOms();
  const orderId = await oms.shop();
  const cancel = () => oms.call('POST', orderPath(orderId, '/cancel'), { reason: 'Out of stock' });
  const first = await cancel();
  expect(first).toMatchObject({ status: 200, body: { orderId: `00-${orderId}` } });
  expect(fieldOf(first, 'receipt')).toMatch(/^[0-9a-f]{32}$/);
  expect(fieldOf(await cancel(), 'receipt')).not.toBe(fieldOf(first, 'receipt'));
  expect(await oms.read(orderId)).toMatchObject({
    status: 'canceled',
    allowCancellation: false,
    cancelReason: 'Out of stock',
    cancellationData: { RequestedByUser: false, RequestedBySellerNotification: true, Reason: 'Out of stock' },
  });
  expect(oms.books.effectsOf('demomarket', orderId)).toEqual({ 'oms.canceled': 1 });
});

test('what became invoiced by whatever way cannot be canceled', async () => {
  const oms = startOms();
  const orderId = await oms.shop({ status: 'invoiced' });
  expect((await oms.call('POST', orderPath(orderId, '/cancel'), { reason: 'x' })).status).toBe(400);
  expect((await oms.read(orderId)).status).toBe('invoiced');
});

test('a customer cancels by the control API', async () => {
  const oms = startOms();
  const orderId = await oms.shop();
  await oms.control('POST', `/vtex/orders/${orderId}/cancel`, { reason: 'Too late' });
  expect(await oms.read(orderId)).toMatchObject({
    status: 'canceled',
    cancellationData: { RequestedByUser: true, Reason: 'Too late' },
  });
});

test('an interaction is kept, and one without its source is 400', async () => {
  const oms = startOms();
  const orderId = await oms.shop();
  const add = (body: unknown) => oms.call('POST', orderPath(orderId, '/interactions'), body);
  expect((await add({ source: 'Packline', message: 'Picking began' })).status).toBe(200);
  expect((await oms.control('GET', `/vtex/orders/${orderId}`)).body).toMatchObject({
    interactions: [{ source: 'Packline', message: 'Picking began' }],
  });
  for (const wrong of [{ message: 'x' }, { source: 'x', message: 'y', extra: 1 }, 'no json', []]) {
    expect(await add(wrong)).toMatchObject({ status: 400, body: { error: { code: 'OMS001' } } });
  }
});

test('a changed order keeps what was not changed, and its last change is later', async () => {
  const oms = startOms();
  const orderId = await oms.shop({ warehouseId: 'store-9', address: { city: 'Niterói' } });
  const before = await oms.read(orderId);
  const lines = [{ sku: '18', quantity: 3, price: 990 }];
  await oms.control('POST', `/vtex/orders/${orderId}/change`, { lines, address: { number: '7' } });
  const after = await oms.read(orderId);
  expect(after).toMatchObject({
    status: 'ready-for-handling',
    value: 3470,
    items: [{ id: '18', quantity: 3, uniqueId: before.items[0]?.uniqueId }],
    shippingData: {
      address: { city: 'Niterói', number: '7' },
      logisticsInfo: [{ deliveryIds: [{ warehouseId: 'store-9', quantity: 3 }] }],
    },
  });
  expect(after.lastChange > before.lastChange).toBe(true);
  expect(after['creationDate']).toBe(before['creationDate']);
});

test('the same seed and clock make the same orders and receipts', async () => {
  const run = async () => {
    const oms = startOms({ seed: 7 });
    const orderId = await oms.shop();
    const { body } = await oms.call('POST', orderPath(orderId, '/cancel'), { reason: 'x' });
    return [await oms.read(orderId), body];
  };
  expect(await run()).toEqual(await run());
});

test('two accounts may have orders of one id, which the control API tells apart', async () => {
  const oms = startOms();
  await oms.control('PUT', '/vtex/accounts', { account: 'other', appKey: 'k', appToken: 't' });
  await oms.shop({ orderId: 'v1same-01' });
  await oms.shop({ orderId: 'v1same-01', account: 'other' });
  await oms.control('POST', '/vtex/orders/v1same-01/status?account=other', { status: 'canceled' });
  expect((await oms.read('v1same-01')).status).toBe('ready-for-handling');
  expect((await oms.control('GET', '/vtex/orders/v1same-01?account=other')).body).toMatchObject({
    account: 'other',
    status: 'canceled',
  });
});

test('a reset forgets the orders and keeps the accounts', async () => {
  const oms = startOms();
  await oms.control('PATCH', '/vtex/accounts/demomarket', { hookStyle: 'short' });
  const orderId = await oms.shop();
  await oms.control('POST', '/reset');
  expect(await statusOf(oms, orderId)).toBe(404);
  expect((await oms.control('GET', '/vtex/accounts')).body).toMatchObject({
    accounts: [{ account: 'demomarket', hookStyle: 'short', orders: 0 }],
  });
});
