import { afterAll, describe, expect, it, vi } from 'vitest';
import { Failure } from '../../src/domain/failure.ts';
import type { WorkerDeps } from '../../src/fulfilment/deps.ts';
import { testRedis } from '../support/redis.ts';
import { sampleOrder } from '../support/sample-order.ts';
import { startPackline } from '../support/packline.ts';

/** Work that a paused connection holds back asks again after a moment; in production, after half a minute. */
const askSoon =
  (openFulfilment: WorkerDeps['openFulfilment']): WorkerDeps['openFulfilment'] =>
  (...asked) =>
    openFulfilment(...asked).catch((thrown: unknown) => {
      if (!(thrown instanceof Failure) || thrown.code !== 'connection.paused') throw thrown;
      throw new Failure(thrown.kind, thrown.code, thrown.message, { retryAfterMs: 500, detail: thrown.detail });
    });

const { url } = await testRedis();
const packline = await startPackline({
  redisUrl: url,
  sandbox: { picker: { mode: 'manual', outcome: 'exact' } },
  workerDeps: (deps) => ({ ...deps, openFulfilment: askSoon(deps.openFulfilment) }),
});
afterAll(() => packline.close());

const waiting = { timeout: 15_000, interval: 50 };
const post = async (externalId: string, overrides = {}, headers = {}) => {
  const answer = await packline.call('POST', '/v1/orders', sampleOrder({ externalId, ...overrides }), {
    'idempotency-key': externalId,
    ...headers,
  });
  return String(answer.body['id']);
};
const read = async (id: string) => (await packline.call('GET', `/v1/orders/${id}`)).body;
const reaches = (id: string, expected: Record<string, unknown>) =>
  vi.waitFor(async () => expect(await read(id)).toMatchObject(expected), waiting);
const effects = (externalId: string) => packline.sandbox.books.effectsOf('org_demo', externalId);
const has = (externalId: string, effect: string) =>
  vi.waitFor(() => expect(effects(externalId)).toHaveProperty(effect), waiting);
const eventsOf = (id: string) => packline.subscriber.received.filter((event) => event.data['orderId'] === id);
const nowhere = { ...sampleOrder().recipient, address: { ...sampleOrder().recipient.address, street: 'nowhere' } };

describe('an order that the partner wanted corrected', () => {
  it('is sent on its way when it was corrected there, at the next read', async () => {
    const id = await post('mended-there', { recipient: nowhere });
    await reaches(id, { problems: [{ code: 'fulfilment.needs_attention' }] });
    await fetch(`${packline.sandboxUrl}/nash/v1/order/mended-there`, {
      method: 'PATCH',
      headers: { authorization: 'Bearer nash_demo_key', 'content-type': 'application/json' },
      body: JSON.stringify({ dropoffAddress: '1 Example St, Carlton, VIC 3053' }),
    });
    await packline.call('POST', `/v1/orders/${id}/resync`);
    await has('mended-there', 'order.dispatched');
    await reaches(id, { problems: [] });
  });

  it('is told of once, however often it is read', async () => {
    const id = await post('read-often', { recipient: nowhere });
    await reaches(id, { problems: [{ code: 'fulfilment.needs_attention' }] });
    const before = Number((await read(id))['version']);
    for (let n = 1; n <= 3; n += 1) {
      await packline.call('POST', `/v1/orders/${id}/resync`);
      await vi.waitFor(
        async () => expect(Number((await read(id))['version'])).toBeGreaterThanOrEqual(before + n),
        waiting,
      );
    }
    expect(eventsOf(id).filter((event) => event.type === 'order.problem')).toHaveLength(1);
  });
});

describe('an amendment after a refused one', () => {
  it('is asked for again, and its refusal is told again', async () => {
    const id = await post('refused-twice');
    await has('refused-twice', 'order.dispatched');
    await packline.control('POST', '/faults', { match: { event: '**' }, fault: { kind: 'dropWebhook' } });
    await packline.control('POST', '/nash/jobs/refused-twice/advance', { to: 'items_pick_complete' });
    for (let n = 1; n <= 2; n += 1) {
      await packline.call('PATCH', `/v1/orders/${id}`, { notes: `try ${n}` });
      await vi.waitFor(
        () => expect(eventsOf(id).filter((event) => event.data['code'] === 'order.amend_refused')).toHaveLength(n),
        waiting,
      );
      await reaches(id, { pendingAmendment: false });
    }
    await packline.control('DELETE', '/faults');
  });
});

describe('the first thing that is heard of an order', () => {
  it('is that it was imported, even when it was canceled before anybody looked at it', async () => {
    const id = await post('imported-first');
    await packline.call('POST', `/v1/orders/${id}/cancel`);
    await reaches(id, { status: 'CANCELED' });
    await vi.waitFor(() => expect(eventsOf(id).at(-1)?.type).toBe('order.canceled'), waiting);
    expect(eventsOf(id)[0]?.type).toBe('order.imported');
  });
});

describe('a cancellation that comes too late to be asked for', () => {
  it('does not stay open, and says so', async () => {
    const id = await post('overtaken');
    await has('overtaken', 'order.dispatched');
    await packline.call('POST', `/v1/connections/${packline.connectionId}/pause`);
    await packline.call('POST', `/v1/orders/${id}/cancel`);
    await packline.control('POST', '/nash/jobs/overtaken/advance', { to: 'dropoff_complete' });
    await reaches(id, { status: 'DELIVERED' });
    await packline.call('POST', `/v1/orders/${id}/cancel`);
    await packline.call('POST', `/v1/connections/${packline.connectionId}/resume`);
    await reaches(id, { cancellation: { state: 'refused' } });
  });
});

describe('two systems with one external id at one partner', () => {
  it('are kept apart: the second order stays here and says why, the first is not touched', async () => {
    const till = await packline.call('POST', '/v1/connections', { connector: 'generic', name: 'Till', settings: {} });
    const first = await post('shared-id');
    await has('shared-id', 'order.dispatched');
    const second = await post('shared-id', {}, { 'packline-connection': String(till.body['id']) });
    expect(second).not.toBe(first);
    await reaches(second, { status: 'RECEIVED', problems: [{ code: 'order.reference_taken' }] });
    await packline.control('POST', '/nash/jobs/shared-id/advance', { to: 'dropoff_complete' });
    await reaches(first, { status: 'DELIVERED' });
    expect(await read(second)).toMatchObject({ status: 'RECEIVED' });
  });
});
