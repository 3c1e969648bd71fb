import nock from 'nock';
import { describe, expect, test } from 'vitest';
import { ups } from '../../../src/connectors/carriers/ups/index.ts';
import { webhook } from '../../../src/connectors/carriers/ups/webhook.ts';
import { mergeTracking } from '../../../src/domain/merge-tracking.ts';
import { alertBody, deliveredActivity, errorBody, loadedActivity, notFoundBody, packageBody, trackBody } from '../../fixtures/carriers/ups.ts'; // prettier-ignore
import { connectWith, freshKey, linesOf, receivedAt, reportOf, startMs, statusOf } from './carrier-harness.ts';
import { useNock } from '../wire-harness.ts';

useNock();

const host = 'https://onlinetools.ups.com';
const number = '1Z023E2X0214323462';
const path = `/api/track/v1/details/${number}`;
const hookSettings = { hookClientId: 'ups-hooks', hookClientSecret: 'a secret of ours'.replaceAll(' ', '-') };
const connect = () => connectWith(ups, { clientId: freshKey(), clientSecret: 's', ...hookSettings });
const bytesOf = (body: unknown): Uint8Array => Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));
const giveToken = (token = freshKey()): string => {
  nock(host)
    .post('/security/v1/oauth/token', 'grant_type=client_credentials')
    .matchHeader('authorization', /^Basic /)
    .reply(200, { access_token: token, token_type: 'Bearer', expires_in: '14399' });
  return token;
};
const answer = (body: object, status = 200): void => {
  nock(host, { reqheaders: { authorization: `Bearer ${giveToken()}`, transactionsrc: 'packline', transid: /./ } })
    .get(path)
    .query({ locale: 'en_US' })
    .reply(status, body);
};
const track = async (body: object, status?: number) => {
  answer(body, status);
  return (await connect().carrier.track([{ number }]))[0];
};

describe('a parcel at UPS', () => {
  test('is where its type and code say, never where the simplified text says', async () => {
    const report = reportOf(await track(trackBody(packageBody())));
    expect(linesOf(report.events)).toEqual([
      'PRE_TRANSIT M/MP 2026-07-11T19:44:00.000Z',
      'EXCEPTION X/SR 2026-07-12T11:13:56.000Z',
      'OUT_FOR_DELIVERY I/OT 2026-07-13T13:15:19.000Z',
    ]);
    expect(report).toMatchObject({ expectedOn: '2026-07-13', complete: true });
    expect(report.events[0]).toMatchObject({ local: '2026-07-13T09:15:19', zone: 'gmt' });
  });

  test('is delivered by an event of type D with a date of delivery, and not by one of the day before', async () => {
    const deliveryDate = [{ type: 'DEL', date: '20260713' }];
    const body = trackBody(packageBody({ deliveryDate, activity: [deliveredActivity, loadedActivity] }));
    expect(linesOf(reportOf(await track(body)).events)).toEqual([
      'OUT_FOR_DELIVERY D/LD 2026-07-12T11:47:00.000Z',
      'DELIVERED D/FS 2026-07-13T19:00:04.000Z',
    ]);
  });

  test('is out for delivery by an event of type D without a date of delivery', async () => {
    const report = reportOf(await track(trackBody(packageBody({ activity: [deliveredActivity] }))));
    expect(statusOf(report.events)).toBe('OUT_FOR_DELIVERY');
  });

  test('is the one of that number where its shipment has others', async () => {
    const other = packageBody({ trackingNumber: '1ZOTHER', activity: [] });
    const report = reportOf(await track(trackBody(other, packageBody())));
    expect(report.events).toHaveLength(3);
  });

  test.each([
    ['a 200 with a warning', notFoundBody, 200],
    ['a 200 without anything', { trackResponse: { shipment: [] } }, 200],
    ['a 404', errorBody('TW0001'), 404],
  ])('is not found by %s', async (_what, body, status) => {
    expect(await track(body, status)).toEqual({ outcome: 'notFound' });
  });

  test('whose number is invalid fails alone', async () => {
    const failure = { kind: 'rejected', code: 'ups.refused' };
    expect(await track(errorBody('TV1002'), 400)).toMatchObject({ outcome: 'failed', failure });
  });
});

test.each([
  ['MV', 'VD', { status: 'CANCELLED' }],
  ['P', 'XX', { status: 'PICKED_UP' }],
  ['I', 'OR', { status: 'PICKED_UP' }],
  ['I', 'AR', { status: 'IN_TRANSIT' }],
  ['X', 'AR', { status: 'EXCEPTION' }],
  ['RS', 'XX', { status: 'RETURN_IN_PROGRESS' }],
  ['U', 'XX', { status: null, delayed: true }],
  ['Q', 'QQ', { status: 'UNKNOWN', unmapped: 'Q' }],
])('type %s with code %s is %j', (type, code, meaning) => {
  const body = alertBody({ activityStatus: { type, code, description: 'x' }, actualDeliveryDate: null });
  expect(webhook.read(bytesOf(body), receivedAt)[0]?.events).toMatchObject([meaning]);
});

describe('an event of Track Alert', () => {
  test('is one event and not the whole history', () => {
    const [report] = webhook.read(bytesOf(alertBody()), receivedAt);
    expect(report).toMatchObject({ number: '1Z204W4R0308071865', complete: false, expectedOn: '2026-04-23' });
    expect(linesOf(report?.events ?? [])).toEqual(['DELIVERED D/FS 2026-04-23T13:50:04.000Z']);
    expect(JSON.stringify(report)).not.toContain('John');
  });

  test('is the event that a poll tells, too', () => {
    const [pushed] = webhook.read(
      bytesOf(
        alertBody({
          localActivityDate: '20260713',
          localActivityTime: '91519',
          gmtActivityDate: '20260713',
          gmtActivityTime: '131519',
          activityStatus: { type: 'I', code: 'OT', description: 'Out for Delivery' },
          activityLocation: { city: 'WAYNE', country: 'US' },
        }),
      ),
      receivedAt,
    );
    return track(trackBody(packageBody())).then((result) =>
      expect(mergeTracking(reportOf(result).events, pushed?.events ?? [])).toHaveLength(3),
    );
  });

  test.each([['x'], [[]], [{}], [{ trackingNumber: '1Z' }]])('is malformed as %j', (body) => {
    expect(() => webhook.read(bytesOf(body), receivedAt)).toThrow(expect.objectContaining({ kind: 'malformed' }));
  });
});

describe('UPS asks us for a token, and', () => {
  const settings = ups.settings.parse({ clientId: 'c', clientSecret: 's', ...hookSettings });
  const { hookClientId: id, hookClientSecret: secret } = hookSettings;
  const basic = (text: string) => ({ authorization: `Basic ${Buffer.from(text).toString('base64')}` });
  const ask = (headers: Record<string, string>, body = 'grant_type=client_credentials', nowMs = startMs) => {
    if (webhook.issueToken === undefined) throw new Error('no token to issue');
    return webhook.issueToken({ headers, body: bytesOf(body) }, settings, nowMs);
  };
  const tokenOf = (nowMs = startMs): string => {
    const { body } = ask(basic(`${id}:${secret}`), undefined, nowMs);
    return 'access_token' in body ? String(body.access_token) : '';
  };
  const verify = (headers: Record<string, string>, nowMs = startMs, changed = settings) =>
    webhook.verify({ headers, body: bytesOf(alertBody()) }, changed, nowMs);

  test('gets one that its hooks are believed by for an hour', () => {
    expect(ask(basic(`${id}:${secret}`))).toMatchObject({
      status: 200,
      body: { token_type: 'Bearer', expires_in: 3_600 },
    });
    const headers = { authorization: `Bearer ${tokenOf()}`, 'x-api-key': id };
    expect(verify(headers)).toMatchObject({ ok: true });
    expect(verify(headers, startMs + 3_599_000)).toMatchObject({ ok: true });
    expect(verify(headers, startMs + 3_600_000)).toEqual({ ok: false, reason: 'token_expired' });
  });

  test('may ask in the form as well as in the header', () => {
    const form = `grant_type=client_credentials&client_id=${id}&client_secret=${secret}`;
    expect(ask({}, form).status).toBe(200);
  });

  test.each([
    ['with another secret', basic(`${id}:other`), undefined, 401],
    ['with another id', basic(`other:${secret}`), undefined, 401],
    ['with nothing', {}, undefined, 401],
    ['with what is no base64', { authorization: 'Basic %%' }, undefined, 401],
    ['for another grant', basic(`${id}:${secret}`), 'grant_type=password', 400],
  ])('gets none %s', (_what, headers, body, status) => {
    expect(ask(headers, body)).toMatchObject({ status, body: { error: expect.any(String) } });
  });

  test.each([
    ['no token', {}],
    ['a token of its own making', { authorization: `Bearer ${Math.floor(startMs / 1_000) + 60}.${'0'.repeat(64)}` }],
    ['a token that lives longer', { authorization: `Bearer ${tokenOf().replace(/^\d+/, '9999999999')}` }],
    ['what is no token', { authorization: 'Bearer x' }],
  ])('is refused with %s', (_what, headers) => {
    expect(verify({ ...headers, 'x-api-key': id })).toEqual({ ok: false, reason: expect.stringMatching(/^token_/) });
  });

  test('is refused with another id beside the token, with a token of an old secret, and while no secret is set', () => {
    const authorization = `Bearer ${tokenOf()}`;
    expect(verify({ authorization, 'x-api-key': 'other' })).toEqual({ ok: false, reason: 'client_mismatch' });
    const newSecret = { ...settings, hookClientSecret: 'another-secret-of-ours' };
    expect(verify({ authorization, 'x-api-key': id }, startMs, newSecret)).toMatchObject({ reason: 'token_mismatch' });
    const none = ups.settings.parse({ clientId: 'c', clientSecret: 's' });
    expect(verify({ authorization, 'x-api-key': id }, startMs, none)).toMatchObject({ reason: 'secret_missing' });
  });
});
