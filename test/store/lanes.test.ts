import { beforeEach, describe, expect, it, vi } from 'vitest';
import { commit } from '../../src/store/commit.ts';
import type { StoreDeps } from '../../src/store/deps.ts';
import { leaseEntries } from '../../src/store/entries.ts';
import { configureLane, readLane, throttleLane } from '../../src/store/lanes.ts';
import { takeSlot } from '../../src/store/take-slot.ts';
import { createFakeClock } from '../support/fake-clock.ts';
import { testRedis } from '../support/redis.ts';
import { createTestStore } from '../support/test-store.ts';
import { everythingIn } from './everything-in-redis.ts';

const { client } = await testRedis();
const clock = createFakeClock();
let store: StoreDeps;
beforeEach(async () => {
  await client.flushdb();
  store = await createTestStore(client, clock);
});

const tenPerSecond = { calls: 10, perMs: 1_000 };
const asker = { class: 'orders', merchantId: 'A' } as const;
const take = (waitMaxMs = 0) => takeSlot(store, 'nash', asker, { waitMaxMs });
/** When each of so many calls goes out, each after the one before it, in milliseconds from the first. */
async function pace(calls: number): Promise<number[]> {
  const startMs = clock.now();
  const sent: number[] = [];
  while (sent.length < calls) {
    const answer = await take();
    clock.advance(answer.taken ? answer.dueMs - clock.now() : answer.waitMs);
    if (answer.taken) sent.push(clock.now() - startMs);
  }
  return sent;
}
const mostInAnyWindow = (sent: readonly number[], windowMs: number): number =>
  Math.max(...sent.map((from) => sent.filter((at) => at >= from && at < from + windowMs).length));
const waitsOf = (sent: readonly number[]): number[] => sent.slice(1).map((at, n) => Math.round(at - (sent[n] ?? 0)));

describe('a lane', () => {
  it('that is configured again with the same limit is as it was', async () => {
    await configureLane(store, 'nash', tenPerSecond);
    await take();
    await throttleLane(store, 'nash', 5_000);
    const before = await everythingIn(client);
    await configureLane(store, 'nash', tenPerSecond);
    expect(await everythingIn(client)).toEqual(before);
  });

  it('exceeds its limit in no window, and uses 95 % of it', async () => {
    await configureLane(store, 'nash', tenPerSecond);
    const sent = await pace(200);
    expect(mostInAnyWindow(sent, 1_000)).toBeLessThanOrEqual(10);
    expect((199 / (sent.at(-1) ?? 0)) * 1_000).toBeGreaterThanOrEqual(9.5);
  });

  it('leaves as much of its limit free as its connection says', async () => {
    await configureLane(store, 'nash', { ...tenPerSecond, marginPercent: 25 });
    const sent = await pace(101);
    expect((100 / (sent.at(-1) ?? 0)) * 1_000).toBeCloseTo(8, 0);
  });

  it('comes back from a 429 to its full rate step by step, and never beyond it', async () => {
    await configureLane(store, 'nash', tenPerSecond);
    await throttleLane(store, 'nash', 0);
    const waits = waitsOf(await pace(80));
    expect(waits[0]).toBe(208);
    expect(waits).toEqual(waits.toSorted((a, b) => b - a));
    expect(waits.findIndex((wait) => wait <= 105)).toBeGreaterThan(40);
    expect(waits.at(-1)).toBe(104);
  });

  it('goes down by half with each 429, to an eighth of its rate at the least', async () => {
    await configureLane(store, 'nash', tenPerSecond);
    const rates: number[] = [];
    for (let n = 0; n < 5; n += 1) {
      await throttleLane(store, 'nash', 0);
      rates.push((await readLane(store, 'nash')).callsPerSecond);
    }
    expect(rates).toEqual([4.81, 2.4, 1.2, 1.2, 1.2]);
  });

  it('rests as long as the longest of two pauses that were asked for', async () => {
    await configureLane(store, 'nash', tenPerSecond);
    await throttleLane(store, 'nash', 5_000);
    await throttleLane(store, 'nash', 1_000);
    expect(await take()).toMatchObject({ taken: false, waitMs: 5_000 });
  });

  it('hands over no work while it rests', async () => {
    await configureLane(store, 'nash', tenPerSecond);
    await throttleLane(store, 'nash', 5_000);
    await commit(store, { entries: [{ id: 'a', job: 'sweep', lane: 'nash', class: 'orders', payload: {} }] });
    expect((await leaseEntries(store, { room: 10, leaseMs: 1_000 })).entries).toEqual([]);
    clock.advance(5_000);
    expect((await leaseEntries(store, { room: 10, leaseMs: 1_000 })).entries).toHaveLength(1);
  });

  it('hands over work while its calls are booked no further ahead than the work takes to come to its own', async () => {
    await configureLane(store, 'nash', { calls: 50, perMs: 1_000 });
    const entries = ['a', 'b'].map((id) => ({ id, job: 'sweep', lane: 'nash', class: 'orders', payload: {} }) as const);
    await commit(store, { entries });
    const stop = new AbortController();
    const options = { waitMaxMs: 1_000, signal: stop.signal };
    const ask = () => takeSlot(store, 'nash', asker, options).catch(() => null);
    const asks = Array.from({ length: 8 }, ask);
    await vi.waitFor(async () => expect((await readLane(store, 'nash')).queue.orders).toBeGreaterThan(1));
    expect((await leaseEntries(store, { room: 10, leaseMs: 1_000 })).entries).toHaveLength(1);
    asks.push(...Array.from({ length: 28 }, ask));
    await vi.waitFor(async () => expect((await readLane(store, 'nash')).queue.orders).toBeGreaterThan(19));
    clock.advance(21);
    expect((await leaseEntries(store, { room: 10, leaseMs: 1_000 })).entries).toEqual([]);
    expect((await readLane(store, 'nash')).pausedMs).toBe(0);
    stop.abort();
    await Promise.all(asks);
  });

  it('keeps a limit that was lowered from the next call on', async () => {
    await configureLane(store, 'nash', { calls: 20, perMs: 1_000 });
    await pace(5);
    clock.advance(10_000);
    await configureLane(store, 'nash', tenPerSecond);
    expect(mostInAnyWindow(await pace(30), 1_000)).toBeLessThanOrEqual(10);
  });

  it('climbs to a limit that was raised', async () => {
    await configureLane(store, 'nash', tenPerSecond);
    await configureLane(store, 'nash', { calls: 20, perMs: 1_000 });
    expect(waitsOf(await pace(60)).at(-1)).toBeLessThanOrEqual(53);
  });

  it('shows its limit and what is left of it, its pause, and what waits, for how long', async () => {
    const nothing = { urgent: 0, orders: 0, inventory: 0, catalog: 0, reads: 0 };
    expect(await readLane(store, 'nash')).toEqual({
      callsPerSecond: 0,
      limitPerSecond: 0,
      marginPercent: 0,
      windows: [],
      atOnce: null,
      pausedMs: 0,
      inflight: 0,
      waiting: 0,
      queue: nothing,
      etaMs: 0,
    });
    await configureLane(store, 'nash', { ...tenPerSecond, also: { calls: 300, perMs: 60_000 }, atOnce: 5 });
    const entries = ['a', 'b', 'c'].map(
      (id) => ({ id, job: 'sweep', lane: 'nash', class: 'reads', payload: {} }) as const,
    );
    await commit(store, { entries });
    await leaseEntries(store, { room: 10, leaseMs: 1_000 });
    await pace(3);
    await throttleLane(store, 'nash', 3_000);
    const windows = [
      { calls: 10, perMs: 1_000, used: 3 },
      { calls: 300, perMs: 60_000, used: 3 },
    ];
    const seen = await readLane(store, 'nash');
    expect(seen).toEqual({
      callsPerSecond: 4.81,
      limitPerSecond: 5,
      marginPercent: 4,
      windows,
      atOnce: { used: 3, max: 5 },
      pausedMs: 3_000,
      inflight: 1,
      waiting: 2,
      queue: { ...nothing, reads: 2 },
      etaMs: 3_000 + 2 * 208,
    });
    clock.advance(61_000);
    expect((await readLane(store, 'nash')).windows.map(({ used }) => used)).toEqual([0, 0]);
  });
});
