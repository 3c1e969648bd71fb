import { beforeEach, describe, expect, it } from 'vitest';
import { commit } from '../../src/store/commit.ts';
import { newId, type StoreDeps } from '../../src/store/deps.ts';
import { countEntries, leaseEntries } from '../../src/store/entries.ts';
import {
  issueId,
  issueWrites,
  listIssueEntries,
  listIssues,
  readIssue,
  type IssueReport,
} from '../../src/store/issues.ts';
import { reviveEntries } from '../../src/store/revive.ts';
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
  sampleReport({ detail: { status: 422 }, entryId: 'entry-1', ...changes });
const push = (id: string) =>
  commit(store, { entries: [{ id, job: 'sweep', lane: 'free', class: 'orders', payload: {} }] });
/** Takes what is due and buries it, as work that could not be done. */
async function buryDue(changes: Partial<IssueReport> = {}): Promise<string[]> {
  const { entries } = await leaseEntries(store, { room: 100, leaseMs: 1_000 });
  for (const { id, attempt } of entries) {
    const about = report({ ...changes, entryId: id });
    const settle = { id, attempt, how: 'bury', reason: 'test', issue: issueId(about) } as const;
    await commit(store, { writes: issueWrites(store, about), settle });
  }
  return entries.map(({ id }) => id);
}
/** Takes what is due and does it. */
async function doDue(): Promise<string[]> {
  const { entries } = await leaseEntries(store, { room: 100, leaseMs: 1_000 });
  for (const { id, attempt } of entries) await commit(store, { settle: { id, attempt, how: 'ack' } });
  return entries.map(({ id }) => id);
}
const statusOf = async (code: string) => (await readIssue(store, issueId(report({ code }))))?.status;
async function retry(code: string): Promise<number> {
  const id = issueId(report({ code }));
  return reviveEntries(store, await listIssueEntries(store, id), id);
}

describe('an issue', () => {
  it('groups failures of one target, job and code, counts them and shows the newest', async () => {
    await commit(store, { writes: issueWrites(store, report()) });
    const firstSeenAt = new Date(clock.now()).toISOString();
    clock.advance(60_000);
    await commit(store, { writes: issueWrites(store, report({ entryId: 'entry-2', detail: { status: 400 } })) });
    const { issues } = await listIssues(store, merchantId, { offset: 0, limit: 10 });
    const none = { acknowledged: null, assigned: null, ignored: null, lastRetry: null, resolvedAt: null };
    expect(issues).toEqual([
      {
        ...none,
        reopened: 0,
        retrying: false,
        openedAt: firstSeenAt,
        orderCount: 0,
        waiting: 2,
        trend: expect.any(Array),
        id: issueId(report()),
        merchantId,
        status: 'open',
        target: 'con_1',
        job: 'fulfilment-submit',
        code: 'nash.refused',
        kind: 'rejected',
        source: 'nash',
        title: 'refused',
        count: 2,
        firstSeenAt,
        lastSeenAt: new Date(clock.now()).toISOString(),
        lastDetail: { status: 400 },
        orderIds: [],
      },
    ]);
    expect((await listIssueEntries(store, issueId(report()))).toSorted()).toEqual(['entry-1', 'entry-2']);
  });

  it('is another one for another merchant, target, job or code', () => {
    const others = [{}, { merchantId: 'mer_2' }, { target: 'con_2' }, { job: 'order-cancel' }, { code: 'nash.other' }];
    expect(new Set(others.map((changes) => issueId(report(changes))))).toHaveLength(5);
  });

  it('names the twenty newest of the orders it touched, the newest first, each once', async () => {
    const orderIds: string[] = [];
    for (let n = 0; n < 25; n += 1) {
      clock.advance(1);
      const orderId = newId('order', clock);
      orderIds.push(orderId);
      await commit(store, { writes: issueWrites(store, report({ orderId })) });
      await commit(store, { writes: issueWrites(store, report({ orderId })) });
    }
    expect(await readIssue(store, issueId(report()))).toMatchObject({
      count: 50,
      orderIds: orderIds.slice(5).toReversed(),
    });
  });

  it('is listed with the most recently seen first, a page at a time, by status where that is asked', async () => {
    for (let n = 0; n < 7; n += 1) {
      clock.advance(1);
      await commit(store, { writes: issueWrites(store, report({ code: `code.${n}` })) });
    }
    await client.hset(store.keys.issue(issueId(report({ code: 'code.3' }))), 'status', 'resolved');
    const first = await listIssues(store, merchantId, { offset: 0, limit: 4, status: 'open' });
    expect(first.issues.map(({ code }) => code)).toEqual(['code.6', 'code.5', 'code.4', 'code.2']);
    const rest = await listIssues(store, merchantId, { offset: first.nextOffset ?? 0, limit: 4, status: 'open' });
    expect(rest.issues.map(({ code }) => code)).toEqual(['code.1', 'code.0']);
    expect(rest.nextOffset).toBeNull();
  });

  it('resolves itself when all the work that it held back has been done', async () => {
    await push('a');
    await push('b');
    await buryDue();
    expect(await retry('nash.refused')).toBe(2);
    const { entries } = await leaseEntries(store, { room: 1, leaseMs: 1_000 });
    await commit(store, { settle: { id: entries[0]?.id ?? '', attempt: entries[0]?.attempt ?? 0, how: 'ack' } });
    expect(await statusOf('nash.refused')).toBe('open');
    await doDue();
    expect(await statusOf('nash.refused')).toBe('resolved');
    expect(await countEntries(store)).toEqual({ waiting: 0, leased: 0, dead: 0 });
  });

  it('opens again, and counts on, when its work fails again', async () => {
    await push('a');
    await buryDue();
    await retry('nash.refused');
    await buryDue();
    expect(await readIssue(store, issueId(report()))).toMatchObject({ status: 'open', count: 2 });
    await retry('nash.refused');
    await doDue();
    await push('b');
    await buryDue();
    expect(await readIssue(store, issueId(report()))).toMatchObject({ status: 'open', count: 3 });
  });

  it('is not held open by work that has meanwhile failed for another reason, and was then done', async () => {
    await push('a');
    await buryDue({ code: 'nash.refused' });
    await retry('nash.refused');
    await buryDue({ code: 'nash.other' });
    await retry('nash.other');
    expect(await doDue()).toEqual(['a']);
    expect(await statusOf('nash.other')).toBe('resolved');
    expect(await statusOf('nash.refused')).toBe('resolved');
  });

  it('gives its work all its attempts again, once', async () => {
    await push('a');
    const { entries } = await leaseEntries(store, { room: 1, leaseMs: 1_000 });
    await commit(store, { settle: { id: 'a', attempt: entries[0]?.attempt ?? 0, how: 'retry', delayMs: 0, counted: true } }); // prettier-ignore
    await buryDue();
    expect(await retry('nash.refused')).toBe(1);
    expect(await retry('nash.refused')).toBe(0);
    const revived = await leaseEntries(store, { room: 1, leaseMs: 1_000 });
    expect(revived.entries).toMatchObject([{ id: 'a', tries: 0 }]);
  });

  it('does not run work twice that somebody pushed anew in the meantime', async () => {
    await push('a');
    await buryDue();
    await push('a');
    expect(await retry('nash.refused')).toBe(0);
    expect(await doDue()).toEqual(['a']);
    expect(await doDue()).toEqual([]);
  });

  it('is over as well when its work was pushed anew, and then done', async () => {
    await push('a');
    await buryDue();
    await push('a');
    await doDue();
    expect(await statusOf('nash.refused')).toBe('resolved');
    expect(await countEntries(store)).toEqual({ waiting: 0, leased: 0, dead: 0 });
  });

  it('gives back more work than one step takes', async () => {
    const ids = Array.from({ length: 1_001 }, (_, n) => `entry-${n}`);
    const job = { job: 'sweep', class: 'orders', payload: {} } as const;
    await commit(store, { entries: ids.map((id) => ({ ...job, id, lane: `lane-${id}` })) });
    for (let buried = 0; buried < ids.length;) buried += (await buryDue()).length;
    expect(await retry('nash.refused')).toBe(1_001);
    expect(await countEntries(store)).toEqual({ waiting: 1_001, leased: 0, dead: 0 });
  });
});

describe('work that was buried', () => {
  it('stays buried on a Redis that is not the one we know', async () => {
    await push('a');
    await buryDue();
    await client.del(store.keys.generation);
    await expect(retry('nash.refused')).rejects.toMatchObject({ code: 'redis.generation' });
  });
});
