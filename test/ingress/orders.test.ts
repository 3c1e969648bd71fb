import { expect, test } from 'vitest';
import * as z from 'zod';
import type { Order } from '../../src/domain/order.ts';
import { deliveryWork } from '../../src/queues/delivery-attempt.ts';
import { changeOrder } from '../../src/store/change-order.ts';
import { commit } from '../../src/store/commit.ts';
import { leaseEntries } from '../../src/store/entries.ts';
import { pickOf } from '../domain/picked-item-fixture.ts';
import { startIngress } from '../support/ingress.ts';
import { testRedis } from '../support/redis.ts';
import { sampleOrder } from '../support/sample-order.ts';

const redis = await testRedis();
const ingress = await startIngress(redis.url, { settings: { ratePerSecond: 1_000, rateBurst: 10_000 } });
const { request, store } = ingress;
const OrderSchema = z.looseObject({ id: z.string(), status: z.string() });
const ListSchema = z.object({ data: z.array(OrderSchema), nextCursor: z.string().nullable() });

let count = 0;
async function postOrder(key: string, overrides: Parameters<typeof sampleOrder>[0] = {}): Promise<string> {
  count += 1;
  const headers = { 'Idempotency-Key': `orders-${count}` };
  const posted = await request('POST', '/v1/orders', { key, json: sampleOrder(overrides), headers });
  expect(posted.status).toBe(202);
  return OrderSchema.parse(posted.body).id;
}

/** Brings an order where no request can bring it. */
const put = (orderId: string, change: (order: Order) => Partial<Order>) =>
  changeOrder(store, orderId, { commit: (plan) => commit(store, plan), work: deliveryWork }, ({ order }) => ({
    order: { ...order, ...change(order) },
  }));
const routed = {
  connectionId: 'con_01jd3xk5q8h2v4m6n7p9r0stwz',
  connector: 'nash',
  externalRef: 'ref',
  submittedContentVersion: 1,
};

/** The names of the jobs that wait for this order, taken out of their lanes. */
async function workOf(orderId: string): Promise<string[]> {
  const { entries } = await leaseEntries(store, { room: 10_000, leaseMs: 600_000 });
  return entries.filter(({ payload }) => JSON.stringify(payload).includes(orderId)).map(({ job }) => job);
}

test('an order is accepted with its id and location, and reads back as it was sent', async () => {
  const { key } = await ingress.tenant();
  const input = sampleOrder();

  const posted = await request('POST', '/v1/orders', { key, json: input, headers: { 'Idempotency-Key': 'a' } });

  expect(posted.status).toBe(202);
  const { id } = OrderSchema.parse(posted.body);
  expect(posted.headers.get('location')).toBe(`/v1/orders/${id}`);
  const read = await request('GET', `/v1/orders/${id}`, { key });
  expect(read.body).toEqual(posted.body);
  expect(read.body).toMatchObject({ ...input, status: 'RECEIVED', invoiceStatus: 'notInvoiced', version: 1 });
  expect(await workOf(id)).toEqual(['fulfilment-submit']);
});

test('orders are listed newest first, page by page, by status, store and external id', async () => {
  const { key } = await ingress.tenant();
  const ids: string[] = [];
  for (const [index, storeLocationId] of ['north', 'south', 'north'].entries()) {
    ids.push(await postOrder(key, { externalId: `e-${index}`, storeLocationId }));
    ingress.clock.advance(10);
  }
  const list = async (query: string) => ListSchema.parse((await request('GET', `/v1/orders?${query}`, { key })).body);

  const first = await list('limit=2');
  expect(first.data.map(({ id }) => id)).toEqual([ids[2], ids[1]]);
  const second = await list(`limit=2&cursor=${first.nextCursor}`);
  expect(second.data.map(({ id }) => id)).toEqual([ids[0]]);
  expect(second.nextCursor).toBeNull();
  expect((await list('storeLocationId=north')).data.map(({ id }) => id)).toEqual([ids[2], ids[0]]);
  expect((await list('externalId=e-1')).data.map(({ id }) => id)).toEqual([ids[1]]);
  expect((await list('status=DELIVERED')).data).toEqual([]);
});

test('another merchant neither sees an order nor can act on it', async () => {
  const [owner, stranger] = [await ingress.tenant(), await ingress.tenant()];
  const id = await postOrder(owner.key);

  const attempts = [
    ['GET', ''],
    ['GET', '/timeline'],
    ['GET', '/picked-items'],
    ['POST', '/cancel'],
    ['POST', '/resync'],
    ['POST', '/retry'],
  ] as const;
  for (const [method, tail] of attempts) {
    const reply = await request(method, `/v1/orders/${id}${tail}`, { key: stranger.key });
    expect(reply.status).toBe(404);
    expect(reply.body).toMatchObject({ code: 'order.not_found' });
  }
  const patched = await request('PATCH', `/v1/orders/${id}`, { key: stranger.key, json: { notes: 'mine now' } });
  expect(patched.status).toBe(404);
  const listed = await request('GET', '/v1/orders', { key: stranger.key });
  expect(listed.body).toEqual({ data: [], nextCursor: null });
  // Equal external ids of two merchants are two orders.
  expect(await postOrder(stranger.key)).not.toBe(id);
});

test('an order that no fulfilment system has is amended at once', async () => {
  const { key } = await ingress.tenant();
  const id = await postOrder(key);
  const recipient = { ...sampleOrder().recipient, name: 'Another Person' };

  const patched = await request('PATCH', `/v1/orders/${id}`, { key, json: { recipient, notes: 'new notes' } });

  expect(patched.status).toBe(202);
  expect(patched.body).toMatchObject({ recipient, notes: 'new notes', pendingAmendment: false, version: 2 });
});

test('an amendment of a routed order waits for its fulfilment system, and the next one builds on it', async () => {
  const { key } = await ingress.tenant();
  const id = await postOrder(key);
  await put(id, () => ({ fulfilment: routed, status: 'READY_FOR_HANDLING' }));

  const first = await request('PATCH', `/v1/orders/${id}`, { key, json: { notes: 'first' } });
  const totals = { ...sampleOrder().totals, shippingMinor: 0 };
  const second = await request('PATCH', `/v1/orders/${id}`, { key, json: { totals } });

  expect(first.body).toMatchObject({ pendingAmendment: true, notes: sampleOrder().notes });
  expect(second.status).toBe(202);
  const pending = await redis.client.hget(store.keys.order(id), 'doc');
  expect(JSON.parse(pending ?? '{}')).toMatchObject({ pending: { contentVersion: 3, content: { totals } } });
  expect((await workOf(id)).filter((job) => job === 'fulfilment-update')).toHaveLength(2);
});

test('amendments end when picking begins, and while the order is being canceled', async () => {
  const { key } = await ingress.tenant();
  const picking = await postOrder(key);
  await put(picking, () => ({ status: 'PICKING' }));
  const canceling = await postOrder(key, { externalId: 'canceling' });
  await request('POST', `/v1/orders/${canceling}/cancel`, { key });

  for (const id of [picking, canceling]) {
    const reply = await request('PATCH', `/v1/orders/${id}`, { key, json: { notes: 'too late' } });
    expect(reply.status).toBe(409);
    expect(reply.body).toMatchObject({ code: 'order.state', retryable: false, source: 'you' });
  }
});

test('a delivery cannot be amended to have no address', async () => {
  const { key } = await ingress.tenant();
  const id = await postOrder(key);
  const reply = await request('PATCH', `/v1/orders/${id}`, { key, json: { recipient: { name: 'Nobody' } } });
  expect(reply.status).toBe(400);
  expect(reply.body).toMatchObject({ errors: [{ pointer: '/recipient/address', code: 'field.required' }] });
});

test('a cancellation is asked for once, however often it is requested', async () => {
  const { key } = await ingress.tenant();
  const id = await postOrder(key);

  const first = await request('POST', `/v1/orders/${id}/cancel`, { key, json: { reason: 'out of stock' } });
  const again = await request('POST', `/v1/orders/${id}/cancel`, { key });

  expect(first.status).toBe(202);
  expect(first.body).toMatchObject({ cancellation: { state: 'requested', reason: 'out of stock' } });
  expect(again.status).toBe(202);
  expect(again.body).toEqual(first.body);
  expect((await workOf(id)).filter((job) => job === 'order-cancel')).toHaveLength(1);
});

test('an order that has ended cannot be canceled', async () => {
  const { key } = await ingress.tenant();
  const id = await postOrder(key);
  await put(id, () => ({ status: 'DELIVERED' }));
  const reply = await request('POST', `/v1/orders/${id}/cancel`, { key });
  expect(reply.status).toBe(409);
  expect(reply.body).toMatchObject({ code: 'order.state' });
});

test('a resync reads the order at its fulfilment system, and says so when there is none', async () => {
  const { key } = await ingress.tenant();
  const id = await postOrder(key);
  expect((await request('POST', `/v1/orders/${id}/resync`, { key })).status).toBe(409);

  await put(id, () => ({ fulfilment: routed }));
  const reply = await request('POST', `/v1/orders/${id}/resync`, { key });

  expect(reply.status).toBe(202);
  expect(await workOf(id)).toContain('fulfilment-read');
});

test('a retry sends an order again that no fulfilment system has', async () => {
  const { key } = await ingress.tenant();
  const id = await postOrder(key);
  await workOf(id);

  const reply = await request('POST', `/v1/orders/${id}/retry`, { key });

  expect(reply.status).toBe(202);
  expect(reply.body).toEqual({ id, revived: 0, resubmitted: true });
  expect(await workOf(id)).toEqual(['fulfilment-submit']);
});

test('the timeline tells what happened to an order, and picked items are read in their twelve fields', async () => {
  const { key } = await ingress.tenant();
  const id = await postOrder(key);
  await request('POST', `/v1/orders/${id}/cancel`, { key });
  // prettier-ignore
  const picked = {
    id: 'line-1', sku: '100001', name: 'Dried Fruit Snack', status: 'picked', quantity: 2, weight: null,
    requested_quantity: 2, price_cents: 880, requested_id: 'line-1', requested_sku: '100001',
    scanned_barcode: '1234567890128', scans: null, lineId: 'line-1', weightGrams: null,
  };
  await put(id, () => ({ pickedItems: [picked] }));

  const timeline = await request('GET', `/v1/orders/${id}/timeline`, { key });
  const items = await request('GET', `/v1/orders/${id}/picked-items`, { key });

  expect(timeline.body).toMatchObject({
    data: [{ what: 'order.accepted' }, { what: 'order.cancelRequested' }, { what: 'order.imported' }],
  });
  expect(items.body).toMatchObject({ data: [picked], nextCursor: null });
  expect(items.body).toMatchObject({ settlement: { mayInvoice: false, obstacles: ['picking_unfinished'] } });
});

test('picks are settled by the rules of the connection that fulfilled them, and by the defaults once it is gone', async () => {
  const { key } = await ingress.tenant();
  const settings = { apiKey: 'key', settlement: { overPickUnits: 1 } };
  const made = await request('POST', '/v1/connections', { key, json: { connector: 'nash', name: 'n', settings } });
  const { id: connectionId } = z.object({ id: z.string() }).parse(made.body);
  const [line] = sampleOrder().lines;
  if (line === undefined) throw new Error('the sample has lines');
  const id = await postOrder(key, { lines: [{ ...line, quantity: 2 }] });
  const settled = {
    system: 'packline',
    subject: 'order',
    code: 'picks_settled',
    occurredAt: null,
    receivedAt: line.id,
  };
  await put(id, () => ({
    fulfilment: { ...routed, connectionId },
    evidence: [settled],
    pickedItems: [pickOf({ ...line, quantity: 3 })],
  }));
  const read = async () => (await request('GET', `/v1/orders/${id}/picked-items`, { key })).body;

  expect(await read()).toMatchObject({
    settlement: {
      differences: [{ code: 'over_picked', expected: 2, actual: 3, tolerated: true }],
      mayInvoice: true,
      obstacles: [],
    },
  });
  expect((await request('DELETE', `/v1/connections/${connectionId}`, { key })).status).toBeLessThan(300);
  expect(await read()).toMatchObject({ settlement: { mayInvoice: false, obstacles: ['over_picked'] } });
});
