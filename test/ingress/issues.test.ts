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
