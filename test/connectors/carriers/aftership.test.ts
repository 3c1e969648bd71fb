import nock from 'nock';
import { describe, expect, test } from 'vitest';
import { aftership } from '../../../src/connectors/carriers/aftership/index.ts';
import { webhook } from '../../../src/connectors/carriers/aftership/webhook.ts';
import { hookBody, listBody, trackingBody } from '../../fixtures/carriers/aftership.ts';
import { connectWith, freshKey, linesOf, receivedAt, reportOf, startMs, statusOf } from './carrier-harness.ts';
import { useNock } from '../wire-harness.ts';

useNock();

const host = 'https://api.aftership.com';
const path = '/tracking/2026-07/trackings';
const connect = (changes: Record<string, unknown> = {}) => connectWith(aftership, { apiKey: freshKey(), ...changes });
const number = '1111111111111';
const bytesOf = (body: unknown): Uint8Array => Buffer.from(JSON.stringify(body));

describe('parcels at AfterShip', () => {
  test('are asked for together, with the key in its header', async () => {
    const other = trackingBody({ tracking_number: 'AB1', tag: 'InTransit', subtag: 'InTransit_001', checkpoints: [] });
    nock(host, { reqheaders: { 'as-api-key': 'asat_1' } })
      .get(path)
      .query({ tracking_numbers: `${number},ab1`, limit: '200' })
      .reply(200, listBody(other, trackingBody()));
    const [one, two] = await connect({ apiKey: 'asat_1' }).carrier.track([{ number }, { number: 'ab1' }]);
    expect(reportOf(one)).toMatchObject({ number, carrier: 'fedex', expectedOn: '2026-07-13' });
    expect(statusOf(reportOf(two).events)).toBe('IN_TRANSIT');
  });

  test('have local times in a zone that nobody knows, and never in UTC', async () => {
    nock(host).get(path).query(true).reply(200, listBody(trackingBody()));
    const [result] = await connect().carrier.track([{ number }]);
    expect(linesOf(reportOf(result).events)).toEqual([
      'IN_TRANSIT InTransit_003/AR 2026-07-12T01:10:00 local',
      'DELIVERED Delivered_001/DL 2026-07-13T14:59:00.000Z',
      '= DELIVERED Delivered_001 2026-07-13T14:59:00.000Z',
    ]);
  });

  test('that are not there yet are registered, each for its carrier', async () => {
    const fresh = trackingBody({ tag: 'Pending', subtag: 'Pending_001', checkpoints: [] });
    nock(host)
      .get(path)
      .query(true)
      .reply(200, listBody())
      .post(path, { tracking_number: number, slug: 'fedex' })
      .reply(201, { meta: { code: 201 }, data: fresh });
    const { carrier, operations } = connect({ carrier: 'fedex' });
    expect(await carrier.track([{ number }])).toEqual([{ outcome: 'notFound' }]);
    expect(operations).toEqual(['tracking.list', 'tracking.create']);
  });

  test('that were registered in this moment by somebody else wait for the next look', async () => {
    nock(host)
      .get(path)
      .query(true)
      .reply(200, listBody())
      .post(path)
      .reply(400, { meta: { code: 4003, type: 'BadRequest', message: 'Tracking already exists.' }, data: { id: 'x' } });
    expect(await connect().carrier.track([{ number }])).toEqual([{ outcome: 'notFound' }]);
  });

  test('of another carrier with the same number are other parcels', async () => {
    nock(host)
      .get(path)
      .query(true)
      .reply(200, listBody(trackingBody({ slug: 'dhl' }), trackingBody()));
    const [result] = await connect().carrier.track([{ number, carrier: 'fedex' }]);
    expect(reportOf(result).carrier).toBe('fedex');
  });

  test('whose number is refused fail alone', async () => {
    nock(host)
      .get(path)
      .query(true)
      .reply(200, listBody(trackingBody()))
      .post(path)
      .reply(400, { meta: { code: 4005, type: 'BadRequest', message: 'The value is invalid.' }, data: {} });
    const [bad, good] = await connect().carrier.track([{ number: '?' }, { number }]);
    expect(bad).toMatchObject({ outcome: 'failed', failure: { code: 'aftership.refused' } });
    expect(good?.outcome).toBe('found');
  });

  test('rest for as long as the header says after a 429', async () => {
    nock(host)
      .get(path)
      .query(true)
      .reply(429, { meta: { code: 429 } }, { 'x-ratelimit-reset': String(startMs / 1_000 + 2) });
    const { carrier, pauses } = connect();
    await expect(carrier.track([{ number }])).rejects.toMatchObject({ kind: 'throttled', retryAfterMs: 2_000 });
    expect(pauses).toEqual([{ budget: 'default', pauseMs: 2_000 }]);
  });
});

test.each([
  ['InTransit', 'InTransit_002', { status: 'PICKED_UP' }],
  ['Exception', 'Exception_010', { status: 'RETURN_IN_PROGRESS' }],
  ['Exception', 'Exception_011', { status: 'RETURNED' }],
  ['Exception', 'Exception_004', { status: 'EXCEPTION', delayed: true, reason: 'customs_held' }],
  ['Expired', 'Expired_001', { status: 'EXPIRED' }],
  ['Levitating', 'Levitating_001', { status: 'UNKNOWN', unmapped: 'Levitating' }],
])('%s with %s is %j', (tag, subtag, meaning) => {
  const msg = trackingBody({ tag, subtag, checkpoints: [] });
  const [report] = webhook.read(bytesOf(hookBody({ msg })), receivedAt);
  expect(report?.events).toMatchObject([{ ...meaning, overall: true }]);
});

describe('a hook of AfterShip', () => {
  test('holds the whole tracking', () => {
    const [report] = webhook.read(bytesOf(hookBody()), receivedAt);
    expect(statusOf(report?.events ?? [])).toBe('DELIVERED');
  });

  test('about something else holds no parcel', () => {
    expect(webhook.read(bytesOf(hookBody({ event: 'edd_revise', msg: null })), receivedAt)).toEqual([]);
  });

  test.each([[[]], [hookBody({ msg: {} })], [null]])('of another shape is malformed', (body) => {
    expect(() => webhook.read(bytesOf(body), receivedAt)).toThrow(expect.objectContaining({ kind: 'malformed' }));
  });
});
