import { beforeEach, describe, expect, it } from 'vitest';
import { commit } from '../../src/store/commit.ts';
import { newId, type StoreDeps } from '../../src/store/deps.ts';
import { leaseEntries } from '../../src/store/entries.ts';
import { changeIssue } from '../../src/store/issue-acts.ts';
import { issuesMax } from '../../src/store/issue-lua.ts';
import {
  doneWrites,
  issueId,
  issueWrites,
  listIssues,
  readIssue,
  resolveWrites,
  type IssueReport,
} from '../../src/store/issues.ts';
import { createFakeClock } from '../support/fake-clock.ts';
import { testRedis } from '../support/redis.ts';
import { createTestStore } from '../support/test-store.ts';
import { sampleMerchantId as merchantId } from './accept-sample.ts';
import { sampleReport } from './sample-report.ts';

const { client } = await testRedis();
const clock = createFakeClock();
let store: StoreDeps;
beforeEach(async () => {
  await client.flushdb();
  store = await createTestStore(client, clock);
});

const report = (changes: Partial<IssueReport> = {}): IssueReport =>
  sampleReport({ detail: {}, entryId: '', ...changes });
const id = issueId(report());
const fail = (changes: Partial<IssueReport> = {}) => commit(store, { writes: issueWrites(store, report(changes)) });
const read = async () => {
  const issue = await readIssue(store, id);
  if (issue === null) throw new Error('there is no issue');
  return issue;
};
const listed = async (filter: object = {}) =>
  (await listIssues(store, merchantId, { offset: 0, limit: 10, ...filter })).issues.map(({ code }) => code);

describe('an issue', () => {
  it('is another one for another cause of the same code', () => {
    expect(issueId(report({ cause: 'sku a' }))).not.toBe(issueId(report({ cause: 'sku b' })));
    expect(issueId(report({ cause: '' }))).toBe(id);
  });

  it('says how often it failed in each of the last 24 hours, and forgets the day before', async () => {
    await fail();
    await fail();
    clock.advance(3 * 3_600_000);
    await fail();
    const { trend } = await read();
    expect(trend.slice(-4)).toEqual([2, 0, 0, 1]);
    expect(trend).toHaveLength(24);
    clock.advance(24 * 3_600_000);
    await fail();
    expect((await read()).trend).toEqual([...Array<number>(23).fill(0), 1]);
  });

  it('says of about how many orders it is, far beyond those it names', async () => {
    const writes = Array.from({ length: 500 }, () => issueWrites(store, report({ orderId: newId('order', clock) })));
    await commit(store, { writes: writes.flat() });
    const { orderCount, orderIds } = await read();
    expect(orderCount).toBeGreaterThan(480);
    expect(orderCount).toBeLessThan(520);
    expect(orderIds).toHaveLength(20);
  });

  it('that was over is open again when it is seen again, and nobody has acknowledged it', async () => {
    await fail();
    await changeIssue(store, await read(), { acknowledged: true }, 'key_1');
    await commit(store, { writes: resolveWrites(id) });
    expect(await read()).toMatchObject({ status: 'resolved', resolvedAt: expect.any(String), reopened: 0 });
    clock.advance(1_000);
    await fail();
    expect(await read()).toMatchObject({ status: 'open', resolvedAt: null, reopened: 1, acknowledged: null, count: 2 });
  });

  it('is over when other work did what its own could not', async () => {
    await commit(store, { entries: [{ id: 'a', job: 'sweep', lane: 'free', class: 'orders', payload: {} }] });
    const { entries } = await leaseEntries(store, { room: 1, leaseMs: 1_000 });
    const settle = { id: 'a', attempt: entries[0]?.attempt ?? 0, how: 'bury', reason: 'x', issue: id } as const;
    await commit(store, { writes: issueWrites(store, report({ entryId: 'a' })), settle });
    await commit(store, { writes: doneWrites('a') });
    expect((await read()).status).toBe('resolved');
    expect(await client.hlen(store.keys.dead)).toBe(0);
  });

  it('is listed where it needs attention: not seen to, acknowledged, ignored, over', async () => {
    for (const code of ['x.over', 'x.ignored', 'x.seen', 'x.new']) await fail({ code });
    const idOf = (code: string) => ({ id: issueId(report({ code })), count: 1 });
    await changeIssue(store, idOf('x.seen'), { acknowledged: true, assignedTo: 'Bea' }, 'key_1');
    await changeIssue(store, idOf('x.ignored'), { ignored: { times: 5 } }, 'key_1');
    await commit(store, { writes: resolveWrites(idOf('x.over').id) });
    expect(await listed()).toEqual(['x.new', 'x.seen', 'x.ignored', 'x.over']);
    expect(await listed({ assigned: 'Bea' })).toEqual(['x.seen']);
    expect(await listed({ assigned: '', status: 'open' })).toEqual(['x.new', 'x.ignored']);
    expect(await listed({ acknowledged: false, ignored: false, status: 'open' })).toEqual(['x.new']);
    expect(await listed({ code: 'x.over' })).toEqual(['x.over']);
    expect(await listed({ target: 'con_2' })).toEqual([]);
    expect(await listed({ source: 'nash', ignored: true })).toEqual(['x.ignored']);
  });

  it('is ignored until a time, or until it has been seen more often than was said', async () => {
    await fail();
    await changeIssue(store, await read(), { ignored: { untilMs: clock.now() + 60_000 } }, 'key_1');
    expect(await read()).toMatchObject({ ignored: { by: 'key_1', untilCount: null } });
    clock.advance(60_000);
    expect((await read()).ignored).toBeNull();
    await changeIssue(store, await read(), { ignored: { times: 2 } }, 'key_1');
    await fail();
    await fail();
    expect((await read()).ignored).toMatchObject({ untilCount: 4 });
    await fail();
    expect((await read()).ignored).toBeNull();
  });

  it('counts with others of its code once a merchant has a thousand, and with all where codes have no end', async () => {
    const many = Array.from({ length: issuesMax }, (_, n) => issueWrites(store, report({ cause: `cause ${n}` })));
    await commit(store, { writes: many.flat() });
    await fail({ cause: 'one more', entryId: '' });
    await fail({ cause: 'and one more' });
    for (let n = 0; n < 150; n += 1) await fail({ code: `nash.endless_${n}` });
    expect(await client.zcard(store.keys.issues(merchantId))).toBeLessThanOrEqual(issuesMax + 101);
    const { issues } = await listIssues(store, merchantId, { offset: 0, limit: 2_000 });
    expect(issues.find(({ title }) => title === 'other causes of nash.refused')).toMatchObject({ count: 2 });
    expect(issues.find(({ code }) => code === 'packline.other_issues')).toMatchObject({ title: 'other causes' });
    expect(issues.reduce((sum, { count }) => sum + count, 0)).toBe(issuesMax + 152);
  });

  it('takes the place of one that is over where there are a thousand', async () => {
    await fail({ cause: 'cause 0' });
    clock.advance(1);
    const many = Array.from({ length: issuesMax }, (_, n) => issueWrites(store, report({ cause: `cause ${n + 1}` })));
    await commit(store, { writes: many.slice(1).flat() });
    await commit(store, { writes: resolveWrites(issueId(report({ cause: 'cause 0' }))) });
    await fail({ code: 'nash.new' });
    expect(await readIssue(store, issueId(report({ code: 'nash.new' })))).toMatchObject({ count: 1 });
    expect(await readIssue(store, issueId(report({ cause: 'cause 0' })))).toBeNull();
  });

  it('holds the work of a cause that counts with others, and is over with it', async () => {
    const many = Array.from({ length: issuesMax }, (_, n) => issueWrites(store, report({ cause: `cause ${n}` })));
    await commit(store, { writes: many.flat() });
    await commit(store, { entries: [{ id: 'a', job: 'sweep', lane: 'free', class: 'orders', payload: {} }] });
    const { entries } = await leaseEntries(store, { room: 1, leaseMs: 1_000 });
    const about = report({ cause: 'one more', entryId: 'a' });
    const settle = { id: 'a', attempt: entries[0]?.attempt ?? 0, how: 'retry', delayMs: 0, counted: true } as const;
    await commit(store, {
      writes: issueWrites(store, about),
      settle: { ...settle, failed: { issue: issueId(about) } },
    });
    const others = async () =>
      (await listIssues(store, merchantId, { offset: 0, limit: 2_000 })).issues.find(({ title }) => title.startsWith('other')); // prettier-ignore
    expect(await others()).toMatchObject({ status: 'open', waiting: 1 });
    const again = await leaseEntries(store, { room: 1, leaseMs: 1_000 });
    await commit(store, { settle: { id: 'a', attempt: again.entries[0]?.attempt ?? 0, how: 'ack' } });
    expect(await others()).toMatchObject({ status: 'resolved', waiting: 0 });
  });
});
