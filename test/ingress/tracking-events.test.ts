import { beforeEach, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { plainSettings } from '../connectors/carriers/generic-carrier/courier-settings.ts';
import { adminKey, startIngress } from '../support/ingress.ts';
import { testRedis } from '../support/redis.ts';
import { whereIs } from '../store/everything-in-redis.ts';

const redis = await testRedis();
const ingress = await startIngress(redis.url, { settings: { ratePerSecond: 1_000, rateBurst: 10_000 } });
const { request } = ingress;

const VerdictsSchema = z.object({ data: z.array(z.looseObject({ verdict: z.string() })) });
const TrackingSchema = z.looseObject({ status: z.string(), events: z.array(z.looseObject({ status: z.string() })) });

let key = '';
let merchantId = '';
beforeEach(async () => {
  ({ key, merchantId } = await ingress.tenant(['carrier', 'read']));
});

const event = (status: string, occurredAt: string, more: Record<string, unknown> = {}) => ({
  carrier: 'Demo',
  trackingNumber: 'PK 1',
  status,
  occurredAt,
  ...more,
});
const push = async (json: unknown, by = key) => {
  const reply = await request('POST', '/v1/tracking-events', { key: by, json });
  return { status: reply.status, verdicts: VerdictsSchema.safeParse(reply.body).data?.data ?? [], body: reply.body };
};
const read = async (path = 'demo/PK1') => {
  const reply = await request('GET', `/v1/tracking/${path}`, { key });
  expect(reply.status).toBe(200);
  return TrackingSchema.parse(reply.body);
};
const carrierKey = async (carrier: string): Promise<string> => {
  const json = { name: 'a carrier', scopes: ['carrier'], carrier };
  const made = await request('POST', `/v1/merchants/${merchantId}/api-keys`, { key: adminKey, json });
  expect(made.body).toMatchObject({ carrier });
  return z.looseObject({ key: z.string() }).parse(made.body).key;
};

describe('events that a carrier tells', () => {
  it('are merged in the order in which they happened, whatever the order in which they come', async () => {
    const told = [
      event('DELIVERED', '2026-01-14T15:00:00Z', {
        description: 'Left with a neighbour',
        location: { city: 'Recife' },
      }),
      event('PICKED_UP', '2026-01-13T09:00:00-03:00'),
      event('IN_TRANSIT', '2026-01-14T18:00:00Z'),
    ];
    for (const one of told) expect((await push(one)).verdicts).toEqual([{ index: 0, verdict: 'accepted' }]);
    const shown = await read();
    expect(shown).toMatchObject({ status: 'DELIVERED', carrier: 'demo', trackingNumber: 'PK1', sources: ['push'] });
    expect(shown.events.map(({ status }) => status)).toEqual(['PICKED_UP', 'DELIVERED', 'IN_TRANSIT']);
    expect(shown.events[0]).toMatchObject({
      occurredAt: '2026-01-13T12:00:00.000Z',
      occurredLocal: '2026-01-13T09:00:00',
    });
    expect(shown).toMatchObject({ statusAt: '2026-01-14T15:00:00.000Z' });
  });

  it('have a verdict each: a wrong one does no harm to the others', async () => {
    const { status, verdicts } = await push({
      events: [
        event('PICKED_UP', '2026-01-13T09:00:00Z'),
        event('LOST_AT_SEA', '2026-01-13T10:00:00Z'),
        event('IN_TRANSIT', 'yesterday'),
        event('IN_TRANSIT', '2026-01-17T10:00:00Z'),
        { ...event('IN_TRANSIT', '2026-01-13T11:00:00Z'), trackingNumber: '  ' },
        event('PICKED_UP', '2026-01-13T09:00:00Z'),
        null,
        event('IN_TRANSIT', '2026-01-13T12:00:00Z', { trackingNumber: 'PK2' }),
      ],
    });
    expect(status).toBe(202);
    const rejected = (index: number, pointer: string) => ({
      index,
      verdict: 'rejected',
      errors: [expect.objectContaining({ pointer: `/events/${index}${pointer}` })],
    });
    expect(verdicts).toEqual([
      { index: 0, verdict: 'accepted' },
      rejected(1, '/status'),
      rejected(2, '/occurredAt'),
      rejected(3, '/occurredAt'),
      rejected(4, '/trackingNumber'),
      { index: 5, verdict: 'duplicate' },
      rejected(6, ''),
      { index: 7, verdict: 'accepted' },
    ]);
    expect(await read('demo/PK2')).toMatchObject({ status: 'IN_TRANSIT' });
  });

  it('are refused where none can be taken, with a pointer to each fault', async () => {
    const { status, body } = await push({ ...event('IN_TRANSIT', '2026-01-13T12:00:00Z'), carrier: '--', note: 'x' });
    expect(status).toBe(422);
    expect(body).toMatchObject({ code: 'tracking.all_rejected' });
    const { errors } = z.looseObject({ errors: z.array(z.looseObject({ pointer: z.string() })) }).parse(body);
    expect(errors.map(({ pointer }) => pointer).sort()).toEqual(['/carrier', '/note']);
    expect((await push({ events: [] })).status).toBe(400);
    expect((await push({ events: Array.from({ length: 1_001 }, () => event('IN_TRANSIT', '2026-01-13')) })).status).toBe(400); // prettier-ignore
  });

  it('a month old are taken for what they were: they say nothing new of a parcel that moved since', async () => {
    expect((await push(event('IN_TRANSIT', '2025-12-15T09:00:00Z'))).verdicts).toMatchObject([{ verdict: 'accepted' }]);
    expect(await read()).toMatchObject({ status: 'IN_TRANSIT', statusAt: '2025-12-15T09:00:00.000Z' });
    await push(event('OUT_FOR_DELIVERY', '2026-01-14T09:00:00Z'));
    await push(event('EXCEPTION', '2025-12-16T09:00:00Z'));
    expect(await read()).toMatchObject({ status: 'OUT_FOR_DELIVERY' });
  });

  it('are one event, though they come a hundred times at once', async () => {
    const one = event('OUT_FOR_DELIVERY', '2026-01-14T09:00:00Z');
    const verdicts = await Promise.all(Array.from({ length: 100 }, () => push(one)));
    const accepted = verdicts.filter(({ verdicts: [first] }) => first?.verdict === 'accepted');
    expect(accepted).toHaveLength(1);
    expect((await read()).events).toHaveLength(1);
  });

  it('of another carrier or another merchant are another parcel', async () => {
    await push(event('DELIVERED', '2026-01-14T15:00:00Z'));
    await push(event('IN_TRANSIT', '2026-01-14T15:00:00Z', { carrier: 'other' }));
    const stranger = await ingress.tenant(['carrier', 'read']);
    expect((await request('GET', '/v1/tracking/demo/PK1', { key: stranger.key })).status).toBe(404);
    await push(event('EXCEPTION', '2026-01-14T15:00:00Z'), stranger.key);
    expect(await read('demo/PK1')).toMatchObject({ status: 'DELIVERED' });
    expect(await read('other/PK1')).toMatchObject({ status: 'IN_TRANSIT' });
  });

  it('keep a local time local: without a zone there is no instant', async () => {
    await push(event('IN_TRANSIT', '2026-01-14T09:00:00'));
    expect((await read()).events).toMatchObject([{ occurredAt: null, occurredLocal: '2026-01-14T09:00:00' }]);
  });

  it('with a code that nobody knows are kept, and the word is shown', async () => {
    await push({ carrier: 'demo', trackingNumber: 'PK1', code: 'Z9', occurredAt: '2026-01-14T09:00:00Z' });
    expect(await read()).toMatchObject({ status: 'UNKNOWN', unmappedCodes: ['Z9'] });
    expect(ingress.log.messages()).toContain('tracking.unmapped');
  });

  it('with a code alone mean what it means at their own carrier; the same letters elsewhere mean something else', async () => {
    const codes = [
      ['FedEx', 'DE', 'DELIVERY_ATTEMPTED'],
      ['ShipEngine', 'DE', 'DELIVERED'],
      ['UPS', 'OT', 'OUT_FOR_DELIVERY'],
      ['USPS', 'Out for Delivery', 'OUT_FOR_DELIVERY'],
      ['dhl', 'transit', 'IN_TRANSIT'],
      // Means this or that by the type beside it.
      ['UPS', 'AR', 'UNKNOWN'],
      ['UPS', 'constructor', 'UNKNOWN'],
    ] as const;
    for (const [carrier, code, status] of codes) {
      const trackingNumber = `${carrier}${code}`.replace(/\W/g, '');
      await push({ carrier, trackingNumber, code, occurredAt: '2026-01-14T09:00:00Z' });
      const shown = await read(`${carrier}/${trackingNumber}`);
      expect(shown).toMatchObject({ status, unmappedCodes: status === 'UNKNOWN' ? [code] : [] });
    }
  });

  it('with a code of a courier that is settings mean what the settings say', async () => {
    const { key: own } = await ingress.tenant(['operate', 'carrier', 'read']);
    const json = { connector: 'generic-carrier', name: 'Demo', settings: plainSettings() };
    expect((await request('POST', '/v1/connections', { key: own, json })).status).toBe(201);
    const told = { carrier: 'demo', trackingNumber: 'PK1', code: 'DONE', occurredAt: '2026-01-14T09:00:00Z' };
    expect((await push(told, own)).status).toBe(202);
    expect((await request('GET', '/v1/tracking/demo/PK1', { key: own })).body).toMatchObject({ status: 'DELIVERED' });
  });

  it('are sealed at rest', async () => {
    const location = { city: 'Canarytown' };
    await push(event('DELIVERED', '2026-01-14T15:00:00Z', { description: 'Signed by Canary Silva', location }));
    expect(await whereIs(redis.client, ['Canary'])).toEqual([]);
  });
});

describe('a key that was made for one carrier', () => {
  it('tells of no other carrier’s parcels, and reads none', async () => {
    const by = await carrierKey('demo');
    const { verdicts } = await push({ events: [event('IN_TRANSIT', '2026-01-14T09:00:00Z'), event('IN_TRANSIT', '2026-01-14T09:00:00Z', { carrier: 'ups' })] }, by); // prettier-ignore
    expect(verdicts).toEqual([
      { index: 0, verdict: 'accepted' },
      {
        index: 1,
        verdict: 'rejected',
        errors: [{ code: 'tracking.carrier_forbidden', detail: 'this key speaks for demo alone', pointer: '/events/1/carrier' }], // prettier-ignore
      },
    ]);
    expect((await request('GET', '/v1/tracking/demo/PK1', { key: by })).status).toBe(403);
  });
});
