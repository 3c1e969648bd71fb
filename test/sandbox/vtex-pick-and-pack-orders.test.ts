import { expect, test } from 'vitest';
import { fieldOf, startPickAndPack } from './vtex-pick-and-pack-harness.ts';

const walk = { picker: { mode: 'walk', stepMs: 1 } } as const;
const toInvoice = ['READY_FOR_HANDLING', 'READY_FOR_PICKING', 'PICKING', 'READY_FOR_PACKING', 'PACKING', 'READY_FOR_INVOICING']; // prettier-ignore

test('an order walks to READY_FOR_INVOICING, waits for its invoice, and then to its customer', async () => {
  const pnp = await startPickAndPack(walk);
  const orderId = await pnp.shop();
  await pnp.reaches(orderId, 'READY_FOR_INVOICING');
  expect(pnp.oms.handled).toEqual([orderId]);
  expect(pnp.oms.picked.get(orderId)).toEqual([
    { uniqueId: `${orderId}/0`, quantity: 1, priceMinor: 990 },
    { uniqueId: `${orderId}/1`, quantity: 2, priceMinor: 322 },
  ]);
  pnp.oms.invoice(orderId);
  await pnp.reaches(orderId, 'DELIVERED');
  const shipping = ['PREPARING_SHIPPING', 'READY_FOR_SHIPPING', 'WAITING_FOR_DELIVERY_COMPANY', 'ON_ROUTE'];
  expect(pnp.historyOf(orderId)).toEqual([...toInvoice, 'INVOICING', 'INVOICED', ...shipping, 'DELIVERED']);
  expect(pnp.books.effectsOf('demomarket', orderId)).toEqual({ 'pnp.imported': 1 });
});

test('where packing comes after the invoice, so it does; and what is picked up waits for its customer', async () => {
  const pnp = await startPickAndPack(walk);
  await pnp.set({ packing: 'afterInvoice' });
  const orderId = await pnp.shop('1-01', { isPickup: true });
  await pnp.reaches(orderId, 'READY_FOR_INVOICING');
  expect((await pnp.read(`/orders/${orderId}`)).body).toMatchObject({ packages: [] });
  pnp.oms.invoice(orderId);
  await pnp.reaches(orderId, 'DELIVERED');
  const after = ['INVOICING', 'INVOICED', 'READY_FOR_PACKING', 'PACKING', 'PREPARING_SHIPPING', 'READY_FOR_SHIPPING'];
  expect(pnp.historyOf(orderId).slice(3)).toEqual(['READY_FOR_INVOICING', ...after, 'WAITING_FOR_PICKUP', 'DELIVERED']);
});

test('an order that is invoiced too early is IDLE, and stays so', async () => {
  const pnp = await startPickAndPack();
  const orderId = await pnp.shop();
  await pnp.moveTo(orderId, 'PICKING');
  pnp.oms.invoice(orderId);
  expect(pnp.statusOf(orderId)).toBe('IDLE');
  pnp.oms.invoice(orderId);
  pnp.oms.moveTo(orderId, 'canceled');
  expect((await pnp.call('PATCH', `/orders/${orderId}/tracking`)).status).toBe(200);
  expect(pnp.statusOf(orderId)).toBe('IDLE');
});

test('a cancellation is followed unless it gets lost on the way', async () => {
  const pnp = await startPickAndPack();
  const [first, second] = [await pnp.shop('1-01'), await pnp.shop('2-01')];
  pnp.oms.moveTo(first, 'canceled');
  await pnp.set({ followsCancel: false });
  pnp.oms.moveTo(second, 'canceled');
  expect([pnp.statusOf(first), pnp.statusOf(second)]).toEqual(['CANCELED', 'READY_FOR_HANDLING']);
});

test('only what the filters let through is imported by itself, and anything by hand', async () => {
  const pnp = await startPickAndPack();
  await pnp.set({ excludeWarehouseIds: ['store-1'], importDelayMs: 0, startHandling: false });
  pnp.oms.make('excluded-01', { warehouseId: 'store-1' });
  await pnp.shop('taken-01');
  await pnp.set({ importing: false });
  pnp.oms.make('later-01');
  expect([pnp.statusOf('excluded-01'), pnp.statusOf('later-01')]).toEqual([undefined, undefined]);
  for (const id of ['excluded-01', 'later-01']) await pnp.control('POST', `/orders/${id}/import`);
  expect((await pnp.control('POST', '/orders/nobody-01/import')).status).toBe(403);
  const { body } = await pnp.control('GET', '/orders');
  expect((body as { orders: { orderId: string }[] }).orders.map(({ orderId }) => orderId)).toEqual(['taken-01', 'excluded-01', 'later-01']); // prettier-ignore
  expect(pnp.oms.handled).toEqual([]);
});

test('orders that were there first are imported when Pick and Pack joins the account', async () => {
  const pnp = await startPickAndPack();
  pnp.otherOms.make('waiting-01');
  pnp.otherOms.make('packed-elsewhere-01');
  pnp.otherOms.moveTo('packed-elsewhere-01', 'handling');
  await pnp.join({ importDelayMs: 0 });
  await expect
    .poll(async () => (await pnp.control('GET', '/orders?account=othermarket')).body)
    .toMatchObject({
      orders: [{ orderId: 'waiting-01', status: 'READY_FOR_HANDLING' }],
    });
});

test('tracking delivers an order once it is invoiced, and tells the OMS', async () => {
  const pnp = await startPickAndPack();
  const orderId = await pnp.shop();
  const path = `/orders/${orderId}/tracking`;
  const events = [{ city: 'São Paulo', state: 'SP', description: 'Delivery', date: '2026-01-15T00:00:00.000Z' }];
  const tracking = { deliveredDate: '2026-01-15T02:00:00.000Z', events };
  expect(await pnp.call('PATCH', path, tracking)).toMatchObject({
    status: 404,
    body: {
      type: 'exception',
      code: 'ORA0001B',
      message: 'The order must be invoiced to update the status to delivered',
    },
  });
  await pnp.moveTo(orderId, 'READY_FOR_INVOICING');
  pnp.oms.invoice(orderId);
  expect((await pnp.call('PATCH', path, { events: [{ city: 1 }] })).status).toBe(400);
  expect((await pnp.call('PATCH', path, '{')).status).toBe(400);
  expect(pnp.oms.finished).toEqual([]);
  expect(await pnp.call('PATCH', path, tracking)).toEqual({ status: 200, body: { ...tracking, orderId } });
  expect(pnp.statusOf(orderId)).toBe('DELIVERED');
  expect(pnp.oms.finished).toEqual([{ orderId, ...tracking }]);
  expect(pnp.books.effectsOf('demomarket', orderId)).toMatchObject({ 'pnp.deliveryTold': 1 });
});

test('a reset forgets orders, and what follows begins anew', async () => {
  const pnp = await startPickAndPack();
  const orderId = await pnp.shop();
  expect((await pnp.read(`/orders/${orderId}`)).status).toBe(200);
  pnp.reset();
  const answer = await pnp.read(`/orders/${orderId}`);
  expect([answer.status, fieldOf(answer, 'code')]).toEqual([403, 'SHR0007B']);
  await pnp.shop(orderId);
  expect(pnp.historyOf(orderId)).toEqual(['READY_FOR_HANDLING']);
});
