import { Worker } from 'bullmq';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { closeRedis, createRedis } from '../../src/platform/redis.ts';
import { createBullQueues } from '../../src/queues/bull-queues.ts';
import { makeEntry } from '../../src/queues/define-job.ts';
import { sweep } from '../../src/queues/sweep.ts';
import { commit } from '../../src/store/commit.ts';
import type { StoreDeps } from '../../src/store/deps.ts';
import { freeLane, leaseEntries } from '../../src/store/entries.ts';
import { leaseMs } from '../../src/store/entry-lua.ts';
import { captureLog } from '../support/captured-log.ts';
import { testRedis } from '../support/redis.ts';
import { createTestStore } from '../support/test-store.ts';
import { patience, pushJobs, runJobs, untilWork, type Handle } from './running-queue.ts';
import { createSkippingClock, type SkippingClock } from './skipping-clock.ts';

const { client, url } = await testRedis();
let clock: SkippingClock;
let store: StoreDeps;
beforeEach(async () => {
  await client.flushdb();
  clock = createSkippingClock();
  store = await createTestStore(client, clock);
});

const run = (handle: Handle) => runJobs(url, store, handle);
const push = (count?: number) => pushJobs(store, count);
const becomes = (counts: Parameters<typeof untilWork>[1]) => untilWork(store, counts);

describe('work that was handed over and not done', () => {
  /** A process that takes a job, lets BullMQ believe that it has ended, and commits nothing. */
  async function endInBullMq(jobId: string, state: 'completed' | 'failed'): Promise<void> {
    const connection = createRedis(url, 'worker', captureLog('silent').log);
    const queues = createBullQueues(connection, store.keys);
    const queue = queues.get('fulfilment-submit');
    const ending = () => (state === 'failed' ? Promise.reject(new Error('died')) : Promise.resolve());
    const careless = new Worker('fulfilment-submit', ending, { connection, prefix: store.keys.queuePrefix });
    await queue?.add('fulfilment-submit', { entries: [] }, { jobId, removeOnComplete: false });
    await vi.waitFor(async () => expect(await (await queue?.getJob(jobId))?.getState()).toBe(state), patience);
    await careless.close();
    await Promise.all([...queues.values()].map((each) => each.close()));
    await closeRedis(connection, 1_000);
  }

  it.each(['completed', 'failed'] as const)('runs again, though BullMQ keeps its job as %s', async (state) => {
    const [id = ''] = await push();
    const [leased] = (await leaseEntries(store, { room: 1, leaseMs })).entries;
    const jobId = `${id}.${leased?.attempt}`;
    await endInBullMq(jobId, state);
    const seen: string[] = [];
    const { queues } = run(async (_payload, { entryId }) => void seen.push(entryId));
    await push();
    await becomes({ leased: 1 });
    expect(await (await queues.get('fulfilment-submit')?.getJob(jobId))?.getState()).toBe(state);
    expect(seen).not.toContain(id);
    clock.skip(leaseMs);
    await becomes({});
    expect(seen.filter((entryId) => entryId === id)).toHaveLength(1);
  });

  it('runs again after its lease, once, though its process died before BullMQ had it', async () => {
    let runs = 0;
    const [id = ''] = await push();
    await leaseEntries(store, { room: 1, leaseMs });
    run(async () => void (runs += 1));
    await push(1);
    await becomes({ leased: 1 });
    expect(runs).toBe(1);
    clock.skip(leaseMs);
    await becomes({});
    expect(runs).toBe(2);
    expect(await client.exists(`${store.keys.tag}:applied:${id}`)).toBe(1);
  });

  it('does not run a second time beside itself while its first run goes on', async () => {
    let runs = 0;
    const gate = Promise.withResolvers<void>();
    run(async () => {
      runs += 1;
      if (runs === 1) await gate.promise;
    });
    await push();
    await vi.waitFor(() => expect(runs).toBe(1), patience);
    for (let leases = 0; leases < 3; leases += 1) {
      clock.skip(leaseMs);
      // Work that was pushed later and is done shows that the dispatcher has been round.
      await push();
      await becomes({ leased: 1 });
    }
    expect(runs).toBe(4);
    gate.resolve();
    await becomes({});
    expect(runs).toBe(4);
  });
});

describe('work', () => {
  it('that Packline does not know is logged, and does not stop the others', async () => {
    const { log } = run(async () => undefined);
    const unknown = { id: 'x', job: 'no-such-job', lane: freeLane, class: 'orders', payload: {} } as const;
    await commit(store, { entries: [unknown] });
    await push(3);
    await becomes({ leased: 1 });
    expect(log.lines()).toContainEqual(expect.objectContaining({ msg: 'entry.unknownJob', jobs: ['no-such-job'] }));
  });

  it('of another kind waits for a worker of its own', async () => {
    run(async () => undefined);
    await commit(store, { entries: [makeEntry(sweep, { kind: 'quiet', tick: 1 }, { lane: freeLane, cause: '1' })] });
    await push(3);
    await becomes({ leased: 1 });
  });
});
