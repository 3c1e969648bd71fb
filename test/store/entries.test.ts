import { beforeEach, describe, expect, it } from 'vitest';
import { commit, type NewEntry } from '../../src/store/commit.ts';
import { countEntries, leaseEntries } from '../../src/store/entries.ts';
import { configureLane, readLane } from '../../src/store/lanes.ts';
import { createFakeClock } from '../support/fake-clock.ts';
import { testRedis } from '../support/redis.ts';
import { createTestStore } from '../support/test-store.ts';

const { client } = await testRedis();
const clock = createFakeClock();
const leaseMs = 8_000;

const entry = (id: string, overrides: Partial<NewEntry> = {}): NewEntry => ({
  id,
  job: 'sweep',
  lane: 'free',
  class: 'orders',
  payload: { of: id },
  ...overrides,
});

describe('work entries', () => {
  beforeEach(async () => {
    await client.flushdb();
  });
  const store = () => createTestStore(client, clock);
  const lease = async (room = 100) => leaseEntries(await store(), { room, leaseMs });
  const ids = async (room?: number) => (await lease(room)).entries.map((leased) => leased.id);

  it('are handed over once, with their payload', async () => {
    await commit(await store(), { entries: [entry('a')] });
    const { entries } = await lease();
    expect(entries).toMatchObject([
      { id: 'a', job: 'sweep', attempt: 1, tries: 0, payload: { of: 'a' }, redriven: false },
    ]);
    expect(await ids()).toEqual([]);
  });

  it('are the same work under the same id, while they wait, while they run and just after', async () => {
    const deps = await store();
    await commit(deps, { entries: [entry('a'), entry('a')] });
    const [leased] = (await lease()).entries;
    await commit(deps, { entries: [entry('a')] });
    expect(await ids()).toEqual([]);
    await commit(deps, { settle: { id: 'a', attempt: leased?.attempt ?? 0, how: 'ack' } });
    await commit(deps, { entries: [entry('a')] });
    expect(await ids()).toEqual([]);
  });

  it('come out again under the same attempt when nobody commits within the lease', async () => {
    await commit(await store(), { entries: [entry('a')] });
    await lease();
    clock.advance(leaseMs + 1);
    expect((await lease()).entries).toMatchObject([{ id: 'a', attempt: 1, redriven: true }]);
  });

  it('wait for their moment, and say how long nothing else will be due', async () => {
    await commit(await store(), { entries: [entry('later', { delayMs: 5_000 })] });
    expect(await lease()).toMatchObject({ entries: [], idleMs: 5_000 });
    clock.advance(5_000);
    expect(await ids()).toEqual(['later']);
  });

  it('refuse the commit of a run that has lost them', async () => {
    const deps = await store();
    await commit(deps, { entries: [entry('a')] });
    await lease();
    await commit(deps, { settle: { id: 'a', attempt: 1, how: 'retry', delayMs: 0, counted: true } });
    expect((await lease()).entries).toMatchObject([{ attempt: 2, tries: 1 }]);
    const stale = commit(deps, { writes: [['SET', 'x', '1']], settle: { id: 'a', attempt: 1, how: 'ack' } });
    expect(await stale).toBe('gone');
    expect(await client.get('x')).toBeNull();
    expect(await commit(deps, { settle: { id: 'a', attempt: 2, how: 'ack' } })).toBe('committed');
    expect(await countEntries(deps)).toEqual({ waiting: 0, leased: 0, dead: 0 });
  });

  it('commit everything or nothing, guarded by what was read', async () => {
    const deps = await store();
    await client.hset('doc', 'v', '1');
    const plan = (expected: string) => ({
      guards: [{ key: 'doc', field: 'v', expected }],
      writes: [['HSET', 'doc', 'v', '2']],
      entries: [entry(`after-${expected}`)],
    });
    expect(await commit(deps, plan('7'))).toBe('conflict');
    expect(await ids()).toEqual([]);
    expect(await commit(deps, plan('1'))).toBe('committed');
    expect(await ids()).toEqual(['after-1']);
  });

  it('are set aside whole when they cannot be done', async () => {
    const deps = await store();
    await commit(deps, { entries: [entry('a')] });
    await lease();
    await commit(deps, { settle: { id: 'a', attempt: 1, how: 'bury', reason: 'nash.bad' } });
    expect(await countEntries(deps)).toEqual({ waiting: 0, leased: 0, dead: 1 });
    expect(JSON.parse((await client.hget(deps.keys.dead, 'a')) ?? '')).toMatchObject({ reason: 'nash.bad' });
  });

  it('are refused by a Redis that is not the one we know', async () => {
    const deps = await store();
    await client.flushdb();
    await expect(commit(deps, { entries: [entry('a')] })).rejects.toMatchObject({ code: 'redis.generation' });
    await expect(leaseEntries(deps, { room: 1, leaseMs })).rejects.toMatchObject({ code: 'redis.generation' });
  });

  it('take turns in a sequence: only the head is work, and the next follows in the same commit', async () => {
    const deps = await store();
    const item = (id: string) => ({
      list: 'seq',
      member: id,
      entry: entry(`job.${id}`, { payload: { deliveryId: id } }),
    });
    await commit(deps, { enqueue: [item('one'), item('two')] });
    expect(await ids()).toEqual(['job.one']);
    const { list, member } = item('one');
    await commit(deps, {
      advance: { list, member },
      settle: { id: 'job.one', attempt: 1, how: 'ack' },
    });
    expect((await lease()).entries).toMatchObject([{ id: 'job.two', payload: { deliveryId: 'two' } }]);
  });

  it('keep to the rhythm of their lane, and leave other lanes alone', async () => {
    const deps = await store();
    await configureLane(deps, 'nash', { calls: 10, perMs: 1_000 });
    await commit(deps, { entries: [1, 2, 3].map((n) => entry(`nash-${n}`, { lane: 'nash' })) });
    await commit(deps, { entries: [1, 2, 3].map((n) => entry(`free-${n}`)) });
    expect((await ids()).toSorted()).toEqual(['free-1', 'free-2', 'free-3', 'nash-1']);
    clock.advance(103);
    expect(await ids()).toEqual([]);
    clock.advance(1);
    expect(await ids()).toEqual(['nash-2']);
  });

  it('of merchants who share a lane go in turn, however many one of them has', async () => {
    const deps = await store();
    await configureLane(deps, 'nash', { calls: 10, perMs: 1_000 });
    const of = (merchant: string, amount: number, overrides: Partial<NewEntry> = {}) =>
      Array.from({ length: amount }, (_, n) =>
        entry(`${merchant}-${overrides.class ?? 'orders'}-${n}`, { lane: `nash/${merchant}`, ...overrides }),
      );
    await commit(deps, { entries: of('flood', 30) });
    await ids();
    clock.advance(104);
    await commit(deps, { entries: [...of('B', 3), ...of('C', 2), ...of('C', 1, { delayMs: 500 })] });
    expect(await readLane(deps, 'nash')).toMatchObject({ waiting: 34, queue: { orders: 34 } });
    const order: string[] = [];
    for (let turn = 0; turn < 9; turn += 1) {
      for (const id of await ids()) {
        order.push(id.slice(0, id.indexOf('-')));
        await commit(deps, { settle: { id, attempt: 1, how: 'ack' } });
      }
      clock.advance(104);
    }
    expect(order.join(' ')).toBe('flood B C flood B C flood B flood');
    expect(await client.keys('*:lane:nash/B:*')).toEqual([]);
    await commit(deps, { entries: of('B', 1, { class: 'urgent' }) });
    expect(await ids()).toEqual(['B-urgent-0']);
  });

  it('of a merchant in a lane that is full come when another’s has ended', async () => {
    const deps = await store();
    await configureLane(deps, 'slow', { calls: 1_000, perMs: 1, inflightMax: 1 });
    await commit(deps, { entries: [entry('a', { lane: 'slow/A' }), entry('b', { lane: 'slow/B' })] });
    const [first = ''] = await ids();
    expect(await ids()).toEqual([]);
    await commit(deps, { settle: { id: first, attempt: 1, how: 'ack' } });
    clock.advance(1);
    expect(await ids()).toEqual([first === 'a' ? 'b' : 'a']);
    expect((await readLane(deps, 'slow')).inflight).toBe(1);
  });

  it('hold at most so many of a lane at once; the next comes when one is done', async () => {
    const deps = await store();
    await configureLane(deps, 'slow', { calls: 1_000, perMs: 1, inflightMax: 2 });
    await commit(deps, { entries: ['a', 'b', 'c'].map((id) => entry(id, { lane: 'slow' })) });
    const first: string[] = [];
    for (let turn = 0; turn < 5; turn += 1) {
      first.push(...(await ids()));
      clock.advance(1);
    }
    expect(first).toEqual(['a', 'b']);
    await commit(deps, { settle: { id: 'a', attempt: 1, how: 'ack' } });
    expect(await ids()).toEqual(['c']);
  });

  it('go to another lane when they are sent there, and give their place in the first one back', async () => {
    const deps = await store();
    await configureLane(deps, 'from', { calls: 1_000, perMs: 1, inflightMax: 1 });
    await commit(deps, { entries: [entry('a', { lane: 'from' }), entry('b', { lane: 'from' })] });
    expect(await ids()).toEqual(['a']);
    const settle = { id: 'a', attempt: 1, how: 'retry', delayMs: 0, counted: false, lane: 'to' } as const;
    await commit(deps, { settle });
    clock.advance(1);
    expect((await lease()).entries.map(({ id, lane, tries }) => [id, lane, tries])).toEqual(
      expect.arrayContaining([
        ['a', 'to', 0],
        ['b', 'from', 0],
      ]),
    );
    await commit(deps, { settle: { id: 'a', attempt: 2, how: 'ack' } });
    await commit(deps, { settle: { id: 'b', attempt: 1, how: 'ack' } });
    expect((await readLane(deps, 'from')).inflight).toBe(0);
    expect((await readLane(deps, 'to')).inflight).toBe(0);
  });

  it('go by class inside a lane, and starve nobody', async () => {
    const deps = await store();
    await commit(deps, {
      entries: [
        entry('read', { class: 'reads', lane: 'l' }),
        ...Array.from({ length: 20 }, (_, n) => entry(`order-${String(n).padStart(2, '0')}`, { lane: 'l' })),
      ],
    });
    const order = await ids(30);
    expect(order[0]).toBe('order-00');
    expect(order.indexOf('read')).toBeGreaterThan(0);
    expect(order.indexOf('read')).toBeLessThan(9);
  });
});
