import { beforeEach, describe, expect, it } from 'vitest';
import { commit, commitAndTake, type NewEntry } from '../../src/store/commit.ts';
import type { StoreDeps } from '../../src/store/deps.ts';
import { beginEntries, countEntries, leaseEntries, renewLeases } from '../../src/store/entries.ts';
import { leaseMs } from '../../src/store/entry-lua.ts';
import { configureLane, readLane } from '../../src/store/lanes.ts';
import { createFakeClock } from '../support/fake-clock.ts';
import { testRedis } from '../support/redis.ts';
import { createTestStore } from '../support/test-store.ts';

const { client } = await testRedis();
const clock = createFakeClock();
let store: StoreDeps;
beforeEach(async () => {
  await client.flushdb();
  store = await createTestStore(client, clock);
});

const push = (...entries: (Partial<NewEntry> & { id: string })[]) =>
  commit(store, {
    entries: entries.map((entry) => ({
      job: 'sweep',
      lane: 'free',
      class: 'orders',
      payload: { of: entry.id },
      ...entry,
    })),
  });
const lease = async (room = 100) => (await leaseEntries(store, { room, leaseMs })).entries;
const ack = ({ id, attempt }: { id: string; attempt: number }) => ({ settle: { id, attempt, how: 'ack' } }) as const;

describe('a hand-over', () => {
  it('is begun once, whatever copies of it there are', async () => {
    await push({ id: 'a' }, { id: 'b' });
    const handed = await lease();
    const begun = await beginEntries(store, handed);
    expect(begun).toMatchObject([
      { id: 'a', tries: 0, lane: 'free', payload: { of: 'a' }, runs: 1 },
      { id: 'b', tries: 0, lane: 'free', payload: { of: 'b' }, runs: 1 },
    ]);
    expect(await beginEntries(store, handed)).toEqual([]);
  });

  it('is worth nothing when it has been begun: only the run may end the work', async () => {
    await push({ id: 'a' });
    const [handed] = await lease();
    const [begun] = await beginEntries(store, [handed ?? { id: '', attempt: 0 }]);
    expect(await commit(store, ack(handed ?? { id: '', attempt: 0 }))).toBe('gone');
    expect(await commit(store, ack(begun ?? { id: '', attempt: 0 }))).toBe('committed');
  });

  it('that waits longer than its lease comes out again, and is begun once all the same', async () => {
    await push({ id: 'a' });
    const first = await lease();
    clock.advance(leaseMs);
    const again = await lease();
    expect(again).toMatchObject([{ id: 'a', redriven: true }]);
    expect(await beginEntries(store, again)).toHaveLength(1);
    expect(await beginEntries(store, first)).toEqual([]);
  });
});

describe('a run', () => {
  it('is left alone as long as it gives signs of life', async () => {
    await push({ id: 'a' });
    const begun = await beginEntries(store, await lease());
    for (let signs = 0; signs < 3; signs += 1) {
      clock.advance(leaseMs - 1);
      await renewLeases(store, ['a']);
      expect(await lease()).toEqual([]);
    }
    clock.advance(leaseMs);
    expect(await lease()).toMatchObject([{ id: 'a', attempt: begun[0]?.attempt, redriven: true }]);
  });

  it('that has ended does not come back by a late sign of life', async () => {
    await push({ id: 'a' });
    for (const run of await beginEntries(store, await lease())) await commit(store, ack(run));
    await renewLeases(store, ['a']);
    expect(await countEntries(store)).toEqual({ waiting: 0, leased: 0, dead: 0 });
  });

  it('is counted with those that were lost before it, until one of them ends', async () => {
    await push({ id: 'a' });
    for (let lost = 1; lost <= 3; lost += 1) {
      expect(await beginEntries(store, await lease())).toMatchObject([{ runs: lost }]);
      clock.advance(leaseMs);
    }
    const [run] = await beginEntries(store, await lease());
    const settle = { id: 'a', attempt: run?.attempt ?? 0, how: 'retry', delayMs: 0, counted: false } as const;
    await commit(store, { settle });
    expect(await beginEntries(store, await lease())).toMatchObject([{ runs: 1 }]);
  });
});

describe('the end of a run', () => {
  const endAndTake = async () => {
    const [run] = await beginEntries(store, await lease(1));
    return commitAndTake(store, ack(run ?? { id: '', attempt: 0 }), true);
  };

  it("begins its lane's next, with no hand-over in between", async () => {
    await push({ id: 'a', lane: 'l' }, { id: 'b', lane: 'l' });
    const { outcome, next } = await endAndTake();
    expect([outcome, next]).toMatchObject(['committed', { id: 'b', payload: { of: 'b' }, runs: 1 }]);
    expect(await lease()).toEqual([]);
    expect((await readLane(store, 'l')).inflight).toBe(1);
    expect(await commit(store, ack(next ?? { id: '', attempt: 0 }))).toBe('committed');
    expect((await readLane(store, 'l')).inflight).toBe(0);
  });

  it.each([
    ['is another kind of work', { id: 'b', lane: 'l', job: 'connection-check' }],
    ['is not due yet', { id: 'b', lane: 'l', delayMs: 1_000 }],
    ['waits in another lane', { id: 'b', lane: 'm' }],
  ])('begins nothing that %s', async (_what, other) => {
    await push({ id: 'a', lane: 'l' }, other);
    expect(await endAndTake()).toEqual({ outcome: 'committed', next: null });
    clock.advance(1_000);
    expect(await lease()).toMatchObject([{ id: 'b' }]);
  });

  it('begins nothing in a lane with a rate of its own', async () => {
    await configureLane(store, 'l', { calls: 1, perMs: 1_000 });
    await push({ id: 'a', lane: 'l' }, { id: 'b', lane: 'l' });
    expect(await endAndTake()).toEqual({ outcome: 'committed', next: null });
  });

  it('begins nothing when it was no end', async () => {
    await push({ id: 'a', lane: 'l' }, { id: 'b', lane: 'l' });
    const [handed] = await lease(1);
    await beginEntries(store, [handed ?? { id: '', attempt: 0 }]);
    expect(await commitAndTake(store, ack(handed ?? { id: '', attempt: 0 }), true)).toEqual({
      outcome: 'gone',
      next: null,
    });
    expect(await lease()).toMatchObject([{ id: 'b' }]);
  });
});
