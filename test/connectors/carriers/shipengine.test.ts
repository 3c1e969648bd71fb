import { generateKeyPairSync, sign } from 'node:crypto';
import nock from 'nock';
import { describe, expect, test } from 'vitest';
import { shipengine } from '../../../src/connectors/carriers/shipengine/index.ts';
import { webhook } from '../../../src/connectors/carriers/shipengine/webhook.ts';
import { hookBody, trackingBody } from '../../fixtures/carriers/shipengine.ts';
import { connectWith, freshKey, linesOf, receivedAt, reportOf } from './carrier-harness.ts';
import { useNock } from '../wire-harness.ts';

useNock();

const host = 'https://api.shipengine.com';
const number = '9400111298370613423837';
const connect = (changes: Record<string, unknown> = {}) => connectWith(shipengine, { apiKey: freshKey(), ...changes });
const bytesOf = (body: unknown): Uint8Array => Buffer.from(JSON.stringify(body));

describe('a parcel at ShipEngine', () => {
  test('is asked for by carrier and number, and its instant stands beside its local time', async () => {
    nock(host, { reqheaders: { 'api-key': 'se_1' } })
      .get('/v1/tracking')
      .query({ carrier_code: 'usps', tracking_number: number })
      .reply(200, trackingBody());
    const report = reportOf((await connect({ apiKey: 'se_1', carrier: 'usps' }).carrier.track([{ number }]))[0]);
    expect(report).toMatchObject({ number, carrier: 'usps', expectedOn: '2026-07-22' });
    expect(linesOf(report.events)).toEqual([
      'IN_TRANSIT IT/10 2026-07-20T13:31:00.000Z',
      '= IN_TRANSIT IT/10 2026-07-20T13:31:00.000Z',
    ]);
    expect(report.events[0]).toMatchObject({ local: '2026-07-20T09:31:00', zone: 'gmt' });
  });

  test('that the carrier knows nothing of is not found', async () => {
    nock(host)
      .get('/v1/tracking')
      .query(true)
      .reply(200, trackingBody({ status_code: 'UN', status_detail_code: null, events: [] }));
    expect(await connect({ carrier: 'usps' }).carrier.track([{ number }])).toEqual([{ outcome: 'notFound' }]);
  });

  test.each([
    ['AC', 'ELEC_ADVICE_RECD_BY_CARRIER', 'PRE_TRANSIT'],
    ['AC', 'PICKED_UP', 'PICKED_UP'],
    ['AC', null, 'PRE_TRANSIT'],
    ['IT', 'OUT_FOR_DELIVERY', 'OUT_FOR_DELIVERY'],
    ['IT', 'SOMETHING_NEW', 'IN_TRANSIT'],
    ['SP', null, 'AVAILABLE_FOR_PICKUP'],
    ['ZZ', null, 'UNKNOWN'],
  ])('in the state %s with %s is %s', (status_code, status_detail_code, status) => {
    const data = trackingBody({ status_code, status_detail_code, events: [] });
    expect(webhook.read(bytesOf(hookBody({ data })), receivedAt)[0]?.events).toMatchObject([{ status }]);
  });
});

describe('a hook of ShipEngine', () => {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const { n = '', e = '' } = publicKey.export({ format: 'jwk' });
  const key = { kid: 'key-1', n, e };
  const body = bytesOf(hookBody());
  const time = '2026-07-20T13:32:00Z';
  const nowMs = Date.parse(time);
  const signatureOf = (text: Uint8Array, at = time, by = privateKey) =>
    sign('RSA-SHA256', Buffer.concat([Buffer.from(`${at}.`), text]), by).toString('base64');
  const headersOf = (changes: Record<string, string | undefined> = {}) => ({
    'x-shipengine-rsa-sha256-key-id': 'key-1',
    'x-shipengine-rsa-sha256-signature': signatureOf(body),
    'x-shipengine-timestamp': time,
    ...changes,
  });
  const verify = (headers: Record<string, string | undefined>, keys: unknown = [key], text = body, now = nowMs) =>
    webhook.verify({ headers, body: text }, shipengine.settings.parse({ apiKey: 'x', webhookKeys: keys }), now);

  test('is believed when one of the published keys signed it', () => {
    expect(verify(headersOf())).toMatchObject({ ok: true });
  });

  const stranger = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
  const signatureHeader = 'x-shipengine-rsa-sha256-signature';
  test.each([
    ['by a key that is not published', headersOf({ 'x-shipengine-rsa-sha256-key-id': 'key-2' }), 'key_unknown'],
    ['by no named key', headersOf({ 'x-shipengine-rsa-sha256-key-id': undefined }), 'key_unknown'],
    ['by somebody else in its name', headersOf({ [signatureHeader]: signatureOf(body, time, stranger) }), 'signature_mismatch'], // prettier-ignore
    ['at another time than it says', headersOf({ 'x-shipengine-timestamp': '2026-07-20T13:33:00Z' }), 'signature_mismatch'], // prettier-ignore
    ['and the signature is missing', headersOf({ [signatureHeader]: undefined }), 'signature_missing'],
    ['and the signature is no base64', headersOf({ [signatureHeader]: '%%%%%%%%%%%%%%%%%%%%' }), 'signature_malformed'],
    ['and the time is missing', headersOf({ 'x-shipengine-timestamp': undefined }), 'timestamp_missing'],
    ['and the time is none', headersOf({ 'x-shipengine-timestamp': 'soon' }), 'timestamp_malformed'],
  ])('is refused when it is signed %s', (_what, headers, reason) => {
    expect(verify(headers)).toEqual({ ok: false, reason });
  });

  test('is refused when it is old, early, or another body', () => {
    expect(verify(headersOf(), [key], body, nowMs + 301_000)).toEqual({ ok: false, reason: 'timestamp_too_old' });
    expect(verify(headersOf(), [key], body, nowMs - 301_000)).toEqual({ ok: false, reason: 'timestamp_too_new' });
    expect(verify(headersOf(), [key], bytesOf({}))).toEqual({ ok: false, reason: 'signature_mismatch' });
  });

  test('is refused while no keys are known, or a key is none', () => {
    expect(verify(headersOf(), [])).toEqual({ ok: false, reason: 'key_unknown' });
    expect(verify(headersOf(), [{ kid: 'key-1', n: 'AA', e: 'AA' }])).toMatchObject({ ok: false });
  });

  test('has its keys read from the published list, the RSA ones', async () => {
    nock(host)
      .get('/jwks')
      .reply(200, {
        keys: [
          { kty: 'RSA', use: 'sig', alg: 'RS256', ...key },
          { kty: 'EC', kid: 'x' },
        ],
      });
    await expect(connect().carrier.readWebhookKeys?.()).resolves.toEqual([key]);
  });

  test('about something else holds no parcel; of another shape it is malformed', () => {
    expect(webhook.read(bytesOf(hookBody({ resource_type: 'API_BATCH', data: {} })), receivedAt)).toEqual([]);
    expect(() => webhook.read(bytesOf(hookBody({ data: 1 })), receivedAt)).toThrow(
      expect.objectContaining({ kind: 'malformed' }),
    );
  });
});
