import { expect, test } from 'vitest';
import type { Order } from '../../src/domain/order.ts';
import { deliveryWork } from '../../src/queues/delivery-attempt.ts';
import { changeOrder } from '../../src/store/change-order.ts';
import { commit } from '../../src/store/commit.ts';
import { requireOrder } from '../../src/store/orders.ts';
import { forgetPartnerIds } from '../../src/store/search.ts';
import { startIngress } from '../support/ingress.ts';
import { testRedis } from '../support/redis.ts';
import { sampleOrder } from '../support/sample-order.ts';

const redis = await testRedis();
const ingress = await startIngress(redis.url, { settings: { ratePerSecond: 1_000, rateBurst: 10_000 } });
const { request, store } = ingress;

let count = 0;
async function postOrder(key: string, externalId: string): Promise<string> {
  const headers = { 'Idempotency-Key': `search-${(count += 1)}` };
  const posted = await request('POST', '/v1/orders', { key, json: sampleOrder({ externalId }), headers });
  return (posted.body as { id: string }).id;
}
const put = (orderId: string, change: Partial<Order>) =>
  changeOrder(store, orderId, { commit: (plan) => commit(store, plan), work: deliveryWork }, ({ order }) => ({
    order: { ...order, ...change },
  }));
const atNash = (ids: { externalRef: string; partnerOrderId: string; jobId: string }): Partial<Order> => ({
  fulfilment: { connectionId: 'con_01jd3xk5q8h2v4m6n7p9r0stwz', connector: 'nash', submittedContentVersion: 1, ...ids },
  evidence: [
    {
      system: 'nash',
      subject: 'delivery:dlv_Nash_77',
      code: 'assigned',
      occurredAt: null,
      receivedAt: '2026-01-15T10:00:00.000Z',
    },
  ],
});
async function search(key: string, q: string): Promise<unknown[]> {
  const { status, body } = await request('GET', `/v1/search?q=${encodeURIComponent(q)}`, { key });
  expect(status).toBe(200);
  return (body as { data: unknown[] }).data;
}

test('an order is found by its id, its external id, and whatever its partners call it, whole or by its beginning', async () => {
  const { key } = await ingress.tenant();
  const id = await postOrder(key, 'found-1');
  await postOrder(key, 'other-1');
  await put(id, atNash({ externalRef: 'ref-found-1', partnerOrderId: 'ord_NASH4711', jobId: 'job_NASH0815' }));

  const hit = { kind: 'order', id, orderId: id, title: 'found-1, RECEIVED', url: `/v1/orders/${id}` };
  expect(await search(key, id)).toEqual([{ ...hit, matched: 'id' }]);
  expect(await search(key, ' found-1 ')).toEqual([{ ...hit, matched: 'externalId' }]);
  for (const text of ['ref-found-1', 'ord_nash4711', 'JOB_NASH0815', 'job_na']) {
    expect(await search(key, text)).toEqual([{ ...hit, matched: 'partnerId' }]);
  }
  const [order, shipment] = (await search(key, 'dlv_Nash_7')) as { id: string; url: string }[];
  expect(order).toEqual({ ...hit, matched: 'partnerId' });
  const part = { kind: 'shipment', title: 'shipment, CREATED', orderId: id, url: `/v1/shipments/${shipment?.id}` };
  expect(shipment).toEqual({ ...part, id: shipment?.id, matched: 'partnerId' });
  expect(await search(key, shipment?.id ?? '')).toEqual([{ ...part, id: shipment?.id, matched: 'id' }]);
  expect(await request('GET', shipment?.url ?? '', { key })).toMatchObject({ status: 200, body: { id: shipment?.id } });
  for (const text of ['nash4711', 'found-2', 'job_NASH08150', 'ÿÿÿ', '***', '[job', '(job', 'ord_']) {
    expect(await search(key, text), text).toEqual(text === 'ord_' ? [{ ...hit, matched: 'partnerId' }] : []);
  }
});

test('what belongs to another merchant, or was deleted, is not found', async () => {
  const { key, merchantId } = await ingress.tenant();
  const stranger = await ingress.tenant();
  const id = await postOrder(key, 'mine-1');
  await put(id, atNash({ externalRef: 'ref-mine-1', partnerOrderId: 'ord_mine', jobId: 'job_mine' }));
  for (const text of [id, 'mine-1', 'ref-mine-1', 'job_mine']) expect(await search(stranger.key, text)).toEqual([]);

  await forgetPartnerIds(store, (await requireOrder(store, id)).order);
  expect(await search(key, 'job_mine')).toEqual([]);
  expect(await redis.client.keys(`*partner-ids*${merchantId}*`)).toEqual([]);
});

test('endpoints and connections are found by their ids', async () => {
  const { key } = await ingress.tenant();
  const json = { url: 'https://example.com/hooks?token=secret', description: 'Warehouse' };
  const endpoint = (await request('POST', '/v1/endpoints', { key, json })).body as { id: string };
  expect(await search(key, endpoint.id)).toEqual([
    {
      kind: 'endpoint',
      id: endpoint.id,
      matched: 'id',
      title: 'Warehouse',
      orderId: null,
      url: `/v1/endpoints/${endpoint.id}`,
    },
  ]);
});

test('a search for nothing, or for a book, is refused with the name of its parameter', async () => {
  const { key } = await ingress.tenant();
  for (const q of ['', 'ab', '   ', 'x'.repeat(201)]) {
    const { status, body } = await request('GET', `/v1/search?q=${encodeURIComponent(q)}`, { key });
    expect(status).toBe(400);
    expect(body).toMatchObject({ errors: [{ parameter: 'q' }] });
  }
});

test('what is not UTF-8 has the length that its characters have', async () => {
  const { key } = await ingress.tenant();
  const { status, body } = await request('GET', '/v1/search?q=%ff', { key });
  expect([status, body]).toMatchObject([400, { errors: [{ parameter: 'q', code: 'field.too_small' }] }]);
});
