import { beforeEach, describe, expect, it } from 'vitest';
import { commit } from '../../src/store/commit.ts';
import type { StoreDeps } from '../../src/store/deps.ts';
import { leaseEntries } from '../../src/store/entries.ts';
import { configureLane, pushLane, readLane, takeSlot, throttleLane } from '../../src/store/lanes.ts';
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
/** When each of so many calls goes out, each after the one before it, in milliseconds from the first. */
async function pace(calls: number): Promise<number[]> {
  const startMs = clock.now();
  const sent: number[] = [];
  while (sent.length < calls) {
    const { taken, waitMs } = await takeSlot(store, 'nash', 60_000);
    clock.advance(waitMs);
    if (taken) sent.push(clock.now() - startMs);
  }
  return sent;
}
const mostInAnyWindow = (sent: readonly number[], windowMs: number): number =>
  Math.max(...sent.map((from) => sent.filter((at) => at >= from && at < from + windowMs).length));
const waitsOf = (sent: readonly number[]): number[] => sent.slice(1).map((at, n) => Math.round(at - (sent[n] ?? 0)));

describe('a lane', () => {
  it('that is configured again with the same limit is as it was', async () => {
    await configureLane(store, 'nash', tenPerSecond);
    await takeSlot(store, 'nash', 0);
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

  it('exceeds its limit in no window in which a call went out late either', async () => {
    await configureLane(store, 'nash', tenPerSecond);
    const slot = await takeSlot(store, 'nash', 0);
    clock.advance(110);
    await pushLane(store, 'nash', slot, 110);
    expect(mostInAnyWindow([0, ...(await pace(30))], 1_000)).toBeLessThanOrEqual(10);
  });

  it('is pushed once by calls that were late for one reason, and not at all by what its margin allows', async () => {
    await configureLane(store, 'nash', tenPerSecond);
    const slots = [];
    for (let n = 0; n < 3; n += 1) slots.push(await takeSlot(store, 'nash', 1_000));
    for (const slot of slots) await pushLane(store, 'nash', slot, 60);
    const next = await takeSlot(store, 'nash', 1_000);
    expect(next).toMatchObject({ taken: true, waitMs: 3 * 105 + 40 });
    await pushLane(store, 'nash', next, 20);
    expect(await takeSlot(store, 'nash', 1_000)).toMatchObject({ waitMs: 4 * 105 + 40 });
  });

  it('comes back from a 429 to its full rate step by step, and never beyond it', async () => {
    await configureLane(store, 'nash', tenPerSecond);
    await throttleLane(store, 'nash', 0);
    const waits = waitsOf(await pace(80));
    expect(waits[0]).toBe(210);
    expect(waits).toEqual(waits.toSorted((a, b) => b - a));
    expect(waits.findIndex((wait) => wait <= 106)).toBeGreaterThan(40);
    expect(waits.at(-1)).toBe(105);
  });

  it('goes down by half with each 429, to an eighth of its rate at the least', async () => {
    await configureLane(store, 'nash', tenPerSecond);
    const rates: number[] = [];
    for (let n = 0; n < 5; n += 1) {
      await throttleLane(store, 'nash', 0);
      rates.push((await readLane(store, 'nash')).callsPerSecond);
    }
    expect(rates).toEqual([4.76, 2.38, 1.19, 1.19, 1.19]);
  });

  it('rests as long as the longest of two pauses that were asked for', async () => {
    await configureLane(store, 'nash', tenPerSecond);
    await throttleLane(store, 'nash', 5_000);
    await throttleLane(store, 'nash', 1_000);
    expect(await takeSlot(store, 'nash', 0)).toMatchObject({ taken: false, waitMs: 5_000 });
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
    for (let n = 0; n < 5; n += 1) await takeSlot(store, 'nash', 1_000);
    expect((await leaseEntries(store, { room: 10, leaseMs: 1_000 })).entries).toHaveLength(1);
    for (let n = 0; n < 10; n += 1) await takeSlot(store, 'nash', 1_000);
    clock.advance(100);
    expect((await leaseEntries(store, { room: 10, leaseMs: 1_000 })).entries).toEqual([]);
    expect((await readLane(store, 'nash')).pausedMs).toBe(0);
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

  it('shows its rate, its limit, its pause, and how much waits and runs', async () => {
    expect(await readLane(store, 'nash')).toEqual({
      callsPerSecond: 0,
      limitPerSecond: 0,
      pausedMs: 0,
      inflight: 0,
      waiting: 0,
    });
    await configureLane(store, 'nash', tenPerSecond);
    const entries = ['a', 'b', 'c'].map(
      (id) => ({ id, job: 'sweep', lane: 'nash', class: 'reads', payload: {} }) as const,
    );
    await commit(store, { entries });
    await leaseEntries(store, { room: 10, leaseMs: 1_000 });
    await throttleLane(store, 'nash', 3_000);
    expect(await readLane(store, 'nash')).toEqual({
      callsPerSecond: 4.76,
      limitPerSecond: 10,
      pausedMs: 3_000,
      inflight: 1,
      waiting: 2,
    });
  });

  it('without a limit lets every call through', async () => {
    const waits = await Promise.all(Array.from({ length: 20 }, () => takeSlot(store, 'nobody-knows', 0)));
    for (const slot of waits) expect(slot).toEqual({ taken: true, waitMs: 0, pushedMs: 0 });
  });
});
