import nock from 'nock';
import { describe, expect, test } from 'vitest';
import { fedex } from '../../../src/connectors/carriers/fedex/index.ts';
import { webhook } from '../../../src/connectors/carriers/fedex/webhook.ts';
import { resolveParcel } from '../../../src/domain/parcel-state.ts';
import { deliveredResult, errorResult, lateResult, trackBody } from '../../fixtures/carriers/fedex.ts';
import { connectWith, freshKey, linesOf, receivedAt, reportOf, statusOf } from './carrier-harness.ts';
import { useNock } from '../wire-harness.ts';

useNock();

const host = 'https://apis.fedex.com';
const number = '776094337676';
const connect = () => connectWith(fedex, { clientId: freshKey(), clientSecret: 's' });
const bytesOf = (body: unknown): Uint8Array => Buffer.from(JSON.stringify(body));
const giveToken = (): string => {
  const token = freshKey();
  nock(host)
    .post('/oauth/token', /^grant_type=client_credentials&client_id=canary-.+&client_secret=s$/)
    .reply(200, { access_token: token, token_type: 'bearer', expires_in: 3_599 });
  return token;
};
const answer = (body: object): nock.Scope =>
  nock(host, { reqheaders: { authorization: `Bearer ${giveToken()}` } })
    .post('/track/v1/trackingnumbers')
    .reply(200, body);
const track = async (results: unknown[]) => {
  answer(trackBody({ [number]: results }));
  return (await connect().carrier.track([{ number }]))[0];
};

describe('parcels at FedEx', () => {
  test('are asked for together, and each has its answer in its place', async () => {
    const wanted = {
      includeDetailedScans: true,
      trackingInfo: ['39936862321', number].map((trackingNumber) => ({ trackingNumberInfo: { trackingNumber } })),
    };
    nock(host, { reqheaders: { authorization: `Bearer ${giveToken()}` } })
      .post('/track/v1/trackingnumbers', wanted)
      .reply(200, trackBody({ [number]: [deliveredResult], '39936862321': [errorResult()] }));
    const results = await connect().carrier.track([{ number: '39936862321' }, { number }]);
    expect(results.map(({ outcome }) => outcome)).toEqual(['notFound', 'found']);
  });

  test('are the newest where one number has several results', async () => {
    for (const results of [
      [lateResult, deliveredResult],
      [deliveredResult, lateResult],
    ]) {
      const report = reportOf(await track(results));
      expect(linesOf(report.events)).toEqual([
        'DELIVERY_ATTEMPTED DE/08 2026-04-25T18:26:00.000Z',
        'OUT_FOR_DELIVERY OD 2026-04-26T15:52:00.000Z',
        'DELIVERED DL 2026-04-26T16:26:00.000Z',
        '= DELIVERED DL/DL 2026-04-26T16:26:00.000Z',
      ]);
      expect(report.events).toContainEqual(expect.objectContaining({ reason: 'consignee_absent' }));
      expect(new Set(report.events.map(({ scope }) => scope))).toEqual(new Set(['2460426000~776094337676~FX']));
    }
  });

  test('are late when their state says so, and where they are all the same', async () => {
    const report = reportOf(await track([lateResult]));
    expect(resolveParcel(report.events)).toMatchObject({ status: 'IN_TRANSIT', delayed: true });
    expect(report.expectedOn).toBe('2026-04-27');
  });

  test.each([
    ['TRACKING.TRACKINGNUMBER.NOTFOUND', { outcome: 'notFound' }],
    ['TRACKING.TRACKINGNUMBER.INVALID', { outcome: 'failed', failure: { kind: 'rejected', code: 'fedex.refused' } }],
    ['SYSTEM.UNAVAILABLE.EXCEPTION', { outcome: 'failed', failure: { kind: 'transient', code: 'fedex.unavailable' } }],
  ])('may have the error %s in a 200, each its own', async (code, result) => {
    expect(await track([errorResult(code)])).toMatchObject(result);
  });

  test('that the answer leaves out are to be asked for again', async () => {
    answer(trackBody({}));
    const [result] = await connect().carrier.track([{ number }]);
    expect(result).toMatchObject({ outcome: 'failed', failure: { kind: 'transient', code: 'fedex.unanswered' } });
  });

  test('have 100,000 calls a day, which begins at midnight GMT', () => {
    const settings = fedex.settings.parse({ clientId: 'c', clientSecret: 's' });
    expect(fedex.dailyQuota?.(settings)).toEqual({ calls: 100_000, resetHourUtc: 0 });
    expect(fedex.numbersPerCallMax).toBe(30);
  });
});

describe('a hook of FedEx', () => {
  test.each([
    ['with the envelope of the API', trackBody({ [number]: [deliveredResult] })],
    ['without it', trackBody({ [number]: [deliveredResult] }).output],
  ])('holds the parcel’s state, %s', (_what, body) => {
    const [report] = webhook.read(bytesOf(body), receivedAt);
    expect(report).toMatchObject({ number, complete: false });
    expect(statusOf(report?.events ?? [])).toBe('DELIVERED');
  });

  test.each([[{}], [[]], [{ output: {} }], [null]])('is malformed as %j', (body) => {
    expect(() => webhook.read(bytesOf(body), receivedAt)).toThrow(expect.objectContaining({ kind: 'malformed' }));
  });
});
