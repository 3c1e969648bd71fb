import type { Redis } from 'ioredis';
import { onTestFinished } from 'vitest';
import { createConnections } from '../../src/compose-connections.ts';
import { vocabularies } from '../../src/connectors/registry.ts';
import type { WorkerDeps } from '../../src/fulfilment/deps.ts';
import { createEgress } from '../../src/platform/egress.ts';
import { createHttp } from '../../src/platform/http.ts';
import { createMetrics } from '../../src/platform/metrics.ts';
import { makeEntry } from '../../src/queues/define-job.ts';
import type { JobContext, WorkerDefinition } from '../../src/queues/run-worker.ts';
import { sweep as sweepJob } from '../../src/queues/sweep.ts';
import { commit, type NewEntry } from '../../src/store/commit.ts';
import type { StoreDeps } from '../../src/store/deps.ts';
import { appliedMarkSeconds } from '../../src/store/entry-lua.ts';
import { freeLane, leaseEntries, type LeasedEntry } from '../../src/store/entries.ts';
import courierPosition from '../../workers/courier-position.ts';
import deliveryAttempt from '../../workers/delivery-attempt.ts';
import fleetUpdate from '../../workers/fleet-update.ts';
import endpointProbe from '../../workers/endpoint-probe.ts';
import eventReplay from '../../workers/event-replay.ts';
import fulfilmentRead from '../../workers/fulfilment-read.ts';
import fulfilmentSubmit from '../../workers/fulfilment-submit.ts';
import issueTell from '../../workers/issue-tell.ts';
import parcelAsk from '../../workers/parcel-ask.ts';
import hookKeysRead from '../../workers/hook-keys-read.ts';
import parcelPoll from '../../workers/parcel-poll.ts';
import parcelSubscribe from '../../workers/parcel-subscribe.ts';
import parcelTell from '../../workers/parcel-tell.ts';
import sweep from '../../workers/sweep.ts';
import { makeJobContext } from '../queues/job-context.ts';
import { createMemoryBlobs } from '../support/memory-blobs.ts';
import { createFakeClock, type FakeClock } from '../support/fake-clock.ts';
import { createTestStore } from '../support/test-store.ts';

type Context = JobContext<WorkerDeps>;
type Run = (payload: unknown, context: Context) => Promise<void>;

const prepare =
  <P extends Record<string, unknown>>({ job, handle }: WorkerDefinition<WorkerDeps, P>): Run =>
  (payload, context) =>
    handle(job.payload.parse(payload), context);

const handlers: Readonly<Record<string, Run>> = {
  'courier-position': prepare(courierPosition),
  'delivery-attempt': prepare(deliveryAttempt),
  'fleet-update': prepare(fleetUpdate),
  'endpoint-probe': prepare(endpointProbe),
  'event-replay': prepare(eventReplay),
  'fulfilment-read': prepare(fulfilmentRead),
  'fulfilment-submit': prepare(fulfilmentSubmit),
  'hook-keys-read': prepare(hookKeysRead),
  'issue-tell': prepare(issueTell),
  'parcel-ask': prepare(parcelAsk),
  'parcel-poll': prepare(parcelPoll),
  'parcel-subscribe': prepare(parcelSubscribe),
  'parcel-tell': prepare(parcelTell),
  sweep: prepare(sweep),
};

export type SweepPayload = Parameters<typeof sweepJob.id>[0];
let sweeps = 0;
/** A live order says something every few minutes. */
export const quietAfterMs = 600_000;
export const reconcileEveryMs = 24 * 3_600_000;

/** The handlers on a real store and a clock that stands still: a test says which work is done, and when. */
export interface Workbench {
  store: StoreDeps;
  clock: FakeClock;
  deps: WorkerDeps;
  /** Takes what is due, without doing it. */
  take(): Promise<LeasedEntry[]>;
  /** Runs one entry's handler, as it would be run: what it throws is thrown. `change` makes it a run of another kind; `of`: on this store. */
  run(entry: LeasedEntry, change?: (context: Context) => Context, of?: StoreDeps): Promise<void>;
  /** Does what is due now, not what follows from it. Answers what that was. */
  runDue(): Promise<LeasedEntry[]>;
  push(...entries: NewEntry[]): Promise<void>;
  /** Runs one sweep, and takes the work that is due after it. */
  sweep(payload: SweepPayload): Promise<LeasedEntry[]>;
  /** Lets time go by, in Redis too: work that was done long enough ago may be pushed again. */
  pass(ms: number): Promise<void>;
}

/** On an empty database, until the running test is over. Partners and subscribers are on loopback. */
export async function openWorkbench(client: Redis): Promise<Workbench> {
  await client.flushdb();
  // What is signed here is verified by a library that knows today's date.
  const clock = createFakeClock(Date.now());
  const store = await createTestStore(client, clock);
  const http = createHttp({ egress: createEgress({ allow: ['127.0.0.0/8'] }), userAgent: 'Packline/test' });
  onTestFinished(() => http.close());
  const deps: WorkerDeps = {
    vocabularies,
    http,
    blobs: createMemoryBlobs(),
    random: () => 0.5,
    baseUrl: 'https://packline.example',
    retirePercentMax: 10,
    countUnmapped: () => undefined,
    countDelivery: () => undefined,
    countItems: () => undefined,
    quietAfterMs,
    reconcileEveryMs,
    ...createConnections({ http, clock, metrics: createMetrics() }, { baseUrl: 'http://127.0.0.1:3000' }),
  };
  const take = async () => (await leaseEntries(store, { room: 1_000, leaseMs: 3_600_000 })).entries;

  const run: Workbench['run'] = async (entry, change = (context) => context, of = store) => {
    const handle = handlers[entry.job];
    if (handle === undefined) throw new Error(`there is no handler for ${entry.job} on this bench`);
    const made = makeJobContext(of, deps, { entry });
    let ended = false;
    const context = change({
      ...made,
      finish: async (plan, ending) => {
        const outcome = await made.finish(plan, ending);
        ended ||= outcome !== 'conflict';
        return outcome;
      },
    });
    await handle(entry.payload, context);
    if (!ended) await context.finish({});
  };

  return {
    store,
    clock,
    deps,
    take,
    run,
    runDue: async () => {
      const entries = await take();
      for (const entry of entries) await run(entry);
      return entries;
    },
    push: async (...entries) => {
      await commit(store, { entries });
    },
    sweep: async (payload) => {
      sweeps += 1;
      const entry = makeEntry(sweepJob, payload, { lane: freeLane, cause: `test-${sweeps}` });
      await commit(store, { entries: [entry] });
      for (const due of await take()) await run(due);
      // One that calls a partner is first sent to wait in that partner's lane.
      let after = await take();
      if (after.length === 0) {
        // That lane has a rate, and a turn of it was used a moment ago.
        clock.advance(1_000);
        after = await take();
      }
      const moved = after.find(({ id }) => id === entry.id);
      if (moved === undefined) return after;
      await run(moved);
      return [...after.filter((other) => other !== moved), ...(await take())];
    },
    pass: async (ms) => {
      clock.advance(ms);
      if (ms < appliedMarkSeconds * 1_000) return;
      const marks = await client.keys(`${store.keys.tag}:applied:*`);
      if (marks.length > 0) await client.del(...marks);
    },
  };
}
