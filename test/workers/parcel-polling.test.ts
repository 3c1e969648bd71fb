import { beforeEach, describe, expect, it } from 'vitest';
import type {
  CarrierConnection,
  CarrierConnector,
  TrackedParcel,
  TrackResult,
} from '../../src/connectors/carriers/port.ts';
import { easypost } from '../../src/connectors/carriers/easypost/index.ts';
import { Failure } from '../../src/domain/failure.ts';
import { followParcel, hearPushed } from '../../src/domain/parcel-step.ts';
import type { OpenCarrier } from '../../src/fulfilment/deps.ts';
import { connectionWork } from '../../src/queues/connection-work.ts';
import { hearParcels } from '../../src/queues/hear-parcels.ts';
import {
  createConnection,
  readConnection,
  readHealth,
  updateConnection,
  type Connection,
} from '../../src/store/connections.ts';
import { takeDailyCall, type DailyLimit } from '../../src/store/daily-calls.ts';
import { configureLane } from '../../src/store/lanes.ts';
import { readParcel } from '../../src/store/parcels.ts';
import { event } from '../domain/carrier-event-fixture.ts';
import { sampleMerchantId as merchantId } from '../store/accept-sample.ts';
import { present } from '../store/present.ts';
import { testRedis } from '../support/redis.ts';
import { openWorkbench, type Workbench } from './workbench.ts';

const { client } = await testRedis();
const lane = 'fake.account.default';
const minute = 60_000;
const hour = 60 * minute;

let bench: Workbench;
let connection: Connection;
/** What the carrier was asked, call by call. */
let asked: string[][];
let answer: (parcel: TrackedParcel, call: readonly TrackedParcel[]) => TrackResult;
let numbersPerCallMax: number;
let dailyLimit: DailyLimit | undefined;

beforeEach(async () => {
  bench = await openWorkbench(client);
  asked = [];
  numbersPerCallMax = 30;
  dailyLimit = undefined;
  isPushOnly = false;
  answer = ({ number }) => found(number);
  const facts = { connector: 'easypost', kind: 'carrier', name: 'Fake', routing: [], settings: {} } as const;
  connection = await createConnection(bench.store, merchantId, facts);
  await configureLane(bench.store, lane, { calls: 1_000, perMs: 1_000, inflightMax: 1_000 });
  await bench.push(...connectionWork(connection));
});

const found = (number: string, complete = true): TrackResult => ({
  outcome: 'found',
  report: {
    number,
    carrier: null,
    complete,
    expectedOn: null,
    events: [event('IN_TRANSIT', new Date(bench.clock.now() - hour).toISOString(), { receivedAt: new Date(bench.clock.now()).toISOString() })], // prettier-ignore
  },
});

let isPushOnly = false;
const carrier: CarrierConnection & Required<Pick<CarrierConnection, 'track'>> = {
  track: async (parcels) => {
    if (dailyLimit !== undefined && !(await takeDailyCall(bench.store, dailyLimit, { spendsReserve: false })).taken) {
      throw new Failure('throttled', 'budget.day_spent', 'spent', { retryAfterMs: 6 * hour });
    }
    asked.push(parcels.map(({ number }) => number));
    return parcels.map((parcel) => answer(parcel, parcels));
  },
  test: () => Promise.resolve({ account: 'fake' }),
};
const openCarrier = async (): Promise<OpenCarrier> => ({
  record: present(await readConnection(bench.store, merchantId, connection.id)),
  // Its lists are what this test says; nothing else of it is used.
  connector: { ...(easypost as CarrierConnector), numbersPerCallMax },
  connection: isPushOnly ? { test: () => carrier.test() } : carrier,
  settings: {},
  laneOf: () => lane,
  ...(dailyLimit === undefined ? {} : { dailyLimit }),
});

const nameOf = (number: string) => ({ merchantId, carrier: 'fake', number });
async function know(numbers: readonly string[], dueMs = 0): Promise<void> {
  const at = new Date(bench.clock.now()).toISOString();
  const nextAt = new Date(bench.clock.now() + dueMs).toISOString();
  await hearParcels(
    bench.store,
    numbers.map((number) => {
      const name = nameOf(number);
      const facts = { name, carrierName: 'fake', connectionId: connection.id, at };
      return { name, step: (known) => followParcel(known, facts, null, nextAt) };
    }),
  );
}
const numbersOf = (count: number): string[] =>
  Array.from({ length: count }, (_, at) => `N${String(at).padStart(4, '0')}`);
const read = async (number: string) => present(await readParcel(bench.store, nameOf(number))).parcel;
const dueIn = async (number: string): Promise<number> =>
  Number(await client.zscore(bench.store.keys.dueParcels(connection.id), `fake/${number}`)) - bench.clock.now();

/** Does what is due, and what follows from it within the same moment. */
async function settle(failing = false): Promise<void> {
  for (let empty = 0; empty < 2;) {
    const entries = await bench.take();
    empty = entries.length === 0 ? empty + 1 : 0;
    // The lane has a rate: its next entries are handed over a moment later.
    bench.clock.advance(25);
    for (const entry of entries) {
      const run = bench.run(entry, (context) => ({ ...context, deps: { ...context.deps, openCarrier } }));
      if (failing) await run.catch(() => undefined);
      else await run;
    }
  }
}
async function pass(ms: number): Promise<void> {
  await bench.pass(ms);
  await settle();
}

describe('parcels that are due', () => {
  it('are asked about in calls as large as the carrier takes, once, and are due again later', async () => {
    await know(numbersOf(65));
    await settle();
    expect(asked.map(({ length }) => length)).toEqual([30, 30, 5]);
    expect(new Set(asked.flat()).size).toBe(65);
    for (const number of ['N0000', 'N0064']) {
      expect(await read(number)).toMatchObject({ status: 'IN_TRANSIT', polling: { outcome: 'found' } });
      expect(await dueIn(number)).toBeGreaterThan(3 * hour);
    }
    await pass(2 * hour);
    expect(asked).toHaveLength(3);
    for (let step = 0; step < 5; step += 1) await pass(hour);
    expect(asked.flat().filter((number) => number === 'N0000')).toHaveLength(2);
  });

  it('take with them those that will soon be due, where the call has room', async () => {
    await know(['A1']);
    await know(['A2'], 4 * minute);
    await know(['A3'], 6 * minute);
    await settle();
    expect(asked).toEqual([['A1', 'A2']]);
  });

  it('are due again though nobody heard what became of the call', async () => {
    await know(['A1']);
    const [tick] = await bench.take();
    await bench.run(present(tick), (context) => ({ ...context, deps: { ...context.deps, openCarrier } }));
    // The process that took the call died, and its entry was lost with it.
    await bench.take();
    await client.del(bench.store.keys.entries, bench.store.keys.leased);
    expect(asked).toEqual([]);
    expect(await dueIn('A1')).toBeCloseTo(hour, -3);
    await bench.push(...connectionWork(connection));
    await pass(61 * minute);
    expect(asked).toEqual([['A1']]);
  });

  it('that are not there yet are asked about later and later, and are no failure', async () => {
    answer = () => ({ outcome: 'notFound' });
    await know(['A1']);
    await settle();
    const first = await dueIn('A1');
    await pass(first);
    expect(asked).toHaveLength(2);
    expect((await dueIn('A1')) / first).toBeCloseTo(2, 1);
    expect((await readHealth(bench.store, connection.id)).lastFailureAt).toBeNull();
  });

  it('of which one cannot be answered do the others no harm', async () => {
    const failure = new Failure('rejected', 'fake.refused', 'not this one');
    answer = ({ number }) => (number === 'A2' ? { outcome: 'failed', failure } : found(number));
    await know(['A1', 'A2', 'A3']);
    await settle();
    expect(asked).toHaveLength(1);
    expect(await read('A3')).toMatchObject({ status: 'IN_TRANSIT' });
    expect(await read('A2')).toMatchObject({ status: 'UNKNOWN', polling: { outcome: 'failed' } });
  });

  it('wait while their connection is paused', async () => {
    await updateConnection(bench.store, connection, { paused: true });
    await know(['A1']);
    await settle();
    await pass(2 * minute);
    expect(asked).toEqual([]);
    await updateConnection(bench.store, connection, { paused: false });
    await pass(2 * minute);
    expect(asked).toEqual([['A1']]);
  });
});

describe('a call that fails as a whole', () => {
  it('is made again in halves, until the one that the carrier cannot answer is alone', async () => {
    answer = (parcel, call) => {
      if (call.some(({ number }) => number === 'N0003')) throw new Failure('transient', 'http.timeout', 'too slow');
      return found(parcel.number);
    };
    await know(numbersOf(8));
    for (let step = 0; step < 8; step += 1) await pass(step === 0 ? 0 : 6_000);
    expect(asked.filter((call) => call.length === 1 && call[0] === 'N0003')).toHaveLength(1);
    for (const number of numbersOf(8)) {
      const { polling } = await read(number);
      expect(polling.outcome).toBe(number === 'N0003' ? 'failed' : 'found');
    }
  });

  it('five times in a row leaves the carrier alone; one call tries again, and what waited is spread', async () => {
    let isDown = true;
    answer = ({ number }) => {
      if (isDown) throw new Failure('transient', 'fake.unavailable', 'down');
      return found(number);
    };
    numbersPerCallMax = 1;
    await know(numbersOf(200));
    await settle();
    // Those that were on their way when the fifth failed found it closed.
    expect(asked).toHaveLength(5);
    const whileDown = asked.length;
    for (let step = 0; step < 24 * 12; step += 1) await pass(5 * minute);
    // A day of tries, a quarter of an hour apart.
    expect(asked.length - whileDown).toBeLessThan(110);
    expect(asked.length - whileDown).toBeGreaterThan(80);
    isDown = false;
    const before = asked.length;
    for (let step = 0; step < 60; step += 1) await pass(minute);
    const seen = new Set(asked.slice(before).flat());
    expect(seen.size).toBe(200);
    const dues = await Promise.all(numbersOf(200).map(dueIn));
    expect(Math.max(...dues) - Math.min(...dues)).toBeGreaterThan(hour);
  });

  it('for wrong credentials marks the connection, and nobody calls for a while', async () => {
    answer = () => {
      throw new Failure('misconfigured', 'fake.key_refused', 'the key is wrong');
    };
    await know(['A1']);
    await settle(true);
    expect(asked).toHaveLength(1);
    await bench.pass(5 * minute);
    await settle(true);
    expect(asked).toHaveLength(1);
  });
});

describe('an account with so many calls a day', () => {
  it('makes no more, keeps some for those who wait, and goes on at its carrier’s hour', async () => {
    numbersPerCallMax = 1;
    dailyLimit = { account: 'fake.day', calls: 40, resetHourUtc: 0 };
    const untilMidnight = 24 * hour - (bench.clock.now() % (24 * hour));
    await bench.pass(untilMidnight + hour);
    await know(numbersOf(100));
    for (let step = 0; step < 20; step += 1) await pass(step === 0 ? 0 : hour);
    expect(asked).toHaveLength(38);
    for (let step = 0; step < 12; step += 1) await pass(hour);
    expect(asked).toHaveLength(76);
  });
});

describe('a courier that cannot be asked', () => {
  const day = 24 * hour;
  const tell = async (number: string) => {
    const at = new Date(bench.clock.now()).toISOString();
    const facts = { name: nameOf(number), carrierName: 'fake', connectionId: connection.id, isPushOnly, at };
    const news = { events: [event('IN_TRANSIT', at, { source: 'push', receivedAt: at })], receivedAt: at };
    await hearParcels(bench.store, [{ name: nameOf(number), step: (known) => hearPushed(known, facts, news) }]);
  };

  it('is asked nothing, and its silence of three days is said once, until it tells something', async () => {
    isPushOnly = true;
    await tell('A1');
    for (let step = 0; step < 71; step += 1) await pass(hour);
    expect(await read('A1')).not.toHaveProperty('silent');
    await pass(2 * hour);
    expect(await read('A1')).toMatchObject({ silent: true, status: 'IN_TRANSIT', polling: { nextAt: null } });
    const { version } = await read('A1');
    await pass(day);
    expect(await read('A1')).toMatchObject({ version });
    await tell('A1');
    expect(await read('A1')).not.toHaveProperty('silent');
    expect(await dueIn('A1')).toBeCloseTo(3 * day, -3);
    expect(asked).toEqual([]);
  });

  it('whose settings were others when its parcels fell due is not asked about those either', async () => {
    await know(['A1']);
    isPushOnly = true;
    await settle();
    expect(asked).toEqual([]);
    expect(await read('A1')).toMatchObject({ isPushOnly: true });
    isPushOnly = false;
    for (let step = 0; step < 73; step += 1) await pass(hour);
    expect(asked.flat()).toContain('A1');
    expect(await read('A1')).not.toHaveProperty('isPushOnly');
  });
});
