import { beforeEach, describe, expect, it, vi } from 'vitest';
import { Failure } from '../../src/domain/failure.ts';
import { makeEntry, type JobPolicy } from '../../src/queues/define-job.ts';
import { fulfilmentSubmit } from '../../src/queues/fulfilment-submit.ts';
import { commit } from '../../src/store/commit.ts';
import { newId, type StoreDeps } from '../../src/store/deps.ts';
import { beginEntries, countEntries, freeLane, leaseEntries } from '../../src/store/entries.ts';
import { leaseMs } from '../../src/store/entry-lua.ts';
import { listIssues } from '../../src/store/issues.ts';
import { sampleMerchantId as merchantId } from '../store/accept-sample.ts';
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

const run = (handle: Handle, policy: Partial<JobPolicy> = {}, concurrencyMax = 1_000) =>
  runJobs(url, store, handle, { policy, concurrencyMax });
const push = (count?: number) => pushJobs(store, count);
const becomes = (counts: Parameters<typeof untilWork>[1]) => untilWork(store, counts);

describe('a job', () => {
  it('is run with its payload, and its work is over when its handler returns', async () => {
    const seen: string[] = [];
    const { outcomes } = run(async ({ orderId }, { entryId }) => void seen.push(`${entryId} ${orderId}`));
    const ids = await push(20);
    await becomes({});
    expect(seen.toSorted()).toEqual(ids.map((id) => `${id} ${id.slice(id.indexOf('.') + 1)}`).toSorted());
    await vi.waitFor(() => expect(outcomes).toEqual(Array(20).fill('done')), patience);
  });

  it('knows in which class its work waited', async () => {
    const seen: string[] = [];
    run((_payload, context) => Promise.resolve(void seen.push(context.class)));
    const classes = ['urgent', 'orders', 'inventory', 'catalog', 'reads'] as const;
    const entries = classes.map((of) =>
      makeEntry(fulfilmentSubmit, { orderId: newId('order', clock) }, { lane: freeLane, class: of }),
    );
    await commit(store, { entries });
    await becomes({});
    expect(seen.toSorted()).toEqual(classes.toSorted());
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
    await vi.waitFor(() => expect(outcomes).toEqual(['transient', 'transient', 'buried']), patience);
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

  it('that ends every process which runs it is set aside in the end', async () => {
    let runs = 0;
    const [id = ''] = await push();
    // Twelve times a process began it and was not heard of again.
    for (let ended = 0; ended < 12; ended += 1) {
      const { entries } = await leaseEntries(store, { room: 1, leaseMs });
      expect(await beginEntries(store, entries)).toMatchObject([{ id, runs: ended + 1 }]);
      clock.skip(leaseMs);
    }
    run(async () => void (runs += 1));
    await becomes({ dead: 1 });
    expect(runs).toBe(0);
    expect(JSON.parse((await client.hget(store.keys.dead, id)) ?? '')).toMatchObject({ reason: 'job.ends_workers' });
  });

  it.each([
    ['its policy says', 3, 1_000],
    ['its process may', 100, 3],
  ])('runs no more often at once than %s', async (_limit, concurrency, concurrencyMax) => {
    const gate = Promise.withResolvers<void>();
    let [running, most] = [0, 0];
    run(
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
    await vi.waitFor(async () => expect([running, (await countEntries(store)).leased]).toEqual([3, 12]), patience);
    gate.resolve();
    await becomes({});
    expect(most).toBe(3);
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
    await vi.waitFor(() => expect(runs).toBe(1), patience);
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
    await vi.waitFor(() => expect(runs).toBe(1), patience);
    await dispatcher.stop();
    shutdown();
    await becomes({ waiting: 1 });
    await vi.waitFor(() => expect(outcomes).toEqual(['aborted']), patience);
    clock.skip(1_000);
    const { entries } = await leaseEntries(store, { room: 1, leaseMs: 1_000 });
    expect(entries).toMatchObject([{ id, tries: 0, redriven: false }]);
  });
});
