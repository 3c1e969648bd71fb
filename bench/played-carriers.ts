import type { CarrierConnection, CarrierConnector, TrackResult } from '../src/connectors/carriers/port.ts';
import { easypost } from '../src/connectors/carriers/easypost/index.ts';
import type { CarrierEvent } from '../src/domain/carrier-event.ts';
import { Failure } from '../src/domain/failure.ts';
import type { Parcel } from '../src/domain/parcel.ts';
import { fractionOf } from '../src/domain/poll-schedule.ts';
import type { TrackingStatus } from '../src/domain/tracking-status.ts';
import type { OpenCarrier } from '../src/fulfilment/deps.ts';
import { createConnection } from '../src/store/connections.ts';
import { takeDailyCall, type DailyLimit } from '../src/store/daily-calls.ts';
import type { StoreDeps } from '../src/store/deps.ts';
import { configureLane } from '../src/store/lanes.ts';
import { parseStored } from '../src/store/stored-json.ts';

/** What a carrier is like, and how much of the parcels is its. */
export interface CarrierSize {
  id: string;
  share: number;
  numbersPerCall: number;
  callsPerSecond: number;
  callsPerDay?: number;
}

/** A carrier in played time: it answers at once, counts what it is asked, and notes how late each parcel's turn came. */
export interface PlayedCarrier extends CarrierSize {
  connectionId: string;
  open: OpenCarrier;
  /** Milliseconds behind the schedule, of each parcel that was asked about. */
  lags: number[];
  /** Numbers of which the first turn is to be noted by itself as well, and those turns. */
  watched: Set<string>;
  watchedLags: number[];
  calls: number;
  /** Calls in the second that had most. */
  mostInSecond: number;
  refused: number;
}

const hourMs = 3_600_000;

/** Where a parcel is: most are on their way for days, and each moves on at hours of its own. */
const steps: readonly (readonly [TrackingStatus, number])[] = [
  ['PRE_TRANSIT', 0],
  ['PICKED_UP', 14],
  ['IN_TRANSIT', 20],
  ['IN_TRANSIT', 34],
  ['IN_TRANSIT', 58],
  ['OUT_FOR_DELIVERY', 80],
  ['DELIVERED', 88],
];

/** What a carrier knows of a number now. `startMs` is when the play began; by then it has been on its way for up to 80 hours. */
export function eventsOf(number: string, startMs: number, nowMs: number): CarrierEvent[] {
  const beganMs = startMs - 80 * hourMs * fractionOf(number);
  return steps.flatMap(([status, atHours], at) => {
    const ms = beganMs + atHours * hourMs;
    if (ms > nowMs) return [];
    const instant = new Date(ms).toISOString();
    const time = { at: instant, local: instant.slice(0, 19), zone: 'offset' } as const;
    const place = { city: `City ${at}`, country: 'BR' };
    return [
      { ...time, code: `${status}${at}`, status, place, source: 'poll', receivedAt: new Date(nowMs).toISOString() },
    ];
  });
}

export async function playCarrier(store: StoreDeps, merchantId: string, size: CarrierSize): Promise<PlayedCarrier> {
  const facts = { connector: 'easypost', kind: 'carrier', name: size.id, routing: [], settings: {} } as const;
  const record = await createConnection(store, merchantId, facts);
  const lane = `played.${size.id}`;
  await configureLane(store, lane, { calls: size.callsPerSecond, perMs: 1_000, inflightMax: 200 });
  const dailyLimit: DailyLimit | undefined = size.callsPerDay === undefined ? undefined : { account: lane, calls: size.callsPerDay, resetHourUtc: 0 }; // prettier-ignore
  const startMs = store.clock.now();
  const recent: number[] = [];
  const track: CarrierConnection['track'] = async (parcels) => {
    const nowMs = store.clock.now();
    if (dailyLimit !== undefined) {
      const { taken, resetMs } = await takeDailyCall(store, dailyLimit, { spendsReserve: false });
      if (!taken) {
        played.refused += 1;
        throw new Failure('throttled', 'budget.day_spent', 'spent', { retryAfterMs: resetMs - nowMs });
      }
    }
    played.calls += 1;
    recent.push(nowMs);
    while ((recent[0] ?? nowMs) <= nowMs - 1_000) recent.shift();
    played.mostInSecond = Math.max(played.mostInSecond, recent.length);
    const docs = await Promise.all(
      parcels.map(({ number }) => store.redis.hget(store.keys.parcel(merchantId, number), size.id)),
    );
    return parcels.map(({ number }, at): TrackResult => {
      const dueMs = Date.parse(parseStored<Parcel>(docs[at] ?? '{}').polling.nextAt ?? '');
      const lag = Math.max(0, nowMs - dueMs);
      played.lags.push(lag);
      if (played.watched.delete(number)) played.watchedLags.push(lag);
      const report = {
        number,
        carrier: null,
        complete: true,
        expectedOn: null,
        events: eventsOf(number, startMs, nowMs),
      };
      return { outcome: 'found', report };
    });
  };
  const open: OpenCarrier = {
    record,
    connector: { ...(easypost as CarrierConnector), numbersPerCallMax: size.numbersPerCall },
    connection: { track, test: () => Promise.resolve({ account: size.id }) },
    settings: {},
    laneOf: () => lane,
    ...(dailyLimit === undefined ? {} : { dailyLimit }),
  };
  const played: PlayedCarrier = {
    ...size,
    connectionId: record.id,
    open,
    lags: [],
    watched: new Set(),
    watchedLags: [],
    calls: 0,
    mostInSecond: 0,
    refused: 0,
  };
  return played;
}
