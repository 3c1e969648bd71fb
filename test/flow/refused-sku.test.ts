import { afterAll, expect, test, vi } from 'vitest';
import { startPackline } from '../support/packline.ts';
import { testRedis } from '../support/redis.ts';
import { sampleOrder } from '../support/sample-order.ts';

const redis = await testRedis();
const packline = await startPackline({ redisUrl: redis.url, ratePerSecond: 200, sandbox: { speed: 60 } });
afterAll(() => packline.close());

interface Shown {
  id: string;
  status: string;
  title: string;
  count: number;
  source: string;
  orderIds: string[];
  waiting: number;
  fix: { method: string; path: string } | null;
  lastRetry: { revived: number; done: number; failedAgain: number; pending: number } | null;
}
const issues = async (query = '?status=open') =>
  (await packline.call('GET', `/v1/issues${query}`)).body['data'] as Shown[];
const until = { timeout: 20_000, interval: 50 };
const { lines } = sampleOrder();
const post = async (externalId: string, sku: string): Promise<string> => {
  const order = sampleOrder({ externalId, lines: [...lines.slice(1), { ...lines[0], id: 'line-1', sku } as (typeof lines)[number]] }); // prettier-ignore
  return String((await packline.call('POST', '/v1/orders', order, { 'idempotency-key': externalId })).body['id']);
};

test('5 % of the calls to Nash fail with 422 for one SKU: one issue names it, is mended, retried, and clears itself', async () => {
  await packline.control('POST', '/nash/answers', { refusedSkus: ['BAD-1'] });
  const skus = Array.from({ length: 40 }, (_, n) => (n % 20 === 7 ? 'BAD-1' : '100001'));
  const ids = await Promise.all(skus.map((sku, n) => post(`sku-${n}`, sku)));
  const bad = ids.filter((_, n) => skus[n] === 'BAD-1');
  await vi.waitFor(async () => expect((await issues())[0]?.count).toBe(2), until);
  const [issue, another] = await issues();
  expect(another).toBeUndefined();
  expect(issue).toMatchObject({ source: 'you', waiting: 2, title: expect.stringContaining('SKU BAD-1') });
  expect(issue?.orderIds.toSorted()).toEqual(bad.toSorted());
  expect(issue?.fix).toMatchObject({ method: 'PATCH', path: expect.stringMatching(/^\/v1\/orders\/ord_/) });

  // A retry before anything is mended says what failed again.
  const path = `/v1/issues/${issue?.id}`;
  const plan = await packline.call('POST', '/v1/issues/retry', {
    plan: true,
    filter: { code: 'nash.validation_errors' },
  });
  expect(plan.body).toMatchObject({ waiting: 2, orderCount: 2 });
  await packline.call('POST', `${path}/retry`, {});
  const read = async () => (await packline.call('GET', path)).body as unknown as Shown;
  await vi.waitFor(async () => expect((await read()).lastRetry).toMatchObject({ revived: 2, failedAgain: 2, pending: 0 }), until); // prettier-ignore
  const again = (await packline.call('GET', `${path}/entries?outcome=failedAgain`)).body['data'] as {
    orderId: string;
  }[];
  expect(again.map(({ orderId }) => orderId).toSorted()).toEqual(bad.toSorted());

  // One order is corrected: that alone sends it.
  const [first = '', second = ''] = bad;
  const patched = await packline.call('PATCH', `/v1/orders/${first}`, { lines });
  expect(patched.status).toBe(202);
  await vi.waitFor(async () => expect(await read()).toMatchObject({ status: 'open', waiting: 1 }), until);
  // The other one is mended at Nash, and retried.
  await packline.control('POST', '/nash/answers', { refusedSkus: [] });
  await packline.call('POST', '/v1/issues/retry', { filter: { code: 'nash.validation_errors' } });
  await vi.waitFor(async () => expect(await read()).toMatchObject({ status: 'resolved', waiting: 0, lastRetry: { done: 1 } }), until); // prettier-ignore
  for (const id of [first, second]) {
    const order = async () => (await packline.call('GET', `/v1/orders/${id}`)).body;
    await vi.waitFor(async () => expect(await order()).toMatchObject({ problems: [] }), until);
    expect((await order())['status']).not.toBe('RECEIVED');
  }
}, 60_000);
