import { Worker } from 'bullmq';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { Failure } from '../../src/domain/failure.ts';
import { closeRedis, createRedis } from '../../src/platform/redis.ts';
import { createBullQueues } from '../../src/queues/bull-queues.ts';
import { makeEntry, type Job, type JobPolicy } from '../../src/queues/define-job.ts';
import { fulfilmentSubmit } from '../../src/queues/fulfilment-submit.ts';
import { defineWorker, runWorker, type JobContext } from '../../src/queues/run-worker.ts';
import { sweep } from '../../src/queues/sweep.ts';
import { commit } from '../../src/store/commit.ts';
import { newId, type StoreDeps } from '../../src/store/deps.ts';
import { countEntries, freeLane, leaseEntries } from '../../src/store/entries.ts';
import { listIssues } from '../../src/store/issues.ts';
import { sampleMerchantId as merchantId } from '../store/accept-sample.ts';
import { captureLog } from '../support/captured-log.ts';
import { testRedis } from '../support/redis.ts';
import { createTestStore } from '../support/test-store.ts';
import { runQueue } from './running-queue.ts';
import { createSkippingClock, type SkippingClock } from './skipping-clock.ts';

const { client, url } = await testRedis();
const waiting = { timeout: 10_000, interval: 10 };
/** As in the dispatcher: what is not committed after this long is handed over again. */
const leaseMs = 8_000;
let clock: SkippingClock;
let store: StoreDeps;
beforeEach(async () => {
  await client.flushdb();
  clock = createSkippingClock();
  store = await createTestStore(client, clock);
});

type Payload = { orderId: string };
type Handle = (payload: Payload, context: JobContext<null>) => Promise<void>;
/** Runs one job by this handler. */
const run = (handle: Handle, policy: Partial<JobPolicy> = {}, concurrencyMax?: number) => {
  const job: Job<Payload> = { ...fulfilmentSubmit, policy: { ...fulfilmentSubmit.policy, ...policy } };
  return runQueue(url, store, [(runner) => runWorker(defineWorker(job, handle), runner)], concurrencyMax);
};
async function push(count = 1): Promise<string[]> {
  const entries = Array.from({ length: count }, () =>
    makeEntry(fulfilmentSubmit, { orderId: newId('order', clock) }, { lane: freeLane }),
  );
  await commit(store, { entries });
  return entries.map(({ id }) => id);
}
const quiet = { waiting: 0, leased: 0, dead: 0 };
const becomes = (counts: Partial<typeof quiet>) =>
  vi.waitFor(async () => expect(await countEntries(store)).toEqual({ ...quiet, ...counts }), waiting);

describe('a job', () => {
  it('is run with its payload, and its work is over when its handler returns', async () => {
    const seen: string[] = [];
    const { outcomes } = run(async ({ orderId }, { entryId }) => void seen.push(`${entryId} ${orderId}`));
    const ids = await push(20);
    await becomes({});
    expect(seen.toSorted()).toEqual(ids.map((id) => `${id} ${id.slice(id.indexOf('.') + 1)}`).toSorted());
    await vi.waitFor(() => expect(outcomes).toEqual(Array(20).fill('done')), waiting);
  });

  it('may end its own work, or have it come again without counting it as a failure', async () => {
    const tries: number[] = [];
    run(async (_payload, context) => {
      tries.push(context.tries);
      if (tries.length === 1) await context.finish({}, { how: 'retry', delayMs: 0, counted: false });
      else await context.finish({ writes: [['SET', 'done', '1']] });
    });
    await push();
    await becomes({});
    expect(tries).toEqual([0, 0]);
    expect(await client.get('done')).toBe('1');
  });

  it.each(['aborted', 'throttled'] as const)(
    'that was %s comes again, however often, and uses up no attempt',
    async (kind) => {
      const tries: number[] = [];
      run(
        async (_payload, context) => {
          tries.push(context.tries);
          if (tries.length <= 6) throw new Failure(kind, 'test.again', 'again', { retryAfterMs: 0 });
        },
        { attempts: 2 },
      );
      await push();
      await becomes({});
      expect(tries).toEqual(Array(7).fill(0));
    },
  );

  it('that fails in passing comes again until its attempts are used up, and is then buried', async () => {
    const tries: number[] = [];
    const { outcomes } = run(
      async (_payload, context) => {
        tries.push(context.tries);
        throw new Error('something that nobody expected');
      },
      { attempts: 3, backoffMs: 10, backoffMaxMs: 10 },
    );
    const [id = ''] = await push();
    await becomes({ dead: 1 });
    expect(tries).toEqual([0, 1, 2]);
    await vi.waitFor(() => expect(outcomes).toEqual(['transient', 'transient', 'buried']), waiting);
    expect(JSON.parse((await client.hget(store.keys.dead, id)) ?? '')).toMatchObject({ reason: 'packline.unexpected' });
  });

  it('that takes longer than it may hears of it, and that counts as a failure', async () => {
    const tries: number[] = [];
    const { log } = run(
      async (_payload, { tries: before, signal }) => {
        tries.push(before);
        if (tries.length > 1) return;
        await new Promise((_resolve, reject) => {
          signal.addEventListener('abort', () => reject(signal.reason as Error));
        });
      },
      { timeoutMs: 50, backoffMs: 10, backoffMaxMs: 10 },
    );
    await push();
    await becomes({});
    expect(tries).toEqual([0, 1]);
    expect(log.lines().find(({ msg }) => msg === 'job.failed')).toMatchObject({ code: 'job.deadline', counted: true });
  });

  it('that was written by another version is buried unread, and becomes an issue', async () => {
    let runs = 0;
    run(async () => void (runs += 1));
    const payload = { merchantId, order: 'ord_of_yesterday' };
    const entry = {
      id: 'fulfilment-submit.old',
      job: 'fulfilment-submit',
      lane: freeLane,
      class: 'orders',
      payload,
    } as const;
    await commit(store, { entries: [entry] });
    await becomes({ dead: 1 });
    expect(runs).toBe(0);
    const { issues } = await listIssues(store, merchantId, { offset: 0, limit: 10 });
    expect(issues).toMatchObject([
      { code: 'job.payload', kind: 'malformed', job: 'fulfilment-submit', status: 'open' },
    ]);
  });

  it('that Packline does not know is logged, and does not stop the others', async () => {
    const { log } = run(async () => undefined);
    const unknown = { id: 'x', job: 'no-such-job', lane: freeLane, class: 'orders', payload: {} } as const;
    await commit(store, { entries: [unknown] });
    await push(3);
    await becomes({ leased: 1 });
    expect(log.lines()).toContainEqual(expect.objectContaining({ msg: 'entry.unknownJob', jobs: ['no-such-job'] }));
  });

  it('that ends every process which runs it is set aside in the end', async () => {
    let runs = 0;
    const [id = ''] = await push();
    const { queues } = runQueue(url, store, []);
    const queue = queues.get('fulfilment-submit');
    await vi.waitFor(async () => expect(await queue?.getWaitingCount()).toBe(1), waiting);
    // As BullMQ counts it: twelve times a process took the job and was not heard of again.
    await client.hset(queue?.toKey(`${id}.1`) ?? '', 'stc', 12);
    run(async () => void (runs += 1));
    await becomes({ dead: 1 });
    expect(runs).toBe(0);
    expect(JSON.parse((await client.hget(store.keys.dead, id)) ?? '')).toMatchObject({ reason: 'job.ends_workers' });
  });

  it('of another kind waits for a worker of its own', async () => {
    run(async () => undefined);
    await commit(store, { entries: [makeEntry(sweep, { kind: 'quiet', tick: 1 }, { lane: freeLane, cause: '1' })] });
    await push(3);
    await becomes({ leased: 1 });
  });

  it.each([
    ['its policy says', 3, 1_000],
    ['its process may', 100, 3],
  ])('runs no more often at once than %s', async (_limit, concurrency, concurrencyMax) => {
    const gate = Promise.withResolvers<void>();
    let [running, most] = [0, 0];
    const { queues } = run(
      async () => {
        running += 1;
        most = Math.max(most, running);
        await gate.promise;
        running -= 1;
      },
      { concurrency },
      concurrencyMax,
    );
    await push(12);
    const waitingJobs = () => queues.get('fulfilment-submit')?.getWaitingCount();
    await vi.waitFor(async () => expect([running, await waitingJobs()]).toEqual([3, 9]), waiting);
    gate.resolve();
    await becomes({});
    expect(most).toBe(3);
  });
});

describe('work that was handed over and not done', () => {
  /** A process that takes a job, lets BullMQ believe that it has ended, and commits nothing. */
  async function endInBullMq(jobId: string, state: 'completed' | 'failed'): Promise<void> {
    const connection = createRedis(url, 'worker', captureLog('silent').log);
    const queues = createBullQueues(connection, store.keys);
    const queue = queues.get('fulfilment-submit');
    const ending = () => (state === 'failed' ? Promise.reject(new Error('died')) : Promise.resolve());
    const careless = new Worker('fulfilment-submit', ending, { connection, prefix: store.keys.queuePrefix });
    await queue?.add(
      'fulfilment-submit',
      { entryId: '', attempt: 0, tries: 0, lane: freeLane, payload: null },
      { jobId },
    );
    await vi.waitFor(async () => expect(await (await queue?.getJob(jobId))?.getState()).toBe(state), waiting);
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
    await vi.waitFor(() => expect(runs).toBe(1), waiting);
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

describe('at its end, a process', () => {
  it('takes nothing new, and lets what runs come to its end', async () => {
    const gate = Promise.withResolvers<void>();
    let runs = 0;
    const { dispatcher, workers } = run(async () => {
      runs += 1;
      await gate.promise;
    });
    await push();
    await vi.waitFor(() => expect(runs).toBe(1), waiting);
    await dispatcher.stop();
    let drained = false;
    const draining = Promise.all(workers.map((worker) => worker.drain())).then(() => (drained = true));
    await push();
    expect(await countEntries(store)).toEqual({ waiting: 1, leased: 1, dead: 0 });
    expect(drained).toBe(false);
    gate.resolve();
    await draining;
    expect(runs).toBe(1);
    expect(await countEntries(store)).toEqual({ waiting: 1, leased: 0, dead: 0 });
  });

  it.each([
    ['hears of it', (signal: AbortSignal) => signal.reason as Error],
    ['fails of it in a way of its own', () => new Failure('rejected', 'test.odd', 'because of the end')],
  ])('gives back, uncounted, what it had to cut short and what %s', async (_how, reasonOf) => {
    let runs = 0;
    const { dispatcher, shutdown, outcomes } = run(
      (_payload, { signal }) =>
        new Promise((_resolve, reject) => {
          runs += 1;
          signal.addEventListener('abort', () => reject(reasonOf(signal)));
        }),
    );
    const [id = ''] = await push();
    await vi.waitFor(() => expect(runs).toBe(1), waiting);
    await dispatcher.stop();
    shutdown();
    await becomes({ waiting: 1 });
    await vi.waitFor(() => expect(outcomes).toEqual(['aborted']), waiting);
    clock.skip(1_000);
    const { entries } = await leaseEntries(store, { room: 1, leaseMs });
    expect(entries).toMatchObject([{ id, tries: 0, attempt: 2 }]);
  });
});
