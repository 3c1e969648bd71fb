/** Attention and the page of an issue, over HTTP: what they show, to whom, and what people say of an issue. */
import { expect, test, vi } from 'vitest';
import { commit } from '../../src/store/commit.ts';
import { issueId, issueWrites, readIssue, resolveWrites, type IssueReport } from '../../src/store/issues.ts';
import { present } from '../store/present.ts';
import { canary, isHarmless } from '../support/console-api.ts';
import { startConsole } from '../support/console.ts';
import { testRedis } from '../support/redis.ts';

vi.setConfig({ testTimeout: 60_000 });
const { url: redisUrl } = await testRedis();
const site = await startConsole(redisUrl);
const store = present(site.base.stores[0]);
const merchant = await site.makeMerchant('A shop');
const operator = await site.logIn('ana', 'operator');
const viewer = await site.logIn('vic', 'viewer');

const reportOf = (changes: Partial<IssueReport> = {}): IssueReport => ({
  merchantId: merchant.id,
  target: 'packline',
  job: 'fulfilment-submit',
  code: 'nash.validation_errors',
  cause: 'one',
  kind: 'rejected',
  source: 'you',
  title: 'Nash refused SKU A-1',
  detail: {
    status: 422,
    nashCode: 'VALIDATION_ERRORS',
    operation: 'order.upsert',
    cause: { sku: 'A-1', field: 'sku' },
  },
  orderId: 'ord_01jd3xk5q8h2v4m6n7p9r0stwz',
  entryId: 'fulfilment-submit.ord_01jd3xk5q8h2v4m6n7p9r0stwz',
  by: 3,
  ...changes,
});
const happen = async (changes: Partial<IssueReport> = {}): Promise<string> => {
  await commit(store, { writes: issueWrites(store, reportOf(changes)) });
  return issueId(reportOf(changes));
};
const pathOf = (id: string): string => `/ops/m/${merchant.id}/issues/${id}`;
const read = (id: string) => readIssue(store, id);
/** The page as people read it. */
const wordsOf = (text: string): string => text.replace(/<svg[\s\S]*?<\/svg>|<[^>]+>/g, ' ').replace(/\s+/g, ' ');

test('Attention leads to an issue; its page says what was refused, how often, who can fix it and what to do', async () => {
  const id = await happen();
  const attention = (await viewer.get('/ops')).text;
  expect(attention).toContain(`href="${pathOf(id)}"`);
  expect(wordsOf(attention)).toMatch(/1 open issue.*Nash refused SKU A-1.* you 3 /);
  expect(attention).toContain('3 in this hour, 3 in 24 hours');
  const page = await viewer.get(pathOf(id));
  expect(page.status).toBe(200);
  const words = wordsOf(page.text);
  for (const said of ['SKU A-1', 'Field sku', 'Answer 422 VALIDATION_ERRORS', 'Call order.upsert', 'You can fix this'])
    expect(words).toContain(said);
}); // prettier-ignore

test('acknowledged, assigned and ignored by whom, and taken back; what is ignored is no longer counted as open', async () => {
  const id = await happen({ cause: 'two', title: 'Nash refused SKU B-2' });
  const act = async (name: string, form: Record<string, string> = {}) => {
    expect((await operator.post(`${pathOf(id)}/${name}`, form)).status).toBe(303);
    return read(id);
  };
  expect(await act('acknowledge')).toMatchObject({ acknowledged: { by: expect.stringMatching(/^usr_/) } });
  expect(await act('assign', { toMe: 'yes' })).toMatchObject({ assigned: { to: 'ana' } });
  const seenAt = new Date(site.clock.now()).toISOString();
  const until = new Date(site.clock.now() + 86_400_000).toISOString();
  expect(await act('ignore', { hours: '24', seenAt })).toMatchObject({ ignored: { until } });
  const attention = wordsOf((await viewer.get('/ops')).text);
  expect(attention).toContain('1 open issue');
  expect(attention).toMatch(/SKU A-1.*SKU B-2.*Acknowledged just now For ana Ignored until in 1 d/);
  expect(await act('ignore', { hours: '' })).toMatchObject({ ignored: null });
  expect(await act('ignore', { hours: 'times', times: '5' })).toMatchObject({ ignored: { untilCount: 9 } });
  expect(await act('assign', { to: '' })).toMatchObject({ assigned: null });
  expect(await act('acknowledge', { acknowledged: 'false' })).toMatchObject({ acknowledged: null });
});

test('a viewer sees what others may do, and does nothing', async () => {
  const id = await happen();
  const { text } = await viewer.get(pathOf(id));
  expect(text).toMatch(/<button class="button" disabled[^>]*>\s*Acknowledge/);
  for (const name of ['retry', 'plan-retry', 'correct', 'plan-correct', 'acknowledge', 'assign', 'ignore'])
    expect((await viewer.post(`${pathOf(id)}/${name}`, { by: 'X' })).status).toBe(403);
});

test('what a partner or an OMS wrote is shown and does not act', async () => {
  const detail = { cause: { sku: canary, field: canary }, nashCode: canary, operation: canary, otherSkus: [canary] };
  const id = await happen({ cause: 'three', title: canary, detail, job: canary });
  for (const path of ['/ops', pathOf(id)]) expect(isHarmless((await operator.get(path)).text)).toBe(true);
});

test('an issue that is over says so, and offers nothing to be done', async () => {
  const id = await happen({ cause: 'four', entryId: null });
  await commit(store, { writes: resolveWrites(id) });
  const { text } = await operator.get(pathOf(id));
  expect(wordsOf(text)).toMatch(/Resolved.*Nothing: what had failed has succeeded since/);
  expect(text).not.toMatch(/Acknowledge<|Retry all/);
});

test('a plan without work that waits says so', async () => {
  const id = await happen({ cause: 'five', entryId: null });
  expect(wordsOf((await operator.post(`${pathOf(id)}/plan-retry`, {})).text)).toContain('Nothing waits for a retry');
});
