import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { vocabularies } from '../src/connectors/registry.ts';
import { mergeTracking } from '../src/domain/merge-tracking.ts';
import { followParcel, hearPolled } from '../src/domain/parcel-step.ts';
import { fractionOf } from '../src/domain/poll-schedule.ts';
import type { WorkerDeps } from '../src/fulfilment/deps.ts';
import { startEmbeddedRedis } from '../src/platform/embedded-redis.ts';
import { createLog } from '../src/platform/log.ts';
import { connectionWork } from '../src/queues/connection-work.ts';
import { hearParcels } from '../src/queues/hear-parcels.ts';
import { parcelAsk } from '../src/queues/parcel-ask.ts';
import { parcelPoll } from '../src/queues/parcel-poll.ts';
import { parcelTell } from '../src/queues/parcel-tell.ts';
import { commit } from '../src/store/commit.ts';
import type { StoreDeps } from '../src/store/deps.ts';
import { leaseEntries, type LeasedEntry } from '../src/store/entries.ts';
import { changeParcels } from '../src/store/parcels.ts';
import ask from '../workers/parcel-ask.ts';
import poll from '../workers/parcel-poll.ts';
import tell from '../workers/parcel-tell.ts';
import { makeJobContext } from '../test/queues/job-context.ts';
import { sampleMerchantId as merchantId } from '../test/store/accept-sample.ts';
import { createFakeClock, type FakeClock } from '../test/support/fake-clock.ts';
import { createTestStore } from '../test/support/test-store.ts';
import { defineBenchmark } from './benchmark.ts';
import { eventsOf, playCarrier, type CarrierSize, type PlayedCarrier } from './played-carriers.ts';
import { pushEvents } from './push-events.ts';
import { quantile } from './statistics.ts';

const hourMs = 3_600_000;
/** As FedEx, Australia Post and UPS are, with limits that leave them about a tenth of room. */
const carriers: readonly CarrierSize[] = [
  { id: 'thirty', share: 0.5, numbersPerCall: 30, callsPerSecond: 20, callsPerDay: 100_000 },
  { id: 'ten', share: 0.3, numbersPerCall: 10, callsPerSecond: 10, callsPerDay: 40_000 },
  { id: 'one', share: 0.2, numbersPerCall: 1, callsPerSecond: 20 },
];
const mergedEvents = 1_000;
/** Due at one moment, beside all others. */
const atOnce = 1_000;

/**
 * So many live parcels over three carriers, polled for some hours of played time by the real handlers, out of the real lanes on
 * a real Redis: how far behind its schedule each turn came. Then events pushed over HTTP to one API process, and a merge.
 */
export const tracking = defineBenchmark({
  name: 'tracking',
  shows: 'parcels asked about on time for a played day, events pushed over HTTP, the merge of a long history',
  size: { shipments: 100_000, hours: 24, seconds: 10 },
  quickSize: { shipments: 1_000, hours: 2, seconds: 1 },
  async run({ shipments, hours, seconds }, say) {
    const played = await play({ shipments, hours }, say);
    const pushed = await pushEvents({ seconds }, say);
    const mergeMs = measureMerge();
    const lags = played.carriers.flatMap(({ lags: all }) => all);
    return {
      rows: [
        { what: `lag of a parcel's turn behind its schedule, p99 of ${shipments} parcels in ${hours} h`, figure: quantile(lags, 0.99) / 1_000, unit: 's', better: 'lower', target: { of: 'figure', is: 30 } }, // prettier-ignore
        { what: `lag of ${atOnce} parcels that came due at one moment, p99`, figure: quantile(played.burst, 0.99) / 1_000, unit: 's', better: 'lower', target: { of: 'figure', is: 30 } }, // prettier-ignore
        { what: 'calls beyond a limit, of a second or a day', figure: played.exceeded, unit: '', better: 'lower', target: { of: 'figure', is: 0 } }, // prettier-ignore
        { what: 'schedule of a live parcel in Redis', figure: played.scheduleBytes, unit: 'B', better: 'lower', target: { of: 'figure', is: 300 } }, // prettier-ignore
        {
          what: 'a live parcel in Redis, history and schedule',
          figure: played.parcelBytes,
          unit: 'B',
          better: 'lower',
        },
        { what: 'events pushed over HTTP, a thousand a request', figure: pushed.perSecond, unit: '/s', better: 'higher', target: { of: 'figure', is: 2_000 } }, // prettier-ignore
        { what: `merge of ${mergedEvents} events`, figure: mergeMs, unit: 'ms', better: 'lower', target: { of: 'figure', is: 10 } }, // prettier-ignore
      ],
      details: {
        shipments,
        hours,
        playedSeconds: played.seconds,
        pushed,
        polls: lags.length,
        lagMaxSeconds: quantile(lags, 1) / 1_000,
        carriers: played.carriers.map(({ id, calls, lags: own, mostInSecond, refused, numbersPerCall }) => ({
          id,
          calls,
          refused,
          mostInSecond,
          fill: own.length / (calls * numbersPerCall),
          lagP99Seconds: quantile(own, 0.99) / 1_000,
        })),
      },
    };
  },
});

async function play({ shipments, hours }: { shipments: number; hours: number }, say: (progress: string) => void) {
  const home = await mkdtemp(join(tmpdir(), 'packline-bench-'));
  const server = await startEmbeddedRedis({ home, log: createLog({ level: 'silent', name: 'bench' }) });
  const redis = new Redis(server.url, { enableAutoPipelining: true });
  try {
    // Time is played: what the disk takes would be counted against nobody.
    await redis.config('SET', 'appendonly', 'no');
    const clock = createFakeClock(Date.parse('2026-07-14T00:00:00Z'));
    const store = await createTestStore(redis, clock);
    const startMs = clock.now();
    const all = await Promise.all(carriers.map((size) => playCarrier(store, merchantId, size)));
    await knowAll(store, all, shipments);
    const usedBytes = Number(/used_memory:(\d+)/.exec(await redis.info('memory'))?.[1] ?? 0);
    let scheduleBytes = 0;
    for (const { connectionId } of all) {
      scheduleBytes += Number(await redis.memory('USAGE', store.keys.dueParcels(connectionId), 'SAMPLES', 0));
    }
    say(`${shipments} parcels are known; ${Math.round(scheduleBytes / shipments)} bytes of schedule each`);
    await commit(store, { entries: all.flatMap(({ open }) => connectionWork(open.record)) });

    const beganMs = performance.now();
    const half = startMs + (hours * hourMs) / 2;
    await playUntil(store, clock, all, half, say);
    const burst = await burstOf(store, all);
    say(`${burst} are due at one moment`);
    await playUntil(store, clock, all, startMs + hours * hourMs, say);
    const exceeded = all.reduce((sum, one) => sum + Number(one.mostInSecond > one.callsPerSecond) + Math.max(0, one.calls - (one.callsPerDay ?? Infinity)), 0); // prettier-ignore
    return {
      carriers: all,
      burst: all.flatMap(({ watchedLags }) => watchedLags),
      exceeded,
      scheduleBytes: scheduleBytes / shipments,
      parcelBytes: usedBytes / shipments,
      seconds: Math.round((performance.now() - beganMs) / 1_000),
    };
  } finally {
    redis.disconnect();
    await server.stop(1_000);
    await rm(home, { recursive: true, force: true });
  }
}

/** Each has been followed for a while: its history is known, and its turns lie anywhere. */
async function knowAll(store: StoreDeps, all: readonly PlayedCarrier[], shipments: number): Promise<void> {
  const nowMs = store.clock.now();
  const at = new Date(nowMs).toISOString();
  for (const { id, share, connectionId } of all) {
    const numbers = Array.from({ length: Math.round(shipments * share) }, (_, n) => `${id.toUpperCase()}${1e12 + n}`);
    for (let from = 0; from < numbers.length; from += 500) {
      await hearParcels(
        store,
        numbers.slice(from, from + 500).map((number) => {
          const name = { merchantId, carrier: id, number };
          const facts = { name, carrierName: id, connectionId, at };
          const news = { events: eventsOf(number, nowMs, nowMs), complete: true, receivedAt: at };
          return {
            name,
            step: () => {
              const step = hearPolled(followParcel(null, facts, null, at), facts, { outcome: 'found', news });
              const { polling } = step.parcel;
              const restMs = Date.parse(polling.nextAt ?? at) - nowMs;
              const nextAt = new Date(Math.round(nowMs + restMs * fractionOf(`turn ${number}`))).toISOString();
              return { ...step, mustTell: false, parcel: { ...step.parcel, polling: { ...polling, nextAt } } };
            },
          };
        }),
      );
    }
  }
}

/** A thousand of them, over the carriers as all are, are due at one moment, in a while. */
async function burstOf(store: StoreDeps, all: readonly PlayedCarrier[]): Promise<number> {
  const nextAt = new Date(store.clock.now() + 120_000).toISOString();
  let count = 0;
  for (const { id, share, watched } of all) {
    const numbers = Array.from({ length: Math.round(atOnce * share) }, (_, n) => `${id.toUpperCase()}${1e12 + n}`);
    const changed = await changeParcels(
      store,
      numbers.map((number) => ({
        name: { merchantId, carrier: id, number },
        change: (known) =>
          known === null
            ? null
            : { ...known, parcel: { ...known.parcel, polling: { ...known.parcel.polling, nextAt } } },
      })),
    );
    for (const number of numbers) watched.add(number);
    count += changed.filter((one) => one !== null).length;
  }
  return count;
}

/** From one due moment to the next, as the dispatcher would, with no time between them. */
async function playUntil(
  store: StoreDeps,
  clock: FakeClock,
  all: readonly PlayedCarrier[],
  untilMs: number,
  say: (progress: string) => void,
): Promise<void> {
  const byId = new Map(all.map((one) => [one.connectionId, one.open]));
  const deps = {
    vocabularies,
    countUnmapped: () => undefined,
    openCarrier: (_store: StoreDeps, _merchantId: string, id: string) => Promise.resolve(byId.get(id)),
    // The handlers of polling use nothing else.
  } as unknown as WorkerDeps;
  const run = async (entry: LeasedEntry): Promise<void> => {
    const context = makeJobContext(store, deps, { entry });
    if (entry.job === parcelPoll.name) await poll.handle(parcelPoll.payload.parse(entry.payload), context);
    else if (entry.job === parcelTell.name) await tell.handle(parcelTell.payload.parse(entry.payload), context);
    else await ask.handle(parcelAsk.payload.parse(entry.payload), context);
  };
  let saidMs = clock.now();
  while (clock.now() < untilMs) {
    const { entries, idleMs } = await leaseEntries(store, { room: 200, leaseMs: 3_600_000 });
    await Promise.all(entries.map(run));
    if (entries.length === 0) clock.advance(Math.max(1, Math.min(Math.ceil(idleMs ?? 1_000), untilMs - clock.now())));
    if (clock.now() - saidMs < 2 * hourMs) continue;
    saidMs = clock.now();
    say(`${new Date(saidMs).toISOString()}: ${all.map(({ id, calls }) => `${id} ${calls}`).join(', ')} calls`);
  }
}

function measureMerge(): number {
  const receivedAt = '2026-07-14T00:00:00.000Z';
  const events = Array.from({ length: mergedEvents }, (_, n) => {
    const instant = new Date(Date.parse('2026-07-01T00:00:00Z') + n * 60_000).toISOString();
    return { at: instant, local: instant.slice(0, 19), zone: 'offset', code: `C${n}`, status: 'IN_TRANSIT', place: { city: `City ${n % 50}` }, source: 'push', receivedAt } as const; // prettier-ignore
  });
  const times = Array.from({ length: 50 }, () => {
    const beganMs = performance.now();
    mergeTracking(events.slice(0, 300), events);
    return performance.now() - beganMs;
  });
  return quantile(times, 0.5);
}
