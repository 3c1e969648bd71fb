import { beforeEach, describe, expect, it } from 'vitest';
import { followParcel, hearPushed } from '../../src/domain/parcel-step.ts';
import { hearParcels } from '../../src/queues/hear-parcels.ts';
import { noteCarrierFailure, readCircuit } from '../../src/store/circuits.ts';
import { readDailyCalls, takeDailyCall } from '../../src/store/daily-calls.ts';
import type { StoreDeps } from '../../src/store/deps.ts';
import { readDueParcels } from '../../src/store/due-parcels.ts';
import { countEntries } from '../../src/store/entries.ts';
import { changeParcels, readParcel, readParcelsOfNumber } from '../../src/store/parcels.ts';
import { event } from '../domain/carrier-event-fixture.ts';
import { createFakeClock, type FakeClock } from '../support/fake-clock.ts';
import { testRedis } from '../support/redis.ts';
import { createTestStore } from '../support/test-store.ts';
import { sampleMerchantId as merchantId } from './accept-sample.ts';

const { client } = await testRedis();
let clock: FakeClock;
let store: StoreDeps;
beforeEach(async () => {
  await client.flushdb();
  clock = createFakeClock(Date.parse('2026-07-14T00:00:00Z'));
  store = await createTestStore(client, clock);
});

const nameOf = (number: string, carrier = 'ups') => ({ merchantId, carrier, number });
const now = () => new Date(clock.now()).toISOString();
const told = (number: string, minute: number, connectionId?: string, carrier = 'ups') => {
  const name = nameOf(number, carrier);
  const events = [event('IN_TRANSIT', `2026-07-13T10:${String(minute).padStart(2, '0')}:00Z`, { receivedAt: now() })];
  return {
    name,
    step: (known: Parameters<typeof hearPushed>[0]) =>
      hearPushed(known, { name, carrierName: 'UPS', connectionId, at: now() }, { events, receivedAt: now() }),
  };
};

describe('parcels', () => {
  it('lose no event when many are told of one at the same time', async () => {
    await Promise.all(Array.from({ length: 20 }, (_, minute) => hearParcels(store, [told('A1', minute)])));
    const found = await readParcel(store, nameOf('A1'));
    expect(found?.history).toHaveLength(20);
    expect(found?.parcel.version).toBe(20);
    // One of them told that somebody has to tell of it; the others found that somebody will.
    expect(await countEntries(store)).toMatchObject({ waiting: 1 });
  });

  it('are changed by the thousand, each guarded by itself', async () => {
    const all = Array.from({ length: 1_000 }, (_, at) => told(`A${at}`, 0, 'con_a'));
    await Promise.all([hearParcels(store, all), hearParcels(store, [told('A500', 1), told('A501', 1)])]);
    expect((await readParcel(store, nameOf('A500')))?.history).toHaveLength(2);
    expect((await readParcel(store, nameOf('A999')))?.history).toHaveLength(1);
    const { members } = await readDueParcels(store, 'con_a', { untilMs: Infinity, limit: 2_000 });
    expect(members).toHaveLength(1_000);
  });

  it('of one number at two carriers are two, and both are found by it', async () => {
    await hearParcels(store, [told('A1', 0), told('A1', 0, undefined, 'dhl')]);
    const found = await readParcelsOfNumber(store, merchantId, 'A1');
    expect(found.map(({ carrier }) => carrier).sort()).toEqual(['dhl', 'ups']);
  });

  it('are due at one connection alone', async () => {
    await hearParcels(store, [told('A1', 0, 'con_a')]);
    await hearParcels(store, [told('A1', 1, 'con_b')]);
    const dueAt = async (id: string) => (await readDueParcels(store, id, { untilMs: Infinity, limit: 9 })).members;
    expect([await dueAt('con_a'), await dueAt('con_b')]).toEqual([[], ['ups/A1']]);
  });

  it('that nobody asks about any more are due no more', async () => {
    const name = nameOf('A1');
    const facts = { name, carrierName: 'UPS', connectionId: 'con_a', at: now() };
    await hearParcels(store, [{ name, step: (known) => followParcel(known, facts, null, now()) }]);
    expect(await client.zcard(store.keys.dueParcels('con_a'))).toBe(1);
    await changeParcels(store, [
      { name, change: (known) => known && { ...known, parcel: { ...known.parcel, polling: { ...known.parcel.polling, nextAt: null } } } }, // prettier-ignore
    ]);
    expect(await client.zcard(store.keys.dueParcels('con_a'))).toBe(0);
  });

  it('take 300 bytes of a schedule at the most', async () => {
    const key = store.keys.dueParcels('con_a');
    const members = Array.from({ length: 10_000 }, (_, at) => [clock.now() + at, `australia-post/33ABC${1e12 + at}`]);
    await client.zadd(key, ...members.flat());
    const bytes = Number(await client.memory('USAGE', key, 'SAMPLES', 0));
    expect(bytes / members.length).toBeLessThan(300);
  });

  it('are refused by a Redis that is not the one we know', async () => {
    await client.flushdb();
    await expect(hearParcels(store, [told('A1', 0)])).rejects.toMatchObject({ code: 'redis.generation' });
  });
});

describe('the calls of a day', () => {
  const limit = { account: 'dhl.abc', calls: 20, resetHourUtc: 6 };
  const take = async (spendsReserve = false) => (await takeDailyCall(store, limit, { spendsReserve })).taken;

  it('are never more than the account has, however many ask at once; some are kept for those who wait', async () => {
    const taken = await Promise.all(Array.from({ length: 50 }, () => take()));
    expect(taken.filter(Boolean)).toHaveLength(19);
    expect(await readDailyCalls(store, limit)).toEqual({ left: 0, resetMs: Date.parse('2026-07-14T06:00:00Z') });
    expect([await take(true), await take(true)]).toEqual([true, false]);
  });

  it('begin anew at the carrier’s hour', async () => {
    for (let call = 0; call < 19; call += 1) await take();
    clock.advance(6 * 3_600_000 - 1);
    expect(await take()).toBe(false);
    clock.advance(1);
    expect(await take()).toBe(true);
  });
});

describe('a carrier that fails', () => {
  it('is left alone after five failures in a row, for longer each time', async () => {
    const fail = () => noteCarrierFailure(store, 'con_a', { isLasting: false });
    for (let failure = 0; failure < 4; failure += 1) expect(await fail()).toBeNull();
    expect(await readCircuit(store, 'con_a')).toEqual({ state: 'closed' });
    const untilMs = (await fail()) ?? 0;
    expect(await readCircuit(store, 'con_a')).toEqual({ state: 'open', untilMs });
    clock.advance(untilMs - clock.now());
    expect(await readCircuit(store, 'con_a')).toEqual({ state: 'halfOpen' });
    const restMs = ((await fail()) ?? 0) - clock.now();
    expect(restMs).toBeGreaterThan(90_000);
    for (let failure = 0; failure < 20; failure += 1) await fail();
    expect(((await fail()) ?? 0) - clock.now()).toBeLessThanOrEqual(15 * 60_000 * 1.15);
  });
});
