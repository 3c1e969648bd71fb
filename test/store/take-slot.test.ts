import { beforeEach, describe, expect, it } from 'vitest';
import type { WorkClass } from '../../src/store/commit.ts';
import type { StoreDeps } from '../../src/store/deps.ts';
import { configureLane, readLane, throttleLane } from '../../src/store/lanes.ts';
import { endSlot, moveSlot, takeSlot } from '../../src/store/take-slot.ts';
import { testRedis } from '../support/redis.ts';
import { createTestStore } from '../support/test-store.ts';
import { createPlayedTime } from './played-time.ts';

const { client } = await testRedis();
let time: ReturnType<typeof createPlayedTime>;
let store: StoreDeps;
let startMs: number;
beforeEach(async () => {
  await client.flushdb();
  time = createPlayedTime();
  store = await createTestStore(client, time.clock);
  startMs = time.clock.now();
});

const tenPerSecond = { calls: 10, perMs: 1_000 };
interface Call {
  who: string;
  atMs: number;
}
/** A caller that makes one call after the other until the time is over, each of which takes `callMs`. */
function caller(
  calls: Call[],
  options: {
    who?: string;
    class?: WorkClass;
    seconds?: number;
    callMs?: number;
    late?: () => number;
    wayMs?: () => number;
    from?: number;
  } = {},
) {
  const {
    who = 'A',
    class: of = 'orders',
    seconds = 20,
    callMs = 0,
    late = () => 0,
    wayMs = () => 0,
    from = 0,
  } = options;
  return async (): Promise<void> => {
    await time.clock.sleep(from);
    while (time.clock.now() < startMs + seconds * 1_000) {
      const slot = await takeSlot(store, 'nash', { class: of, merchantId: who }, { waitMaxMs: 60_000 });
      if (!slot.taken) throw new Error('is taken within a minute');
      const lateMs = late();
      await time.clock.sleep(slot.dueMs - time.clock.now() + lateMs);
      await moveSlot(store, slot, lateMs);
      calls.push({ who, atMs: time.clock.now() - startMs + wayMs() });
      await time.clock.sleep(callMs);
      await endSlot(store, slot, true);
    }
  };
}
const mostInAnyWindow = (calls: readonly Call[], windowMs = 1_000): number =>
  Math.max(...calls.map(({ atMs: from }) => calls.filter(({ atMs }) => atMs >= from && atMs < from + windowMs).length));
const shareOf = (calls: readonly Call[], seconds: number, perSecond: number): number =>
  calls.filter(({ atMs }) => atMs < seconds * 1_000).length / (seconds * perSecond);
const amountOf = (calls: readonly Call[], who: string): number => calls.filter((call) => call.who === who).length;
/** The same each time, and looks like chance. */
const chances = (seed: number) => () => (seed = (seed * 16_807) % 2_147_483_647) / 2_147_483_647;

// Thousands of questions to Redis each.
describe('a slot of a budget', { timeout: 90_000 }, () => {
  it('keeps every window, and lets 95 % of it be used, by one caller and by many', async () => {
    for (const callers of [1, 12]) {
      await client.flushdb();
      startMs = time.clock.now();
      await configureLane(store, 'nash', tenPerSecond);
      const calls: Call[] = [];
      await time.play(Array.from({ length: callers }, () => caller(calls)));
      expect(mostInAnyWindow(calls)).toBeLessThanOrEqual(10);
      expect(shareOf(calls, 20, 10)).toBeGreaterThanOrEqual(0.95);
    }
  });

  it('keeps every window, and 95 %, where calls go out late by some chance, and take some milliseconds to arrive', async () => {
    for (const [limit, seconds] of [
      [10, 40],
      [50, 12],
    ] as const) {
      await client.flushdb();
      startMs = time.clock.now();
      await configureLane(store, 'nash', { calls: limit, perMs: 1_000 });
      const calls: Call[] = [];
      const chance = chances(limit);
      const late = () => Math.floor(chance() * (chance() < 0.05 ? 250 : 30));
      const wayMs = () => Math.floor(chance() * 15);
      await time.play(Array.from({ length: 12 }, () => caller(calls, { seconds, late, wayMs })));
      expect(mostInAnyWindow(calls)).toBeLessThanOrEqual(limit);
      expect(shareOf(calls, seconds, limit)).toBeGreaterThanOrEqual(0.95);
    }
  });

  it('keeps a longer window beside the short one, in the rhythm of the longer when half of it is used', async () => {
    await configureLane(store, 'nash', { calls: 50, perMs: 1_000, also: { calls: 600, perMs: 60_000 } });
    const calls: Call[] = [];
    await time.play([caller(calls, { seconds: 130 }), caller(calls, { seconds: 130 })]);
    expect(mostInAnyWindow(calls)).toBeLessThanOrEqual(50);
    expect(mostInAnyWindow(calls, 60_000)).toBeLessThanOrEqual(600);
    expect(shareOf(calls, 130, 10)).toBeGreaterThanOrEqual(0.95);
    const lateOnes = calls.filter(({ atMs }) => atMs > 60_000);
    const gaps = lateOnes.slice(1).map(({ atMs }, n) => atMs - (lateOnes[n]?.atMs ?? 0));
    expect(Math.max(...gaps)).toBeLessThan(1_000);
  });

  it('is not taken while as many calls as may be are under way, and is again when one has ended', async () => {
    await configureLane(store, 'nash', { calls: 100, perMs: 1_000, atOnce: 3 });
    const calls: Call[] = [];
    await time.play(Array.from({ length: 9 }, () => caller(calls, { seconds: 10, callMs: 500 })));
    const atOnce = calls.map(({ atMs: at }) => calls.filter(({ atMs }) => atMs <= at && atMs > at - 500).length);
    expect(Math.max(...atOnce)).toBe(3);
    expect(calls.length).toBeGreaterThan(3 * 2 * 10 * 0.9);
    expect(await readLane(store, 'nash')).toMatchObject({ atOnce: { used: 0, max: 3 } });
  });

  it('comes back from a process that died during its call', async () => {
    await configureLane(store, 'nash', { calls: 100, perMs: 1_000, atOnce: 1 });
    const ask = () => takeSlot(store, 'nash', { class: 'orders', merchantId: 'A' }, { waitMaxMs: 0 });
    const [first, second] = await time
      .play([
        async () => {
          const taken = await ask();
          return [taken, await ask()] as const;
        },
      ])
      .then(([both]) => both ?? []);
    expect([first?.taken, second?.taken]).toEqual([true, false]);
    await time.play([() => time.clock.sleep(31_000)]);
    expect((await time.play([ask]))[0]?.taken).toBe(true);
  });

  it('goes to an order before many calls of bulk work that ask for theirs, within two or three slots', async () => {
    await configureLane(store, 'nash', tenPerSecond);
    const calls: Call[] = [];
    const bulk = Array.from({ length: 30 }, () => caller(calls, { who: 'bulk', class: 'inventory' }));
    let waitedMs = 0;
    const order = async (): Promise<void> => {
      await time.clock.sleep(5_000);
      const slot = await takeSlot(store, 'nash', { class: 'orders', merchantId: 'A' }, { waitMaxMs: 1_000 });
      if (slot.taken) await time.clock.sleep(slot.dueMs - time.clock.now());
      waitedMs = time.clock.now() - startMs - 5_000;
    };
    await time.play([...bulk, order]);
    expect(waitedMs).toBeLessThanOrEqual(330);
    expect(shareOf(calls, 20, 10)).toBeGreaterThanOrEqual(0.94);
  });

  it('goes to a lower class every fourth time while higher ones want all, so that none starves', async () => {
    await configureLane(store, 'nash', { calls: 50, perMs: 1_000 });
    const calls: Call[] = [];
    await time.play(
      (['orders', 'inventory', 'catalog', 'reads'] as const).flatMap((of) =>
        Array.from({ length: 6 }, () => caller(calls, { who: of, class: of, seconds: 12 })),
      ),
    );
    const share = (who: string) => amountOf(calls, who) / calls.length;
    expect(share('orders')).toBeCloseTo(0.75, 1);
    for (const lower of ['inventory', 'catalog', 'reads']) expect(share(lower)).toBeGreaterThan(0.07);
    expect(mostInAnyWindow(calls)).toBeLessThanOrEqual(50);
    expect(shareOf(calls, 12, 50)).toBeGreaterThanOrEqual(0.95);
  });

  it('goes to inventory before catalogue and reads where no order waits, and all of them have their turns', async () => {
    await configureLane(store, 'nash', { calls: 50, perMs: 1_000 });
    const calls: Call[] = [];
    await time.play(
      (['inventory', 'catalog', 'reads'] as const).flatMap((of) =>
        Array.from({ length: 6 }, () => caller(calls, { who: of, class: of, seconds: 12 })),
      ),
    );
    const share = (who: string) => amountOf(calls, who) / calls.length;
    expect(share('inventory')).toBeGreaterThan(0.7);
    for (const lower of ['catalog', 'reads']) expect(share(lower)).toBeGreaterThan(0.07);
    expect(shareOf(calls, 12, 50)).toBeGreaterThanOrEqual(0.95);
  });

  it('goes to the merchants of one class in turn, however many calls of one of them wait', async () => {
    await configureLane(store, 'nash', tenPerSecond);
    const calls: Call[] = [];
    const flood = Array.from({ length: 40 }, () => caller(calls, { who: 'flood', class: 'inventory' }));
    const quiet = ['B', 'B', 'B', 'C', 'C', 'C'].map((who) => caller(calls, { who, class: 'inventory', from: 3_000 }));
    await time.play([...flood, ...quiet]);
    const since = calls.filter(({ atMs }) => atMs >= 4_000 && atMs < 20_000);
    for (const who of ['flood', 'B', 'C']) expect(amountOf(since, who) / since.length).toBeCloseTo(1 / 3, 1);
  });

  it('is refused at once where it is too far away, and that costs the merchant no turn', async () => {
    await configureLane(store, 'nash', tenPerSecond);
    await throttleLane(store, 'nash', 5_000);
    const ask = (waitMaxMs: number) => () =>
      takeSlot(store, 'nash', { class: 'orders', merchantId: 'A' }, { waitMaxMs });
    for (let n = 0; n < 50; n += 1) expect((await time.play([ask(1_000)]))[0]).toEqual({ taken: false, waitMs: 5_000 });
    expect(await readLane(store, 'nash')).toMatchObject({ queue: { orders: 0 }, pausedMs: 5_000 });
    expect(await client.hget(`${store.keys.tag}:lane-fair:nash`, '1.A')).toBeNull();
  });

  it('that was never used counts in no window', async () => {
    await configureLane(store, 'nash', tenPerSecond);
    const ask = () => takeSlot(store, 'nash', { class: 'orders', merchantId: 'A' }, { waitMaxMs: 1_000 });
    const [first, second] = await time.play([ask, ask]);
    if (first?.taken !== true || second?.taken !== true) throw new Error('both are taken');
    await time.play([() => time.clock.sleep(200)]);
    expect(await readLane(store, 'nash')).toMatchObject({ windows: [{ used: 2 }] });
    await endSlot(store, first, false);
    await endSlot(store, second, true);
    expect(await readLane(store, 'nash')).toMatchObject({ windows: [{ used: 1 }] });
  });

  it('is not kept for a caller that does not come back for it', async () => {
    await configureLane(store, 'nash', tenPerSecond);
    const gone = new AbortController();
    const calls: Call[] = [];
    await time.play([
      ...Array.from({ length: 10 }, () => caller(calls, { seconds: 5 })),
      ...Array.from({ length: 10 }, () => async () => {
        await time.clock.sleep(1_000);
        const slot = takeSlot(
          store,
          'nash',
          { class: 'reads', merchantId: 'B' },
          { waitMaxMs: 60_000, signal: gone.signal },
        );
        gone.abort();
        await expect(slot).rejects.toThrow('aborted');
      }),
    ]);
    expect(await client.keys('*lane-ask*')).toEqual([]);
    expect(shareOf(calls, 5, 10)).toBeGreaterThanOrEqual(0.9);
  });

  it('without a limit is every call’s', async () => {
    const ask = () => takeSlot(store, 'nobody-knows', { class: 'reads', merchantId: 'A' }, { waitMaxMs: 0 });
    for (const slot of await time.play(Array.from({ length: 20 }, () => ask))) {
      expect(slot).toMatchObject({ taken: true, dueMs: time.clock.now() });
    }
  });
});
