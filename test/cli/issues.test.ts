import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { commit } from '../../src/store/commit.ts';
import { leaseEntries } from '../../src/store/entries.ts';
import { issueId, issueWrites } from '../../src/store/issues.ts';
import { startIngress } from '../support/ingress.ts';
import { testRedis } from '../support/redis.ts';
import { packline } from '../support/run-cli.ts';

const redis = await testRedis();
const ingress = await startIngress(redis.url);
const { store } = ingress;
let id = '';

const issues = (...args: string[]) => packline('issues', ...args);

beforeEach(async () => {
  const { key, merchantId } = await ingress.tenant();
  vi.stubEnv('PACKLINE_BASE_URL', ingress.url);
  vi.stubEnv('PACKLINE_API_KEY', key);
  const cause = { merchantId, target: 'con_x', job: 'sweep', code: 'nash.key_refused' };
  id = issueId(cause);
  const entryId = `sweep.${merchantId}`;
  await commit(store, { entries: [{ id: entryId, job: 'sweep', lane: 'free', class: 'orders', payload: {} }] });
  const { entries } = await leaseEntries(store, { room: 100, leaseMs: 600_000 });
  const attempt = entries.find((entry) => entry.id === entryId)?.attempt ?? 0;
  const report = {
    ...cause,
    kind: 'misconfigured',
    source: 'you',
    title: 'Nash refused the key',
    detail: { cause: { sku: 'A-1', field: 'sku' } },
  } as const;
  await commit(store, {
    writes: issueWrites(store, { ...report, orderId: null, entryId }),
    settle: { id: entryId, attempt, how: 'bury', reason: cause.code, issue: id },
  });
});
afterEach(() => {
  vi.unstubAllEnvs();
});

test('packline issues lists what needs attention, and shows what to do about one of them', async () => {
  const listed = await issues('list');
  expect(listed).toMatchObject({ code: 0, stdout: expect.stringContaining('nash.key_refused') });
  expect((await issues('list', '--status', 'resolved')).stdout).toBe('nothing needs attention\n');
  expect((await issues('list', '--code', 'nash.other')).stdout).toBe('nothing needs attention\n');
  expect((await issues('show', id)).stdout).toContain('do: PATCH /v1/connections/con_x');
  expect(JSON.parse((await issues('show', id, '--json')).stdout)).toMatchObject({ id, waiting: 1 });
});

test('packline issues retry plans first, tries again what was set aside, and ends with 3 where there is nothing', async () => {
  expect((await issues('retry', '--plan')).stdout).toContain('1 would be tried again');
  expect(await issues('retry', id)).toMatchObject({ code: 0, stdout: expect.stringContaining('1 are tried again') });
  expect((await issues('retry', id)).code).toBe(3);
});

test('packline issues ack and ignore say so of an issue', async () => {
  expect(JSON.parse((await issues('ack', id, '--assign', 'Bea', '--json')).stdout)).toMatchObject({ assigned: { to: 'Bea' } }); // prettier-ignore
  expect(JSON.parse((await issues('ignore', id, '--times', '3', '--json')).stdout)).toMatchObject({ ignored: { untilCount: 5 } }); // prettier-ignore
  expect((await issues('ignore', id)).code).toBe(2);
  expect((await issues('show', 'iss_00000000000000000000000000')).code).toBe(1);
});

test('packline issues correct says in which orders a refused SKU is replaced; nothing is left out where none waits', async () => {
  expect((await issues('correct', id)).code).toBe(2);
  const plan = await issues('correct', id, '--sku', 'B-1', '--plan');
  expect(plan).toEqual({ code: 0, stderr: '', stdout: 'A-1 would become B-1 in 0 orders: nothing was changed\n' });
  const done = await issues('correct', id, '--sku', 'B-1', '--json');
  expect(done.code).toBe(0);
  expect(JSON.parse(done.stdout)).toMatchObject({ id, sku: 'A-1', by: 'B-1', orderIds: [], left: [] });
});
