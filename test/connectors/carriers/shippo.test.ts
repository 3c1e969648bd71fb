import nock from 'nock';
import { describe, expect, test } from 'vitest';
import { shippo } from '../../../src/connectors/carriers/shippo/index.ts';
import { webhook } from '../../../src/connectors/carriers/shippo/webhook.ts';
import { mergeTracking } from '../../../src/domain/merge-tracking.ts';
import { hookBody, trackBody } from '../../fixtures/carriers/shippo.ts';
import { connectWith, freshKey, linesOf, receivedAt, reportOf, startMs, statusOf } from './carrier-harness.ts';
import { useNock } from '../wire-harness.ts';

useNock();

const host = 'https://api.goshippo.com';
const number = '9205590164917312751089';
const connect = (changes: Record<string, unknown> = {}) => connectWith(shippo, { apiKey: freshKey(), ...changes });
const bytesOf = (body: unknown): Uint8Array => Buffer.from(JSON.stringify(body));
const readStatus = (tracking_status: unknown, tracking_history: unknown[] = []) =>
  webhook.read(bytesOf(hookBody({ data: trackBody({ tracking_status, tracking_history }) })), receivedAt)[0]?.events;

describe('a parcel at Shippo', () => {
  test('is asked for by carrier and number', async () => {
    nock(host, { reqheaders: { authorization: 'ShippoToken shippo_live_1' } })
      .get(`/tracks/usps/${number}`)
      .reply(200, trackBody());
    const { carrier } = connect({ apiKey: 'shippo_live_1', carrier: 'usps' });
    const report = reportOf((await carrier.track([{ number }]))[0]);
    expect(report).toMatchObject({ number, carrier: 'usps', expectedOn: '2026-07-23' });
    expect(linesOf(report.events)).toEqual([
      'PICKED_UP TRANSIT/package_accepted 2026-07-21T15:33:00.000Z',
      'DELIVERED DELIVERED/delivered 2026-07-23T13:03:00.000Z',
    ]);
    expect(statusOf(report.events)).toBe('DELIVERED');
  });

  test('cannot be asked for without a carrier, and the others can', async () => {
    nock(host).get(`/tracks/usps/${number}`).reply(200, trackBody());
    const [bad, good] = await connect().carrier.track([{ number }, { number, carrier: 'usps' }]);
    expect(bad).toMatchObject({ outcome: 'failed', failure: { code: 'shippo.carrier_missing' } });
    expect(good?.outcome).toBe('found');
  });

  test.each(['.', '..', ''])('whose number is %j is never asked for', async (odd) => {
    const [result] = await connect({ carrier: 'usps' }).carrier.track([{ number: odd }]);
    expect(result).toMatchObject({ outcome: 'failed', failure: { code: 'shippo.number_unusable' } });
  });

  test.each([
    ['null', null],
    ['UNKNOWN without a date', { status: 'UNKNOWN', status_date: null, substatus: null }],
  ])('with the status %s is not found yet', async (_what, tracking_status) => {
    nock(host)
      .get(`/tracks/usps/${number}`)
      .reply(200, trackBody({ tracking_status, tracking_history: [] }));
    expect(await connect({ carrier: 'usps' }).carrier.track([{ number }])).toEqual([{ outcome: 'notFound' }]);
  });
});

test('the newest status in the history, too, is one event', () => {
  const { tracking_status: newest } = trackBody();
  expect(mergeTracking([], readStatus(newest, [newest]) ?? [])).toHaveLength(1);
});

test.each([
  ['TRANSIT', 'out_for_delivery', { status: 'OUT_FOR_DELIVERY' }],
  ['TRANSIT', 'pickup_available', { status: 'AVAILABLE_FOR_PICKUP' }],
  ['TRANSIT', 'delayed', { status: 'IN_TRANSIT', delayed: true }],
  ['FAILURE', 'delivery_attempted', { status: 'DELIVERY_ATTEMPTED' }],
  ['RETURNED', 'return_to_sender', { status: 'RETURN_IN_PROGRESS' }],
  ['RETURNED', 'something_new', { status: 'RETURNED' }],
  ['HOVERING', null, { status: 'UNKNOWN', unmapped: 'HOVERING' }],
])('%s with %s is %j', (status, code, meaning) => {
  expect(readStatus({ status, status_date: '2026-07-23T13:03:00Z', substatus: { code } })).toMatchObject([meaning]);
});

describe('a hook of Shippo', () => {
  test('is known by its URL where the account’s hooks are not signed', () => {
    const settings = shippo.settings.parse({ apiKey: 'x' });
    expect(webhook.verify({ headers: {}, body: bytesOf(hookBody()) }, settings, startMs)).toMatchObject({ ok: true });
  });

  test('is one message however often it comes', () => {
    const settings = shippo.settings.parse({ apiKey: 'x' });
    const ids = [hookBody(), hookBody(), hookBody({ test: true })].map((body) =>
      JSON.stringify(webhook.verify({ headers: {}, body: bytesOf(body) }, settings, startMs)),
    );
    expect(ids[0]).toBe(ids[1]);
    expect(ids[0]).not.toBe(ids[2]);
  });

  test('about something else holds no parcel; of another shape it is malformed', () => {
    expect(webhook.read(bytesOf(hookBody({ event: 'transaction_created', data: {} })), receivedAt)).toEqual([]);
    expect(() => webhook.read(bytesOf(hookBody({ data: [] })), receivedAt)).toThrow(
      expect.objectContaining({ kind: 'malformed' }),
    );
  });
});
