import { beforeEach, describe, expect, it } from 'vitest';
import { nash } from '../../src/connectors/fulfilment/nash/index.ts';
import type { DeliveryTold, DeliveryToTell } from '../../src/connectors/fulfilment/port.ts';
import { Failure } from '../../src/domain/failure.ts';
import type { TrackingStatus } from '../../src/domain/tracking-status.ts';
import type { OpenFulfilment } from '../../src/fulfilment/deps.ts';
import { fleetWork } from '../../src/fulfilment/fleet-work.ts';
import { deliveryWork } from '../../src/queues/delivery-attempt.ts';
import { changeOrder } from '../../src/store/change-order.ts';
import { commit } from '../../src/store/commit.ts';
import { newId } from '../../src/store/deps.ts';
import { configureLane } from '../../src/store/lanes.ts';
import { requireOrder } from '../../src/store/orders.ts';
import { acceptSample } from '../store/accept-sample.ts';
import { testRedis } from '../support/redis.ts';
import { openWorkbench, type Workbench } from './workbench.ts';

const { client } = await testRedis();
const lane = 'fake.account.default';

let bench: Workbench;
let connectionId: string;
/** What was told, call by call. */
let calls: DeliveryToTell[][];
let answer: (delivery: DeliveryToTell) => DeliveryTold | Promise<DeliveryTold>;
let tellsFleet: boolean;

beforeEach(async () => {
  bench = await openWorkbench(client);
  connectionId = newId('connection', bench.clock);
  calls = [];
  tellsFleet = true;
  answer = () => ({ told: true });
  await configureLane(bench.store, lane, { calls: 1_000, perMs: 1_000, inflightMax: 1_000 });
});

const tellDeliveries = (deliveries: readonly DeliveryToTell[]): Promise<DeliveryTold[]> => {
  calls.push([...deliveries]);
  return Promise.all(deliveries.map(async (delivery) => answer(delivery)));
};
const openFulfilment = (): Promise<OpenFulfilment> =>
  Promise.resolve({
    record: { id: connectionId } as never,
    connector: nash,
    connection: {
      test: () => Promise.resolve({ account: 'fake' }),
      find: () => Promise.resolve(null),
      ...(tellsFleet ? { tellDeliveries } : {}),
    },
    settings: {},
    laneOf: () => lane,
  });

const refusal = (code: string, kind: 'rejected' | 'transient' = 'rejected'): DeliveryTold => ({
  told: false,
  failure: new Failure(kind, code, 'no'),
});

/** The order's parcel is there now, as its carrier told. */
async function move(orderId: string, status: TrackingStatus): Promise<void> {
  const options = { commit: (plan: Parameters<typeof commit>[1]) => commit(bench.store, plan), work: deliveryWork };
  await changeOrder(bench.store, orderId, options, ({ order }) => {
    const at = order.createdAt;
    const parcel = { carrier: 'own', trackingNumber: order.externalId.toUpperCase(), status, version: order.version };
    const fulfilment = { connectionId, connector: 'nash', externalRef: order.externalId, submittedContentVersion: 1, dispatchedAt: at, ...order.fulfilment }; // prettier-ignore
    const tracking = { carrier: 'own', trackingNumber: parcel.trackingNumber, version: 1, toldVersion: 0, parcels: [parcel] }; // prettier-ignore
    const next = { ...order, fulfilment, tracking, version: order.version + 1 };
    return { order: { ...next, version: order.version }, ...fleetWork(bench.deps, bench.store, next) };
  });
}
const accept = async (count: number): Promise<string[]> => {
  const made = Array.from({ length: count }, (_, at) => acceptSample(bench.store, `o-${at}`));
  return (await Promise.all(made)).map(({ id }) => id);
};
async function settle(failing = false): Promise<void> {
  for (let empty = 0; empty < 3;) {
    bench.clock.advance(1_000);
    const entries = (await bench.take()).filter(({ job }) => job === 'fleet-update');
    empty = entries.length === 0 ? empty + 1 : 0;
    for (const entry of entries) {
      const run = bench.run(entry, (context) => ({ ...context, deps: { ...context.deps, openFulfilment } }));
      if (failing) await run.catch(() => undefined);
      else await run;
    }
  }
}
const told = () => calls.flat().map(({ externalRef, word }) => `${externalRef} ${word}`);
const read = async (id: string) => (await requireOrder(bench.store, id)).order;
const owed = () => client.zcard(bench.store.keys.fleetOwed(connectionId));

describe('a fulfilment system whose deliveries the merchant’s own fleet makes', () => {
  it('is told of those that move together in calls of a hundred, each once', async () => {
    const ids = await accept(103);
    await Promise.all(ids.map((id) => move(id, 'PICKED_UP')));
    await settle();
    expect(calls.map(({ length }) => length)).toEqual([100, 3]);
    expect(new Set(told()).size).toBe(103);
    expect(await owed()).toBe(0);
    await settle();
    expect(calls).toHaveLength(2);
  });

  it('hears the newest state of what moved while it waited, and nothing of news that came late', async () => {
    const [id = ''] = await accept(1);
    await move(id, 'PICKED_UP');
    await move(id, 'OUT_FOR_DELIVERY');
    await settle();
    // A scan that was told again after a newer one, and a state that has the same word.
    await move(id, 'PICKED_UP');
    await move(id, 'IN_TRANSIT');
    await move(id, 'DELIVERY_ATTEMPTED');
    await settle();
    await move(id, 'DELIVERED');
    await move(id, 'RETURN_IN_PROGRESS');
    await settle();
    expect(told()).toEqual(['o-0 dropoff_enroute', 'o-0 return_in_progress']);
    await move(id, 'RETURNED');
    await settle();
    await move(id, 'DELIVERED');
    await settle();
    expect(told().at(-1)).toBe('o-0 returned_to_store');
    expect(calls).toHaveLength(3);
  });

  it('that refuses one delivery has heard of the others; the order of the one says so, and its next step is told', async () => {
    const [one = '', bad = '', two = ''] = await accept(3);
    answer = ({ externalRef }) => (externalRef === 'o-1' ? refusal('nash.missing') : { told: true });
    for (const id of [one, bad, two]) await move(id, 'PICKED_UP');
    await settle();
    expect(calls).toHaveLength(1);
    expect((await read(bad)).problems).toMatchObject([{ code: 'fulfilment.fleet_refused', source: 'nash' }]);
    expect((await read(one)).problems).toEqual([]);
    expect(await owed()).toBe(0);
    answer = () => ({ told: true });
    await move(bad, 'DELIVERED');
    await settle();
    expect(told().at(-1)).toBe('o-1 dropoff_complete');
    expect((await read(bad)).fulfilment?.fleet).toEqual({ word: 'dropoff_complete', rank: 9 });
  });

  it('that cannot hear of one for the moment is told of it alone a minute later, as it is by then', async () => {
    const ids = await accept(3);
    answer = ({ externalRef }) => (externalRef === 'o-1' ? refusal('nash.locked', 'transient') : { told: true });
    for (const id of ids) await move(id, 'PICKED_UP');
    await settle();
    expect(calls.map(({ length }) => length)).toEqual([3]);
    answer = () => ({ told: true });
    await move(ids[1] ?? '', 'IN_TRANSIT');
    await settle();
    await bench.pass(60_000);
    await settle();
    expect(told().slice(3)).toEqual(['o-1 dropoff_enroute']);
  });

  it('that never can is left alone after ten tries, and the order says so', async () => {
    const [id = ''] = await accept(1);
    answer = () => refusal('nash.locked', 'transient');
    await move(id, 'PICKED_UP');
    for (let step = 0; step < 14; step += 1) {
      await settle();
      await bench.pass(60_000);
    }
    expect(calls).toHaveLength(10);
    expect((await read(id)).problems).toMatchObject([{ code: 'fulfilment.fleet_refused' }]);
  });

  it('is told of what moved during the call when that is over, and never of the older state after the newer', async () => {
    const [id = ''] = await accept(1);
    answer = async ({ word }) => {
      if (word !== 'pickup_complete') return { told: true };
      await move(id, 'DELIVERED');
      // Whoever is on the way with the newer news finds it being told.
      for (const entry of (await bench.take()).filter(({ job }) => job === 'fleet-update')) {
        await bench.run(entry, (context) => ({ ...context, deps: { ...context.deps, openFulfilment } }));
      }
      expect(calls).toHaveLength(1);
      return { told: true };
    };
    await move(id, 'PICKED_UP');
    await settle();
    expect(told()).toEqual(['o-0 pickup_complete', 'o-0 dropoff_complete']);
  });

  it('that is away is told when it is back', async () => {
    const ids = await accept(2);
    answer = () => {
      throw new Failure('transient', 'nash.unavailable', 'down');
    };
    for (const id of ids) await move(id, 'PICKED_UP');
    await settle(true);
    expect(await owed()).toBe(2);
    calls = [];
    answer = () => ({ told: true });
    await move(ids[0] ?? '', 'IN_TRANSIT');
    await settle();
    expect(told().toSorted()).toEqual(['o-0 dropoff_enroute', 'o-1 pickup_complete']);
  });

  it('is told nothing where the connection does not say that there is a fleet', async () => {
    tellsFleet = false;
    const [id = ''] = await accept(1);
    await move(id, 'PICKED_UP');
    await settle();
    expect(calls).toEqual([]);
    expect(await owed()).toBe(0);
  });
});
