import { describe, expect, test } from 'vitest';
import { aftership } from '../../src/connectors/carriers/aftership/index.ts';
import { australiaPost } from '../../src/connectors/carriers/australia-post/index.ts';
import { dhlUnified } from '../../src/connectors/carriers/dhl-unified/index.ts';
import { easypost } from '../../src/connectors/carriers/easypost/index.ts';
import { fedex } from '../../src/connectors/carriers/fedex/index.ts';
import { genericCarrier } from '../../src/connectors/carriers/generic-carrier/index.ts';
import type { CarrierConnection } from '../../src/connectors/carriers/port.ts';
import { shipengine } from '../../src/connectors/carriers/shipengine/index.ts';
import { shippo } from '../../src/connectors/carriers/shippo/index.ts';
import { ups } from '../../src/connectors/carriers/ups/index.ts';
import { usps } from '../../src/connectors/carriers/usps/index.ts';
import { resolveParcel } from '../../src/domain/parcel-state.ts';
import type { Step } from '../../src/sandbox/carriers/parcel-steps.ts';
import { australiaPostKeys } from '../../src/sandbox/carriers/polled-faces.ts';
import { demoCourier } from '../../src/cli/demo-courier.ts';
import { startCarriers, startMs, type CarriersHarness } from './carriers-harness.ts';

const client = { clientId: 'demo_client', clientSecret: 'demo_secret' };
const carriers = [
  'ups',
  'fedex',
  'usps',
  'dhl-unified',
  'australia-post',
  'easypost',
  'aftership',
  'shippo',
  'shipengine',
  'demo',
] as const;
type Carrier = (typeof carriers)[number];

function connect({ url, connect: open }: CarriersHarness, carrier: Carrier): CarrierConnection {
  const baseUrl = `${url}/carriers/${carrier}`;
  switch (carrier) {
    case 'ups':
      return open(ups, { ...client, baseUrl }).carrier;
    case 'fedex':
      return open(fedex, { ...client, baseUrl }).carrier;
    case 'usps':
      return open(usps, { ...client, baseUrl }).carrier;
    case 'dhl-unified':
      return open(dhlUnified, { apiKey: 'demo_key', baseUrl }).carrier;
    case 'australia-post':
      return open(australiaPost, { ...australiaPostKeys, baseUrl }).carrier;
    case 'aftership':
      return open(aftership, { apiKey: 'demo_key', baseUrl }).carrier;
    case 'shippo':
      return open(shippo, { apiKey: 'demo_key', carrier: 'usps', baseUrl }).carrier;
    case 'easypost':
      return open(easypost, { apiKey: 'demo_key', baseUrl }).carrier;
    case 'shipengine':
      return open(shipengine, { apiKey: 'demo_key', carrier: 'usps', baseUrl }).carrier;
    case 'demo':
      return open(genericCarrier, demoCourier(url, 'demo-courier-hooks')).carrier;
  }
}
/** Where its own limit is one call in five seconds, a test that is about something else has another. */
const loosen = (harness: CarriersHarness, carrier: Carrier) =>
  harness.control('PATCH', `/limits/${carrier}`, { calls: 100, perMs: 1_000 });
const track = async (connection: CarrierConnection, ...numbers: string[]) =>
  connection.track?.(numbers.map((number) => ({ number }))) ?? expect.unreachable();
const statusOf = async (connection: CarrierConnection, number: string) => {
  const [result] = await track(connection, number);
  return result?.outcome === 'found' ? resolveParcel(result.report.events) : result?.outcome;
};

/** What each step comes to; those that a carrier has another word for stand apart. */
const meanings: Readonly<Record<Step, string>> = {
  announced: 'PRE_TRANSIT',
  collected: 'PICKED_UP',
  moving: 'IN_TRANSIT',
  delayed: 'IN_TRANSIT',
  outForDelivery: 'OUT_FOR_DELIVERY',
  attempted: 'DELIVERY_ATTEMPTED',
  held: 'AVAILABLE_FOR_PICKUP',
  delivered: 'DELIVERED',
  returning: 'RETURN_IN_PROGRESS',
  exception: 'EXCEPTION',
  canceled: 'CANCELLED',
};
const others: Readonly<Partial<Record<Carrier, Partial<Record<Step, string>>>>> = {
  // Its exceptions say no more than that they are some; an update of the day says nothing of where it is.
  ups: { attempted: 'EXCEPTION', held: 'EXCEPTION', delayed: 'UNKNOWN' },
  usps: { canceled: 'EXCEPTION' },
  // Five codes for everything.
  'dhl-unified': { collected: 'IN_TRANSIT', outForDelivery: 'IN_TRANSIT', attempted: 'EXCEPTION', held: 'IN_TRANSIT', returning: 'EXCEPTION', canceled: 'EXCEPTION' }, // prettier-ignore
  // What stands over an article says more than its events, or less.
  'australia-post': { collected: 'IN_TRANSIT', returning: 'EXCEPTION' },
  easypost: { collected: 'IN_TRANSIT', attempted: 'EXCEPTION' },
  aftership: { delayed: 'EXCEPTION', canceled: 'EXCEPTION' },
  shippo: { canceled: 'EXCEPTION' },
  shipengine: { delayed: 'EXCEPTION', returning: 'EXCEPTION', canceled: 'EXCEPTION' },
};

describe.each(carriers)('the sandbox’s %s, asked by our connector', (carrier) => {
  test.each(Object.keys(meanings) as Step[])('says that a parcel is %s', async (step) => {
    const harness = await startCarriers();
    await harness.move(carrier, 'N1', step);
    const state = await statusOf(connect(harness, carrier), 'n1');
    expect(state).toMatchObject({ status: others[carrier]?.[step] ?? meanings[step] });
    if (step !== 'delayed') expect(state).toMatchObject({ newest: { at: '2026-07-26T12:00:00.000Z' } });
  });

  test('tells events in the order in which they happened, however late they come', async () => {
    const harness = await startCarriers();
    await harness.move(carrier, 'N1', 'delivered');
    await harness.move(carrier, 'N1', 'outForDelivery', { atMs: startMs - 3_600_000 });
    expect(await statusOf(connect(harness, carrier), 'N1')).toMatchObject({ status: 'DELIVERED' });
  });

  test('answers the check of our connector', async () => {
    const harness = await startCarriers();
    await expect(connect(harness, carrier).test()).resolves.toMatchObject({ account: expect.any(String) });
  });

  test('refuses what is over its limit, and our connector waits', async () => {
    const harness = await startCarriers();
    // USPS counts the call for a token, too.
    await harness.control('PATCH', `/limits/${carrier}`, { calls: carrier === 'usps' ? 2 : 1, perMs: 60_000 });
    const connection = connect(harness, carrier);
    await harness.move(carrier, 'N1', 'moving');
    await statusOf(connection, 'N1');
    await expect(track(connection, 'N1')).rejects.toMatchObject({ kind: 'throttled', code: /\.throttled$/ });
    expect(harness.sandbox.books.report().violations).toHaveLength(1);
  });

  test('misbehaves when it is told to', async () => {
    const harness = await startCarriers();
    await loosen(harness, carrier);
    const connection = connect(harness, carrier);
    await harness.move(carrier, 'N1', 'moving');
    await statusOf(connection, 'N1');
    harness.sandbox.faults.add({ match: { partner: carrier }, times: 1, fault: { kind: 'garbage' } });
    await expect(track(connection, 'N1')).rejects.toMatchObject({ kind: 'transient', code: /\.unreadable_reply$/ });
    harness.sandbox.faults.add({ match: { partner: carrier }, times: 1, fault: { kind: 'status', status: 503 } });
    await expect(track(connection, 'N1')).rejects.toMatchObject({ kind: 'transient', code: /\.unavailable$/ });
    expect(await statusOf(connection, 'N1')).toMatchObject({ status: 'IN_TRANSIT' });
  });
});

describe('credentials of the sandbox’s carriers', () => {
  test('are refused where they are wrong', async () => {
    const { url, connect: open } = await startCarriers();
    for (const { carrier } of [
      open(ups, { ...client, clientSecret: 'wrong', baseUrl: `${url}/carriers/ups` }),
      open(fedex, { ...client, clientSecret: 'wrong', baseUrl: `${url}/carriers/fedex` }),
      open(easypost, { apiKey: 'wrong', baseUrl: `${url}/carriers/easypost` }),
      open(shipengine, { apiKey: 'wrong', baseUrl: `${url}/carriers/shipengine` }),
      open(usps, { ...client, clientSecret: 'wrong', baseUrl: `${url}/carriers/usps` }),
      open(dhlUnified, { apiKey: 'wrong', baseUrl: `${url}/carriers/dhl-unified` }),
      open(australiaPost, { ...australiaPostKeys, password: 'wrong', baseUrl: `${url}/carriers/australia-post` }),
      open(aftership, { apiKey: 'wrong', baseUrl: `${url}/carriers/aftership` }),
      open(shippo, { apiKey: 'wrong', baseUrl: `${url}/carriers/shippo` }),
    ]) {
      await expect(carrier.test()).rejects.toMatchObject({ kind: 'misconfigured' });
    }
  });

  test.each(['ups', 'fedex', 'usps'] as const)(
    'a token of %s that has ended is replaced by our connector',
    async (carrier) => {
      const harness = await startCarriers();
      const connection = connect(harness, carrier);
      await harness.move(carrier, 'N1', 'moving');
      await statusOf(connection, 'N1');
      await harness.control('POST', '/tokens/expire');
      expect(await statusOf(connection, 'N1')).toMatchObject({ status: 'IN_TRANSIT' });
      expect(await harness.control('GET', '/tokens')).toMatchObject({ [carrier]: 2 });
    },
  );
});

describe('several numbers at once', () => {
  test('are answered by FedEx, those that it does not know too, and never more than thirty', async () => {
    const harness = await startCarriers();
    await harness.move('fedex', 'N1', 'moving');
    const connection = connect(harness, 'fedex');
    expect((await track(connection, 'N0', 'N1')).map(({ outcome }) => outcome)).toEqual(['notFound', 'found']);
    const many = Array.from({ length: 31 }, (_, at) => `N${at}`);
    await expect(track(connection, ...many)).rejects.toMatchObject({ kind: 'rejected' });
  });

  test('are answered by Australia Post, those that it does not know too, and never more than ten', async () => {
    const harness = await startCarriers();
    await harness.move('australia-post', 'N1', 'moving');
    const connection = connect(harness, 'australia-post');
    expect((await track(connection, 'N0', 'N1')).map(({ outcome }) => outcome)).toEqual(['notFound', 'found']);
    const many = Array.from({ length: 11 }, (_, at) => `N${at}`);
    await expect(track(connection, ...many)).rejects.toMatchObject({ kind: 'rejected' });
  });

  test('are registered at AfterShip once, and listed from then on', async () => {
    const harness = await startCarriers();
    const connection = connect(harness, 'aftership');
    expect((await track(connection, 'N1', 'N2')).map(({ outcome }) => outcome)).toEqual(['notFound', 'notFound']);
    await harness.move('aftership', 'N2', 'delivered');
    expect((await track(connection, 'N1', 'N2')).map(({ outcome }) => outcome)).toEqual(['notFound', 'found']);
    const posts = harness.sandbox.books.report().requests.filter(({ method }) => method === 'POST');
    expect(posts).toHaveLength(2);
  });

  test('are too many for DHL’s day after 250', async () => {
    const harness = await startCarriers();
    await loosen(harness, 'dhl-unified');
    await harness.control('PATCH', '/limits/dhl-unified', { perDay: 1 });
    const connection = connect(harness, 'dhl-unified');
    expect(await track(connection, 'N0')).toEqual([{ outcome: 'notFound' }]);
    await expect(track(connection, 'N0')).rejects.toMatchObject({ kind: 'throttled' });
  });

  test('spend one call of FedEx’s day, and a day that is spent says so until it is over', async () => {
    const harness = await startCarriers();
    await harness.control('PATCH', '/limits/fedex', { perDay: 1 });
    const connection = connect(harness, 'fedex');
    await track(connection, 'N0', 'N1');
    expect(await harness.control('GET', '/limits/fedex')).toMatchObject({ perDay: 1, today: 1 });
    await expect(track(connection, 'N0')).rejects.toMatchObject({ kind: 'throttled' });
    harness.clock.advance(12 * 3_600_000);
    await harness.control('POST', '/tokens/expire');
    expect(await track(connection, 'N0')).toMatchObject([{ outcome: 'notFound' }]);
  });
});

describe('the demo’s courier', () => {
  test('knows what it is asked about, and brings it to its door', async () => {
    const harness = await startCarriers();
    const connection = connect(harness, 'demo');
    await track(connection, 'PK1');
    await expect.poll(() => statusOf(connection, 'PK1')).toMatchObject({ status: 'DELIVERED' });
    expect(await track(connection, 'PK-LOST')).toEqual([{ outcome: 'notFound' }]);
  });
});
