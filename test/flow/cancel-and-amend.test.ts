import { afterAll, describe, expect, it, vi } from 'vitest';
import { requireOrder } from '../../src/store/orders.ts';
import { openPerson } from '../../src/store/persons.ts';
import { testRedis } from '../support/redis.ts';
import { sampleOrder } from '../support/sample-order.ts';
import { startPackline } from '../support/packline.ts';

const { url } = await testRedis();
const packline = await startPackline({
  redisUrl: url,
  sandbox: { picker: { mode: 'manual', outcome: 'exact' } },
});
afterAll(() => packline.close());

const waiting = { timeout: 15_000, interval: 50 };
const post = async (externalId: string, overrides = {}) => {
  const answer = await packline.call('POST', '/v1/orders', sampleOrder({ externalId, ...overrides }), {
    'idempotency-key': externalId,
  });
  return String(answer.body['id']);
};
const read = async (id: string) => (await packline.call('GET', `/v1/orders/${id}`)).body;
const reaches = (id: string, expected: Record<string, unknown>) =>
  vi.waitFor(async () => expect(await read(id)).toMatchObject(expected), waiting);
const effects = (externalId: string) => packline.sandbox.books.effectsOf('org_demo', externalId);
const dispatched = (externalId: string) =>
  vi.waitFor(() => expect(effects(externalId)).toHaveProperty('order.dispatched'), waiting);
const advance = (externalId: string, to: string) =>
  packline.control('POST', `/nash/jobs/${externalId}/advance`, { to });
const eventsOf = (id: string) => packline.subscriber.received.filter((event) => event.data['orderId'] === id);

describe('a cancellation', () => {
  it('of an order that nobody has been told of happens here', async () => {
    const id = await post('cancel-unrouted', { storeLocationId: 'store-nobody' });
    await reaches(id, { status: 'RECEIVED', problems: [{ code: 'order.no_route', source: 'you' }] });
    expect((await packline.call('POST', `/v1/orders/${id}/cancel`, { reason: 'changed their mind' })).status).toBe(202);
    await reaches(id, { status: 'CANCELED' });
    await vi.waitFor(() => expect(eventsOf(id).at(-1)?.type).toBe('order.canceled'), waiting);
    expect(eventsOf(id).at(-1)?.data).toMatchObject({ reason: 'changed their mind' });
    expect(effects('cancel-unrouted')).toEqual({});
  });

  it('of a dispatched order cancels the job at Nash, once', async () => {
    const id = await post('cancel-dispatched');
    await dispatched('cancel-dispatched');
    await packline.call('POST', `/v1/orders/${id}/cancel`);
    await packline.call('POST', `/v1/orders/${id}/cancel`);
    await reaches(id, { status: 'CANCELED' });
    expect(effects('cancel-dispatched')).toMatchObject({ 'job.canceled': 1 });
    expect((await packline.call('POST', `/v1/orders/${id}/cancel`)).body).toMatchObject({ code: 'order.state' });
  });

  it('while items are being picked stops the picking', async () => {
    const id = await post('cancel-picking');
    await dispatched('cancel-picking');
    await advance('cancel-picking', 'items_pick_update');
    await reaches(id, { status: 'PICKING' });
    await packline.call('POST', `/v1/orders/${id}/cancel`);
    await reaches(id, { status: 'CANCELED' });
  });

  it('that comes after the courier left is refused by Nash, and both sides know', async () => {
    const id = await post('cancel-late');
    await dispatched('cancel-late');
    await advance('cancel-late', 'pickup_complete');
    await reaches(id, { status: 'ON_ROUTE' });
    await packline.call('POST', `/v1/orders/${id}/cancel`);
    await reaches(id, { status: 'ON_ROUTE', problems: [{ code: 'order.cancel_refused', source: 'nash' }] });
    await vi.waitFor(() => expect(eventsOf(id).at(-1)?.data['code']).toBe('order.cancel_refused'), waiting);
    await advance('cancel-late', 'dropoff_complete');
    await reaches(id, { status: 'DELIVERED' });
  });

  it('at the very moment of the order leaves one order or none, never a courier without an order', async () => {
    const ids = await Promise.all(
      Array.from({ length: 12 }, async (_, n) => {
        const id = await post(`cancel-race-${n}`);
        await packline.call('POST', `/v1/orders/${id}/cancel`);
        return id;
      }),
    );
    for (const [n, id] of ids.entries()) {
      await reaches(id, { status: 'CANCELED' });
      const { 'job.created': jobs = 0, 'job.canceled': canceled = 0 } = effects(`cancel-race-${n}`);
      expect(canceled).toBe(jobs);
    }
  });

  it('made at Nash is heard of here', async () => {
    const id = await post('cancel-there');
    await dispatched('cancel-there');
    await packline.control('POST', '/nash/jobs/cancel-there/advance', { to: 'canceled_by_merchant', direct: true });
    await reaches(id, { status: 'CANCELED' });
  });
});

describe('an amendment', () => {
  const lines = sampleOrder().lines.slice(0, 1);

  it('before anybody was told simply changes the order', async () => {
    const id = await post('amend-unrouted', { storeLocationId: 'store-nobody' });
    await reaches(id, { status: 'RECEIVED', problems: [{ code: 'order.no_route' }] });
    const { status, body } = await packline.call('PATCH', `/v1/orders/${id}`, { lines });
    expect(status).toBe(202);
    expect(body).toMatchObject({ lines: [{ id: 'line-1' }] });
  });

  it('of a dispatched order is the order once Nash has taken it', async () => {
    const id = await post('amend-dispatched');
    await dispatched('amend-dispatched');
    await packline.call('PATCH', `/v1/orders/${id}`, { lines });
    await reaches(id, { lines: [{ id: 'line-1' }], pendingAmendment: false });
    expect((await read(id))['lines']).toHaveLength(1);
    expect(effects('amend-dispatched')).toMatchObject({ 'order.created': 1, 'job.updated': 1 });
  });

  it('takes nothing from what was told of the parcel while it waited', async () => {
    const id = await post('amend-tracked');
    await dispatched('amend-tracked');
    const told = (description: string) => ({ city: 'Sydney', state: 'NSW', description, date: '2026-01-15T10:00:00Z' });
    await packline.call('PATCH', `/v1/orders/${id}/tracking`, { events: [told('before')] });
    await packline.control('POST', '/faults', {
      match: { method: 'PATCH', org: 'org_demo' },
      times: 2,
      fault: { kind: 'status', status: 503 },
    });
    expect((await packline.call('PATCH', `/v1/orders/${id}`, { lines })).body).toMatchObject({
      pendingAmendment: true,
    });
    const tracked = await packline.call('PATCH', `/v1/orders/${id}/tracking`, { events: [told('meanwhile')] });
    expect(tracked.body).toMatchObject({ pendingAmendment: true });
    await reaches(id, { lines: [{ id: 'line-1' }], pendingAmendment: false });
    const [store] = packline.base.stores;
    if (store === undefined) throw new Error('there is a shard');
    const person = openPerson(store, await requireOrder(store, id), 'current');
    expect(person?.trackingEvents?.map(({ description }) => description)).toEqual(['before', 'meanwhile']);
    await packline.control('DELETE', '/faults');
  });

  it('that the picker was faster than is dropped, and both sides know', async () => {
    const id = await post('amend-late');
    await dispatched('amend-late');
    // Nash is ahead of what we have heard: its hooks do not arrive.
    await packline.control('POST', '/faults', { match: { event: '**' }, fault: { kind: 'dropWebhook' } });
    await advance('amend-late', 'items_pick_complete');
    expect((await packline.call('PATCH', `/v1/orders/${id}`, { lines })).status).toBe(202);
    await reaches(id, { pendingAmendment: false, problems: [{ code: 'order.amend_refused', source: 'nash' }] });
    expect((await read(id))['lines']).toHaveLength(3);
    await packline.control('DELETE', '/faults');
  });

  it('is refused at once when we know that picking has begun', async () => {
    const id = await post('amend-picking');
    await dispatched('amend-picking');
    await advance('amend-picking', 'items_pick_update');
    await reaches(id, { status: 'PICKING' });
    const { status, body } = await packline.call('PATCH', `/v1/orders/${id}`, { lines });
    expect({ status, code: body['code'] }).toEqual({ status: 409, code: 'order.state' });
  });

  it('that mends what Nash wanted mended sends the order on its way', async () => {
    const nowhere = sampleOrder().recipient;
    const address = { ...nowhere.address, street: 'nowhere' };
    const id = await post('amend-attention', { recipient: { ...nowhere, address } });
    await reaches(id, { problems: [{ code: 'fulfilment.needs_attention', source: 'nash' }] });
    expect(effects('amend-attention')).not.toHaveProperty('order.dispatched');
    await packline.call('PATCH', `/v1/orders/${id}`, { recipient: nowhere });
    await dispatched('amend-attention');
    await reaches(id, { problems: [], pendingAmendment: false });
    expect(effects('amend-attention')).toMatchObject({ 'order.created': 1, 'order.dispatched': 1 });
  });
});

describe('hooks that never arrive', () => {
  it('are made up for by reading the order when somebody asks', async () => {
    const id = await post('resync');
    await dispatched('resync');
    await packline.control('POST', '/faults', { match: { event: '**' }, fault: { kind: 'dropWebhook' } });
    await advance('resync', 'dropoff_complete');
    await packline.control('DELETE', '/faults');
    expect((await packline.call('POST', `/v1/orders/${id}/resync`)).status).toBe(202);
    await reaches(id, { status: 'DELIVERED' });
    expect((await packline.call('GET', `/v1/orders/${id}/picked-items`)).body['data']).toHaveLength(3);
  });

  it('do no harm when they come many times over and in any order', async () => {
    const id = await post('shuffled');
    await dispatched('shuffled');
    await packline.control('POST', '/faults', { match: { event: '**' }, fault: { kind: 'duplicate', copies: 20 } });
    await packline.control('POST', '/faults', { match: { event: '**' }, fault: { kind: 'reorder', windowMs: 300 } });
    await advance('shuffled', 'dropoff_complete');
    await reaches(id, { status: 'DELIVERED' });
    await packline.control('DELETE', '/faults');
    const count = (match: (event: ReturnType<typeof eventsOf>[number]) => boolean) => eventsOf(id).filter(match).length;
    await vi.waitFor(() => expect(count((event) => event.type === 'order.ready_for_invoicing')).toBe(1), waiting);
    await vi.waitFor(() => expect(count((event) => event.data['newStatus'] === 'DELIVERED')).toBe(1), waiting);
    const versions = eventsOf(id).map((event) => Number(event.data['version']));
    expect(versions).toEqual(versions.toSorted((a, b) => a - b));
    expect(count((event) => event.type === 'order.items_picked')).toBe(1);
  });
});
