import { beforeEach, describe, expect, it } from 'vitest';
import type {
  CarrierConnection,
  CarrierConnector,
  SubscribeResult,
  TrackedParcel,
} from '../../src/connectors/carriers/port.ts';
import { shipengine } from '../../src/connectors/carriers/shipengine/index.ts';
import { Failure } from '../../src/domain/failure.ts';
import { followParcel, hearPushed } from '../../src/domain/parcel-step.ts';
import { readEveryMs } from '../../src/domain/hook-keys.ts';
import type { OpenCarrier } from '../../src/fulfilment/deps.ts';
import { connectionWork } from '../../src/queues/connection-work.ts';
import { hearParcels } from '../../src/queues/hear-parcels.ts';
import { createConnection, readConnection, readHealth, type Connection } from '../../src/store/connections.ts';
import { readHookKeys } from '../../src/store/hook-keys.ts';
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
const day = 24 * hour;

let bench: Workbench;
let connection: Connection;
/** What the carrier was asked about, and what it was asked to tell of, call by call. */
let asked: string[][];
let told: string[][];
let answer: (number: string) => SubscribeResult;
let areWanted: boolean;
let published: () => readonly { kid: string; n: string; e: string }[];
let lists: number;

beforeEach(async () => {
  bench = await openWorkbench(client);
  [asked, told, areWanted, lists] = [[], [], true, 0];
  answer = () => ({ outcome: 'subscribed', until: new Date(bench.clock.now() + 14 * day).toISOString() });
  published = () => [];
  const facts = { connector: 'shipengine', kind: 'carrier', name: 'Fake', routing: [], settings: {} } as const;
  connection = await createConnection(bench.store, merchantId, facts);
  await configureLane(bench.store, lane, { calls: 1_000, perMs: 1_000, inflightMax: 1_000 });
  await bench.push(...connectionWork(connection));
});

const carrier: CarrierConnection = {
  track: async (parcels) => {
    asked.push(parcels.map(({ number }) => number));
    return parcels.map(() => ({ outcome: 'notFound' }));
  },
  subscribe: async (parcels: readonly TrackedParcel[]) => {
    told.push(parcels.map(({ number }) => number));
    return parcels.map(({ number }) => answer(number));
  },
  readWebhookKeys: async () => {
    lists += 1;
    return published();
  },
  test: () => Promise.resolve({ account: 'fake' }),
};
const openCarrier = async (): Promise<OpenCarrier> => ({
  record: present(await readConnection(bench.store, merchantId, connection.id)),
  connector: {
    ...(shipengine as CarrierConnector),
    numbersPerCallMax: 1,
    subscriptions: { numbersPerCall: 20, areWanted: () => areWanted },
  },
  connection: carrier,
  settings: {},
  laneOf: () => lane,
});

const nameOf = (number: string) => ({ merchantId, carrier: 'fake', number });
const numbersOf = (count: number): string[] =>
  Array.from({ length: count }, (_, at) => `N${String(at).padStart(4, '0')}`);
async function know(numbers: readonly string[]): Promise<void> {
  const at = new Date(bench.clock.now()).toISOString();
  await hearParcels(
    bench.store,
    numbers.map((number) => {
      const name = nameOf(number);
      const facts = { name, carrierName: 'fake', connectionId: connection.id, at };
      return { name, step: (known) => followParcel(known, facts, null, at) };
    }),
  );
}
const read = async (number: string) => present(await readParcel(bench.store, nameOf(number))).parcel;

/** Does what is due, and what follows from it within the same moment. */
async function settle(): Promise<void> {
  for (let empty = 0; empty < 2;) {
    const entries = await bench.take();
    empty = entries.length === 0 ? empty + 1 : 0;
    bench.clock.advance(25);
    for (const entry of entries) {
      await bench.run(entry, (context) => ({ ...context, deps: { ...context.deps, openCarrier } }));
    }
  }
}
async function pass(ms: number): Promise<void> {
  await bench.pass(ms);
  await settle();
}

/** As long as it takes until a parcel is polled, and those that were are asked for. */
async function soon(): Promise<void> {
  for (let step = 0; step < 3; step += 1) await pass(6_000);
}

describe('a carrier that tells of the numbers it was asked to tell of', () => {
  it('is asked after the first poll, for as many in a call as it takes, and once', async () => {
    await know(numbersOf(50));
    await soon();
    expect(told.map(({ length }) => length)).toEqual([20, 20, 10]);
    expect(new Set(told.flat()).size).toBe(50);
    expect(await read('N0007')).toMatchObject({ subscription: { connectionId: connection.id, state: 'on' } });
    for (let step = 0; step < 3; step += 1) await pass(hour);
    expect(told.flat()).toHaveLength(50);
  });

  it('is asked anew before what it was asked for ends, and not after the parcel has arrived', async () => {
    await know(['A1', 'A2']);
    await soon();
    expect(told.flat().sort()).toEqual(['A1', 'A2']);
    const at = new Date(bench.clock.now()).toISOString();
    const facts = { name: nameOf('A2'), carrierName: 'fake', connectionId: connection.id, at };
    const news = { events: [event('DELIVERED', at, { receivedAt: at })], receivedAt: at };
    await hearParcels(bench.store, [{ name: nameOf('A2'), step: (known) => hearPushed(known, facts, news) }]);
    for (let step = 0; step < 13 * 4; step += 1) await pass(6 * hour);
    await soon();
    expect(told.flat().filter((number) => number === 'A1')).toHaveLength(2);
    expect(told.flat().filter((number) => number === 'A2')).toHaveLength(1);
  });

  it('refuses a number alone: it is polled as ever, and asked about again after a week', async () => {
    answer = (number) =>
      number === 'A1' ? { outcome: 'refused', code: 'fake.refused' } : { outcome: 'subscribed', until: null };
    await know(['A1', 'A2']);
    await soon();
    expect((await read('A1')).subscription).toMatchObject({ state: 'refused' });
    expect((await read('A2')).subscription).toEqual({ connectionId: connection.id, state: 'on', renewAt: null });
    const before = asked.flat().filter((number) => number === 'A1').length;
    for (let step = 0; step < 8 * 4; step += 1) await pass(6 * hour);
    await soon();
    expect(asked.flat().filter((number) => number === 'A1').length).toBeGreaterThan(before + 5);
    expect(told.flat().filter((number) => number === 'A1')).toHaveLength(2);
    expect(told.flat().filter((number) => number === 'A2')).toHaveLength(1);
  });

  it.each([
    ['is down', new Failure('transient', 'fake.unavailable', 'down'), 2 * hour],
    ['forbids it', new Failure('misconfigured', 'fake.forbidden', 'no such product'), 8 * hour],
  ] as const)('is left alone where it %s, asked later, and no parcel is lost by it', async (_, failure, restMs) => {
    answer = () => {
      throw failure;
    };
    await know(['A1', 'A2']);
    await soon();
    for (let step = 0; step < 6; step += 1) await pass(minute);
    await know(['A3']);
    for (let step = 0; step < 6; step += 1) await pass(minute);
    expect(told).toHaveLength(1);
    expect(asked.flat()).toContain('A3');
    // It is no fault of the account, whose polls are answered.
    expect((await readHealth(bench.store, connection.id)).lastFailureAt).toBeNull();
    answer = () => ({ outcome: 'subscribed', until: null });
    for (let passed = 0; passed < restMs + 12 * hour; passed += hour) await pass(hour);
    await soon();
    for (const number of ['A1', 'A2', 'A3']) expect((await read(number)).subscription?.state).toBe('on');
  });

  it('is not asked where its hooks would not be believed', async () => {
    areWanted = false;
    await know(['A1']);
    await soon();
    expect(told).toEqual([]);
    areWanted = true;
    for (let step = 0; step < 3; step += 1) await pass(hour);
    await soon();
    expect(told).toEqual([['A1']]);
  });
});

describe('a carrier that publishes the keys of its hooks', () => {
  const key = (kid: string) => ({ kid, n: 'AQAB', e: 'AQAB' });
  const kids = async () => (await readHookKeys(bench.store, connection.id)).keys.map(({ kid }) => kid);

  it('has its list read with the rounds of polls, a few times a day', async () => {
    published = () => [key('one')];
    await settle();
    expect(await kids()).toEqual(['one']);
    for (let step = 0; step < 5; step += 1) await pass(hour);
    expect(lists).toBe(1);
    for (let step = 0; step < 2; step += 1) await pass(hour);
    expect(lists).toBe(2);
  });

  it('is believed in the key before for a day, though the list has another one or cannot be read', async () => {
    published = () => [key('one')];
    await settle();
    published = () => [key('two')];
    await pass(readEveryMs + minute);
    expect(await kids()).toEqual(['two', 'one']);
    published = () => {
      throw new Failure('transient', 'fake.unavailable', 'down');
    };
    await pass(readEveryMs + minute);
    expect(await kids()).toEqual(['two', 'one']);
    published = () => [key('two')];
    for (let step = 0; step < 4; step += 1) await pass(readEveryMs + minute);
    expect(await kids()).toEqual(['two']);
  });
});
