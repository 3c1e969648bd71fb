import { afterAll, expect, test, vi } from 'vitest';
import { startPackline } from '../support/packline.ts';
import { testRedis } from '../support/redis.ts';
import { sampleOrder } from '../support/sample-order.ts';

const redis = await testRedis();
const packline = await startPackline({ redisUrl: redis.url, ratePerSecond: 200 });
afterAll(() => packline.close());

const until = { timeout: 60_000, interval: 100 };
const post = async (externalId: string, skus: readonly string[]): Promise<string> => {
  const [line] = sampleOrder().lines;
  const lines = skus.map((sku, n) => ({ ...line, id: `line-${n}`, sku, notes: `a note of ${externalId}` }));
  const order = { ...sampleOrder({ externalId }), lines };
  return String((await packline.call('POST', '/v1/orders', order, { 'idempotency-key': externalId })).body['id']);
};
interface Shown {
  id: string;
  title: string;
  orderIds: string[];
  waiting: number;
  status: string;
}
const open = async () =>
  ((await packline.call('GET', '/v1/issues?status=open')).body['data'] as Shown[] | undefined) ?? [];
const refuse = (sku: string) =>
  packline.control('POST', '/faults', {
    match: { partner: 'nash', sku },
    fault: { kind: 'status', status: 422, code: 'VALIDATION_ERRORS' },
  });

test('two SKUs that Nash refuses are two issues, whatever the number of orders and places of the lines; each is corrected in all of them', async () => {
  await refuse('BAD-A');
  await refuse('BAD-B');
  const [first, second] = [await post('o-1', ['BAD-A', '100001']), await post('o-2', ['100001', '200002', 'BAD-A'])];
  await post('o-3', ['BAD-B']);
  await vi.waitFor(async () => expect((await open()).map(({ title, waiting }) => `${title}: ${waiting}`).toSorted()).toEqual(['Nash refused SKU BAD-A: 2', 'Nash refused SKU BAD-B: 1']), until); // prettier-ignore
  const issue = (await open()).find(({ title }) => title.endsWith('BAD-A'));

  const path = `/v1/issues/${issue?.id}/correct`;
  const plan = await packline.call('POST', path, { by: '100009', plan: true });
  expect(plan.status).toBe(200);
  expect(plan.body).toMatchObject({ sku: 'BAD-A', by: '100009', left: [], more: 0, orderIds: [first, second].toSorted() }); // prettier-ignore
  expect(JSON.stringify((await packline.call('GET', `/v1/orders/${first}`)).body['lines'])).toContain('BAD-A');

  expect((await packline.call('POST', path, { by: '100009' })).status).toBe(202);
  await vi.waitFor(async () => expect((await open()).map(({ title, waiting }) => [title, waiting])).toEqual([['Nash refused SKU BAD-B', 1]]), until); // prettier-ignore
  const { lines } = (await packline.call('GET', `/v1/orders/${second}`)).body as {
    lines: { sku: string; notes: string }[];
  };
  expect(lines.map(({ sku, notes }) => [sku, notes])).toEqual([
    ['100001', 'a note of o-2'],
    ['200002', 'a note of o-2'],
    ['100009', 'a note of o-2'],
  ]);
}, 120_000);

test('an order with two refused SKUs converges: its submission and its amendments are one issue for each SKU, and none is left', async () => {
  await packline.control('DELETE', '/faults');
  await refuse('BAD-C');
  await refuse('BAD-D');
  const shown = async () => (await open()).map(({ title, waiting }) => `${title}: ${waiting}`).filter((line) => /BAD-[CD]/.test(line)).toSorted(); // prettier-ignore
  const correct = async (sku: string) => {
    const issue = (await open()).find(({ title }) => title.endsWith(sku));
    return packline.call('POST', `/v1/issues/${issue?.id}/correct`, { by: '100009' });
  };
  const both = await post('o-6', ['BAD-C', 'BAD-D']);
  await post('o-7', ['BAD-D']);
  await vi.waitFor(async () => expect(await shown()).toEqual(['Nash refused SKU BAD-C: 1', 'Nash refused SKU BAD-D: 1']), until); // prettier-ignore
  // Changed in something else: the same SKU is refused once more, and is the same issue.
  expect((await packline.call('PATCH', `/v1/orders/${both}`, { notes: 'the blue door' })).status).toBeLessThan(300);
  await vi.waitFor(async () => expect(await shown()).toEqual(['Nash refused SKU BAD-C: 2', 'Nash refused SKU BAD-D: 1']), until); // prettier-ignore
  const { problems } = (await packline.call('GET', `/v1/orders/${both}`)).body as { problems: { detail: string }[] };
  expect(problems.map(({ detail }) => detail)).toEqual(['Nash refused SKU BAD-C']);

  expect((await correct('BAD-C')).body).toMatchObject({ orderIds: [both], left: [] });
  await vi.waitFor(async () => expect(await shown()).toEqual(['Nash refused SKU BAD-C: 2', 'Nash refused SKU BAD-D: 2']), until); // prettier-ignore
  expect((await correct('BAD-D')).body['orderIds']).toHaveLength(2);
  await vi.waitFor(async () => expect(await shown()).toEqual([]), until);
  const { lines } = (await packline.call('GET', `/v1/orders/${both}`)).body as { lines: { sku: string }[] };
  expect(lines.map(({ sku }) => sku)).toEqual(['100009', '100009']);
}, 120_000);

test('an issue that is about no SKU has none to be replaced', async () => {
  await packline.control('DELETE', '/faults');
  await packline.control('POST', '/faults', { match: { partner: 'nash', method: 'POST' }, fault: { kind: 'status', status: 401, code: 'UNAUTHORIZED' } }); // prettier-ignore
  await post('o-5', ['100001']);
  const refused = async () => (await open()).find(({ title }) => !title.includes('SKU'));
  const { id } = await vi.waitFor(async () => (await refused()) ?? Promise.reject(new Error('none yet')), until);
  const answer = await packline.call('POST', `/v1/issues/${id}/correct`, { by: '100009' });
  expect([answer.status, answer.body['code']]).toEqual([409, 'issue.no_sku']);
}, 120_000);
