import { beforeEach, describe, expect, it, vi } from 'vitest';
import { makeEntry } from '../../src/queues/define-job.ts';
import { fulfilmentSubmit } from '../../src/queues/fulfilment-submit.ts';
import { commit } from '../../src/store/commit.ts';
import { newId, type StoreDeps } from '../../src/store/deps.ts';
import { beginEntries, countEntries, leaseEntries, renewLeases } from '../../src/store/entries.ts';
import { leaseMs } from '../../src/store/entry-lua.ts';
import { unlimitWrites } from '../../src/store/lanes.ts';
import { testRedis } from '../support/redis.ts';
import { createTestStore } from '../support/test-store.ts';
import { patience, pushJobs, runJobs, untilWork } from './running-queue.ts';
import { createSkippingClock, type SkippingClock } from './skipping-clock.ts';

const { client, url } = await testRedis();
let clock: SkippingClock;
let store: StoreDeps;
beforeEach(async () => {
  await client.flushdb();
  clock = createSkippingClock();
  store = await createTestStore(client, clock);
});

describe('work that is handed over together', () => {
  it('runs side by side, and what takes long holds nothing back', async () => {
    const gate = Promise.withResolvers<void>();
    const ids = await pushJobs(store, 40);
    runJobs(url, store, async (_payload, { entryId }) => {
      if (entryId === ids[0]) await gate.promise;
    });
    await untilWork(store, { leased: 1 });
    gate.resolve();
    await untilWork(store, {});
  });

  it('is each its own: one that fails does not touch the others', async () => {
    const ids = await pushJobs(store, 20);
    runJobs(
      url,
      store,
      async (_payload, { entryId }) => {
        if (entryId === ids[3]) throw new Error('no');
      },
      { policy: { attempts: 1 } },
    );
    await untilWork(store, { dead: 1 });
  });

  it('waits no longer than its lease for a process that has no room: another one takes it', async () => {
    const gate = Promise.withResolvers<void>();
    const running: string[] = [];
    const runFirst = (_payload: unknown, { entryId }: { entryId: string }): Promise<void> => {
      running.push(entryId);
      return gate.promise;
    };
    const full = runJobs(url, store, runFirst, { policy: { concurrency: 1 } });
    await pushJobs(store, 8);
    await vi.waitFor(async () => expect(await countEntries(store)).toMatchObject({ leased: 8 }), patience);
    await vi.waitFor(() => expect(running).toHaveLength(1), patience);
    const seen: string[] = [];
    runJobs(url, store, async (_payload, { entryId }) => void seen.push(entryId));
    // Its process says that it lives, which it does by a clock that cannot be put forward.
    clock.skip(leaseMs / 2);
    await renewLeases(store, running);
    clock.skip(leaseMs / 2);
    await untilWork(store, { leased: 1 });
    expect(new Set(seen).size).toBe(7);
    gate.resolve();
    await untilWork(store, {});
    expect(seen).toHaveLength(7);
    await full.dispatcher.stop();
  });
});

describe('work that was lost with its process several times', () => {
  it('runs one at a time, so that only what ends the processes is lost again, and holds nothing else back', async () => {
    const lost = await pushJobs(store, 4);
    for (let losses = 0; losses < 3; losses += 1) {
      const { entries } = await leaseEntries(store, { room: 10, leaseMs });
      expect(await beginEntries(store, entries)).toHaveLength(4);
      clock.skip(leaseMs);
    }
    const gate = Promise.withResolvers<void>();
    const seen: string[] = [];
    runJobs(url, store, async (_payload, { entryId }) => {
      seen.push(entryId);
      if (lost.includes(entryId)) await gate.promise;
    });
    const fresh = await pushJobs(store, 20);
    await untilWork(store, { leased: 4 });
    expect(seen.filter((id) => fresh.includes(id))).toHaveLength(20);
    expect(seen.filter((id) => lost.includes(id))).toHaveLength(1);
    gate.resolve();
    await untilWork(store, {});
    expect(seen.toSorted()).toEqual([...lost, ...fresh].toSorted());
  });
});

describe('a process with one place', () => {
  const lanes = ['narrow.one', 'narrow.two'] as const;
  /** So many entries in a lane of which one may be under way. */
  const pushInto = (lane: string, count: number) =>
    commit(store, {
      writes: unlimitWrites(store.keys, lane, 1),
      entries: Array.from({ length: count }, () =>
        makeEntry(fulfilmentSubmit, { orderId: newId('order', store.clock) }, { lane }),
      ),
    });
  const handOvers = async () => Number(await client.get(`${store.keys.queuePrefix}:fulfilment-submit:id`));

  it('goes through a lane after one hand-over while nobody else wants the place', async () => {
    await pushInto(lanes[0], 50);
    runJobs(url, store, () => Promise.resolve(), { policy: { concurrency: 1 } });
    await untilWork(store, {});
    expect(await handOvers()).toBe(1);
  });

  it('gives the place up in the middle of a lane to who waits for it', async () => {
    const seen: string[] = [];
    const gate = Promise.withResolvers<void>();
    runJobs(
      url,
      store,
      async (_payload, { lane }) => {
        seen.push(lane);
        if (seen.length === 1) await gate.promise;
      },
      { policy: { concurrency: 1 } },
    );
    await pushInto(lanes[0], 60);
    await vi.waitFor(() => expect(seen).toEqual([lanes[0]]), patience);
    await pushInto(lanes[1], 1);
    // It has been handed over, and waits for the place.
    await vi.waitFor(async () => expect(await countEntries(store)).toMatchObject({ leased: 2 }), patience);
    await vi.waitFor(async () => expect(await client.llen(`${store.keys.queuePrefix}:fulfilment-submit:active`)).toBe(1), patience); // prettier-ignore
    gate.resolve();
    await untilWork(store, {});
    expect(seen.indexOf(lanes[1])).toBeLessThan(40);
  });

  it('begins nothing more at its end, and hands back at once what it had taken', async () => {
    const gate = Promise.withResolvers<void>();
    let runs = 0;
    const { dispatcher, workers } = runJobs(
      url,
      store,
      async () => {
        runs += 1;
        await gate.promise;
      },
      { policy: { concurrency: 1 } },
    );
    await pushJobs(store, 3);
    await vi.waitFor(() => expect(runs).toBe(1), patience);
    await vi.waitFor(async () => expect(await countEntries(store)).toMatchObject({ leased: 3 }), patience);
    await dispatcher.stop();
    const drained = Promise.all(workers.map((worker) => worker.drain()));
    gate.resolve();
    await drained;
    expect(runs).toBe(1);
    expect((await leaseEntries(store, { room: 10, leaseMs })).entries).toMatchObject([
      { redriven: true, lostRuns: 0 },
      { redriven: true, lostRuns: 0 },
    ]);
  });

  it('goes through what waits, one after the other, and gives the place up at its end', async () => {
    let [running, most] = [0, 0];
    const { dispatcher, workers } = runJobs(
      url,
      store,
      async () => {
        running += 1;
        most = Math.max(most, running);
        await Promise.resolve();
        running -= 1;
      },
      { policy: { concurrency: 1 } },
    );
    // More than is handed over of a lane at once.
    await pushJobs(store, 220);
    await untilWork(store, {});
    expect(most).toBe(1);
    await dispatcher.stop();
    await Promise.all(workers.map((worker) => worker.drain()));
  });
});
