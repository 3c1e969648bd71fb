import { expect, test } from 'vitest';
import * as z from 'zod';
import { commit } from '../../src/store/commit.ts';
import { countEntries, leaseEntries } from '../../src/store/entries.ts';
import { issueId, issueWrites } from '../../src/store/issues.ts';
import { startIngress } from '../support/ingress.ts';
import { testRedis } from '../support/redis.ts';
import { sampleOrder } from '../support/sample-order.ts';

const redis = await testRedis();
const ingress = await startIngress(redis.url, { settings: { ratePerSecond: 1_000, rateBurst: 10_000 } });
const { request, store } = ingress;
const lease = () => leaseEntries(store, { room: 10_000, leaseMs: 600_000 });

let count = 0;
/** An order whose submission failed for good: its work is buried under an issue. */
async function failedOrder(tenant: { key: string; merchantId: string }, code = 'nash.key_refused') {
  await lease();
  count += 1;
  const options = { key: tenant.key, headers: { 'Idempotency-Key': `i-${count}` } };
  const posted = await request('POST', '/v1/orders', { ...options, json: sampleOrder({ externalId: `e-${count}` }) });
  const { id: orderId } = z.looseObject({ id: z.string() }).parse(posted.body);
  const { entries } = await lease();
  const [entry] = entries;
  if (entry === undefined) throw new Error('no work waits for the order');
  const cause = { merchantId: tenant.merchantId, target: 'con_x', job: entry.job, code };
  const report = { ...cause, kind: 'misconfigured', source: 'you', title: 'Nash refused the key', detail: {} } as const;
  await commit(store, {
    writes: issueWrites(store, { ...report, orderId, entryId: entry.id }),
    settle: { id: entry.id, attempt: entry.attempt, how: 'bury', reason: code },
  });
  return { orderId, entryId: entry.id, path: `/v1/issues/${issueId(cause)}` };
}

test('an issue gathers what failed for one cause, and lists it by status', async () => {
  const tenant = await ingress.tenant();
  const first = await failedOrder(tenant);
  const second = await failedOrder(tenant);
  expect(second.path).toBe(first.path);

  const read = await request('GET', first.path, { key: tenant.key });
  expect(read.body).toMatchObject({ status: 'open', count: 2, code: 'nash.key_refused', source: 'you' });
  expect(z.looseObject({ orderIds: z.array(z.string()) }).parse(read.body).orderIds.sort()).toEqual([first.orderId, second.orderId].sort()); // prettier-ignore
  const listed = await request('GET', '/v1/issues?status=open', { key: tenant.key });
  expect(listed.body).toEqual({ data: [read.body], nextCursor: null });
  expect((await request('GET', '/v1/issues?status=resolved', { key: tenant.key })).body).toMatchObject({ data: [] });
});

test('a plan says what a retry would do, and does nothing', async () => {
  const tenant = await ingress.tenant();
  const { path } = await failedOrder(tenant);
  const { dead } = await countEntries(store);
  const plan = await request('POST', `${path}/retry`, { key: tenant.key, json: { plan: true } });
  expect(plan.status).toBe(200);
  expect(plan.body).toMatchObject({ waiting: 1 });
  expect((await countEntries(store)).dead).toBe(dead);
});

test('a retry puts all buried work of the issue back, once', async () => {
  const tenant = await ingress.tenant();
  const failed = [await failedOrder(tenant), await failedOrder(tenant)];
  const path = failed[0]?.path ?? '';
  const retried = await request('POST', `${path}/retry`, { key: tenant.key });
  expect(retried.status).toBe(202);
  expect(retried.body).toMatchObject({ revived: 2 });
  expect((await lease()).entries.map(({ id }) => id).sort()).toEqual(failed.map(({ entryId }) => entryId).sort());
  expect((await request('POST', `${path}/retry`, { key: tenant.key })).body).toMatchObject({ revived: 0 });
});

test('a retry of an order revives its own buried work and nobody else’s', async () => {
  const tenant = await ingress.tenant();
  const [mine, other] = [await failedOrder(tenant), await failedOrder(tenant)];
  const reply = await request('POST', `/v1/orders/${mine.orderId}/retry`, { key: tenant.key });
  expect(reply.body).toMatchObject({ revived: 1, resubmitted: false });
  expect((await lease()).entries.map(({ id }) => id)).toEqual([mine.entryId]);
  expect(await redis.client.hexists(store.keys.dead, other.entryId)).toBe(1);
});

test('issues are paged, most recently seen first', async () => {
  const tenant = await ingress.tenant();
  const codes = ['nash.a', 'nash.b', 'nash.c'];
  for (const code of codes) {
    await failedOrder(tenant, code);
    ingress.clock.advance(1_000);
  }
  const PageSchema = z.object({
    data: z.array(z.looseObject({ code: z.string() })),
    nextCursor: z.string().nullable(),
  });
  const first = PageSchema.parse((await request('GET', '/v1/issues?limit=2', { key: tenant.key })).body);
  expect(first.data.map(({ code }) => code)).toEqual(['nash.c', 'nash.b']);
  const next = await request('GET', `/v1/issues?limit=2&cursor=${first.nextCursor}`, { key: tenant.key });
  expect(PageSchema.parse(next.body)).toMatchObject({ data: [{ code: 'nash.a' }], nextCursor: null });
});

test('another merchant’s issue does not exist', async () => {
  const { path } = await failedOrder(await ingress.tenant());
  const { key } = await ingress.tenant();
  expect((await request('GET', path, { key })).status).toBe(404);
  expect((await request('POST', `${path}/retry`, { key })).status).toBe(404);
});

test('an issue is acknowledged, assigned and ignored, and says by whom and when', async () => {
  const tenant = await ingress.tenant();
  const { path } = await failedOrder(tenant);
  const until = new Date(ingress.clock.now() + 3_600_000).toISOString();
  const json = { acknowledged: true, assignedTo: 'Bea', ignored: { until } };
  const patched = await request('PATCH', path, { key: tenant.key, json });
  const act = { at: expect.any(String), by: expect.stringMatching(/^key_/) };
  expect(patched.body).toMatchObject({
    acknowledged: act,
    assigned: { ...act, to: 'Bea' },
    ignored: { ...act, until, untilCount: null },
  });
  const listed = async (query: string) =>
    z
      .object({ data: z.array(z.unknown()) })
      .parse((await request('GET', `/v1/issues?${query}`, { key: tenant.key })).body).data.length;
  expect(await listed('assigned=Bea&acknowledged=true&ignored=true')).toBe(1);
  expect(await listed('ignored=false')).toBe(0);
  const undone = { acknowledged: false, assignedTo: null, ignored: null };
  expect((await request('PATCH', path, { key: tenant.key, json: undone })).body).toMatchObject({
    acknowledged: null,
    assigned: null,
    ignored: null,
  });
});

test.each([
  ['nothing', {}],
  ['a time that is over', { ignored: { until: '2020-01-01T00:00:00.000Z' } }],
  ['neither a time nor a number', { ignored: {} }],
  ['both', { ignored: { until: '2099-01-01T00:00:00.000Z', times: 3 } }],
])('a change of an issue that says %s is refused', async (_what, json) => {
  const tenant = await ingress.tenant();
  const { path } = await failedOrder(tenant);
  expect((await request('PATCH', path, { key: tenant.key, json })).status).toBe(400);
});

test('all issues that fit are retried at once, after a plan that says of which orders; what is ignored is not', async () => {
  const tenant = await ingress.tenant();
  const [first, second, ignored] = [
    await failedOrder(tenant, 'nash.a'),
    await failedOrder(tenant, 'nash.b'),
    await failedOrder(tenant, 'nash.c'),
  ];
  await request('PATCH', ignored.path, { key: tenant.key, json: { ignored: { times: 9 } } });
  const plan = await request('POST', '/v1/issues/retry', { key: tenant.key, json: { plan: true } });
  const orderIds = [first.orderId, second.orderId].toSorted();
  expect(plan.body).toMatchObject({ waiting: 2, orderCount: 2, orderIds });
  const retried = await request('POST', '/v1/issues/retry', { key: tenant.key, json: { filter: { code: 'nash.a' } } });
  expect(retried.status).toBe(202);
  expect(retried.body).toMatchObject({ revived: 1, issues: [{ id: first.path.split('/').at(-1), revived: 1 }] });
  expect((await request('POST', '/v1/issues/retry', { key: tenant.key })).body).toMatchObject({ revived: 1 });
});

test('the work of an issue says what became of its retry', async () => {
  const tenant = await ingress.tenant();
  const { path, entryId, orderId } = await failedOrder(tenant);
  const entries = async (query = '') => (await request('GET', `${path}/entries${query}`, { key: tenant.key })).body;
  expect(await entries()).toMatchObject({ data: [{ id: entryId, orderId, state: 'setAside', outcome: 'notRetried' }] });
  await request('POST', `${path}/retry`, { key: tenant.key });
  expect(await entries()).toMatchObject({ data: [{ state: 'retrying', outcome: 'pending' }] });
  expect((await request('GET', path, { key: tenant.key })).body).toMatchObject({
    lastRetry: { revived: 1, pending: 1 },
  });
  const [entry] = (await lease()).entries;
  const settle = { id: entryId, attempt: entry?.attempt ?? 0, how: 'bury', reason: 'nash.again' } as const;
  await commit(store, { settle: { ...settle, issue: path.split('/').at(-1) ?? '' } });
  expect(await entries('?outcome=failedAgain')).toMatchObject({ data: [{ state: 'setAside', reason: 'nash.again' }] });
  expect(await entries('?outcome=pending')).toEqual({ data: [], nextCursor: null });
  expect((await request('GET', path, { key: tenant.key })).body).toMatchObject({
    lastRetry: { failedAgain: 1, pending: 0 },
  });
});

test('the rules of stuck orders are a merchant’s own where it says so, and the defaults for the rest', async () => {
  const { key } = await ingress.tenant();
  const rules = { PICKING: 5, ON_ROUTE: null };
  expect((await request('PATCH', '/v1/stuck-rules', { key, json: { rules } })).status).toBe(200);
  const read = await request('GET', '/v1/stuck-rules', { key });
  expect(read.body).toMatchObject({ rules: { ...rules, RECEIVED: 15, IDLE: null } });
  expect((await request('PATCH', '/v1/stuck-rules', { key, json: { rules: { DELIVERED: 5 } } })).status).toBe(400);
});
