import { expect, test } from 'vitest';
import { startPickAndPack, startReceiver, type HookReceiver, type PnpHarness } from './vtex-pick-and-pack-harness.ts';

const told = ({ received }: HookReceiver) => received.map(({ body }) => body['newStatus']);
const steps = ['READY_FOR_PICKING', 'PICKING', 'READY_FOR_PACKING', 'PACKING', 'READY_FOR_INVOICING'];

async function startHooked(
  webhook: Record<string, unknown> = {},
  settings: Record<string, unknown> = {},
): Promise<{ pnp: PnpHarness; receiver: HookReceiver }> {
  const [pnp, receiver] = [await startPickAndPack(), await startReceiver()];
  await pnp.set({ webhooks: [{ url: receiver.url, ...webhook }], ...settings });
  return { pnp, receiver };
}

test('a webhook has four fields and the headers that were configured, and the first is the documented one', async () => {
  const { pnp, receiver } = await startHooked({ headers: { 'x-key': 'value' } });
  const orderId = await pnp.shop();
  await pnp.moveTo(orderId, 'READY_FOR_PICKING', 'PICKING');
  await expect.poll(() => receiver.received.length).toBe(2);
  expect(receiver.received[0]?.headers).toMatchObject({ 'x-key': 'value', 'content-type': 'application/json' });
  expect(receiver.received.map(({ body }) => body)).toEqual([
    { orderId, oldStatus: 'PENDING', newStatus: 'READY_FOR_PICKING', hostname: 'demomarket' },
    { orderId, oldStatus: 'READY_FOR_PICKING', newStatus: 'PICKING', hostname: 'demomarket' },
  ]);
});

test('the import is told where the account has it so', async () => {
  const { pnp, receiver } = await startHooked({}, { hooksTellImport: true });
  const orderId = await pnp.shop();
  await pnp.moveTo(orderId, 'READY_FOR_PICKING');
  await expect.poll(() => receiver.received.length).toBe(2);
  expect(receiver.received.map(({ body }) => [body['oldStatus'], body['newStatus']])).toEqual([
    ['PENDING', 'READY_FOR_HANDLING'],
    ['READY_FOR_HANDLING', 'READY_FOR_PICKING'],
  ]);
});

test('webhooks of an order come one at a time and in order, and do not wait for those of another', async () => {
  const { pnp, receiver } = await startHooked();
  const orderId = await pnp.shop();
  await pnp.moveTo(orderId, ...steps);
  await expect.poll(() => told(receiver)).toEqual(steps);
  expect(receiver.atOnce).toBe(1);

  pnp.faults.add({ match: { event: 'order.READY_FOR_PICKING' }, times: 1, fault: { kind: 'delay', ms: 500 } });
  const [slow, fast] = [await pnp.shop('slow-01'), await pnp.shop('fast-01')];
  await pnp.moveTo(slow, 'READY_FOR_PICKING', 'PICKING');
  await pnp.moveTo(fast, 'READY_FOR_PICKING');
  await expect
    .poll(() => receiver.received.slice(5).map(({ body }) => `${String(body['orderId'])} ${String(body['newStatus'])}`))
    .toEqual(['fast-01 READY_FOR_PICKING', 'slow-01 READY_FOR_PICKING', 'slow-01 PICKING']);
});

test('what comes back is told to who asked for returns, and is a shipment of its own', async () => {
  const { pnp, receiver } = await startHooked({ type: 'RETURN_STATUS' });
  const orderId = await pnp.shop();
  await pnp.moveTo(orderId, ...steps, 'PREPARING_SHIPPING', 'DELIVERED');
  const { body: back } = await pnp.control('POST', `/orders/${orderId}/returns`, {
    items: [{ sku: '75', quantity: 1 }],
  });
  const { id: returnId, shipment } = back as { id: string; shipment: { id: string } };
  await expect
    .poll(() => receiver.received.map(({ body }) => body))
    .toMatchObject([{ returnId, orderId, status: 'DELIVERED', hostname: 'demomarket' }]);
  const listed = (await pnp.read(`/shipments?orderId=${orderId}`)).body as { id: string; serviceType: string }[];
  expect(listed.map(({ serviceType }) => serviceType)).toEqual(['PICKUP_DELIVERY', 'PICKUP_DELIVERY']);
  const read = await pnp.read(`/shipments/${shipment.id}`, { 'X-PNP-FilterMethod': 'BY_INTERNAL_ID' });
  expect(read.body).toMatchObject({ type: 'RETURN', packages: [{ items: [{ id: '75', quantity: 1 }] }] });
  expect(pnp.books.effectsOf('demomarket', orderId)).toMatchObject({ 'pnp.broughtBack': 1 });
});

test('they can be lost, doubled, shuffled, and tell of what never was', async () => {
  const { pnp, receiver } = await startHooked({}, { strayHookStatus: 'ON_THE_MOON' });
  const add = (event: string, fault: Parameters<PnpHarness['faults']['add']>[0]['fault']) =>
    pnp.faults.add({ match: { partner: 'vtex-pick-and-pack', event: `order.${event}` }, fault });
  add('READY_FOR_PACKING', { kind: 'dropWebhook' });
  add('PACKING', { kind: 'duplicate', copies: 3 });
  // Longer than a busy machine lies between two steps.
  add('*', { kind: 'reorder', windowMs: 400 });
  const orderId = await pnp.shop();
  await pnp.moveTo(orderId, ...steps);
  const sent = ['READY_FOR_PICKING', 'PICKING', 'ON_THE_MOON', 'PACKING', 'PACKING', 'PACKING', 'READY_FOR_INVOICING'];
  await expect.poll(() => told(receiver), { timeout: 10_000 }).toHaveLength(sent.length);
  expect(told(receiver)).toEqual(expect.arrayContaining(sent));
  expect(told(receiver)).not.toEqual(sent);
  expect(pnp.historyOf(orderId)).not.toContain('ON_THE_MOON');
  // The last one is counted when its answer has come back.
  const counts = { 'vtex-pick-and-pack.hook.200': 7, 'vtex-pick-and-pack.hook.dropped': 1 };
  await expect.poll(() => pnp.books.report().counts).toEqual(counts);
});

test('nothing is sent again by default, and so often as is set where it is', async () => {
  const { pnp, receiver } = await startHooked();
  receiver.answer = (before) => (before < 3 ? 503 : 204);
  const orderId = await pnp.shop();
  await pnp.moveTo(orderId, 'READY_FOR_PICKING');
  await expect.poll(() => pnp.books.report().counts['vtex-pick-and-pack.hook.503']).toBe(1);
  await pnp.set({ hookRetriesMs: [1_000, 5_000] });
  await pnp.moveTo(orderId, 'PICKING', 'READY_FOR_PACKING');
  await expect.poll(() => told(receiver)).toEqual(['READY_FOR_PICKING', 'PICKING', 'PICKING', 'PICKING', 'READY_FOR_PACKING']); // prettier-ignore
});

test('each address hears of its own kind only', async () => {
  const pnp = await startPickAndPack();
  const types = ['ORDER_STATUS', 'INVOICING', 'WORKSHEET_STATUS', 'RETURN_STATUS'];
  const receivers = await Promise.all(types.map(() => startReceiver()));
  await pnp.set({ webhooks: types.map((type, at) => ({ type, url: receivers[at]?.url })) });
  const orderId = await pnp.shop();
  await pnp.moveTo(orderId, ...steps, 'ON_ROUTE', 'RETURNED');
  await expect.poll(() => receivers.map(({ received }) => received.length)).toEqual([7, 1, 4, 1]);
  const [, invoicing, worksheet, returned] = receivers.map(({ received }) => received.map(({ body }) => body));
  expect(invoicing).toMatchObject([{ orderId, status: 'READY_FOR_INVOICING', hostname: 'demomarket' }]);
  expect(worksheet?.map((body) => body['newStatus'])).toEqual(['IN_PROGRESS', 'READY_FOR_PACKING', 'PACKING', 'COMPLETED']); // prettier-ignore
  expect(returned).toMatchObject([{ orderId, status: 'RETURNED' }]);
});

test('a reset ends what still had to be told', async () => {
  const { pnp, receiver } = await startHooked();
  pnp.faults.add({ match: { event: 'order.READY_FOR_PICKING' }, fault: { kind: 'delay', ms: 30 } });
  const orderId = await pnp.shop();
  await pnp.moveTo(orderId, 'READY_FOR_PICKING', 'PICKING');
  pnp.reset();
  pnp.faults.clear();
  await pnp.shop('next-01');
  await pnp.moveTo('next-01', 'PICKING', 'PACKING');
  await expect.poll(() => told(receiver)).toEqual(['PICKING', 'PACKING']);
  expect(new Set(receiver.received.map(({ body }) => body['orderId']))).toEqual(new Set(['next-01']));
});
