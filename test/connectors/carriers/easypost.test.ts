import nock from 'nock';
import { describe, expect, test } from 'vitest';
import { easypost } from '../../../src/connectors/carriers/easypost/index.ts';
import { webhook } from '../../../src/connectors/carriers/easypost/webhook.ts';
import { eventBody, trackerBody } from '../../fixtures/carriers/easypost.ts';
import { connectWith, freshKey, linesOf, receivedAt, reportOf, statusOf } from './carrier-harness.ts';
import { useNock } from '../wire-harness.ts';

useNock();

const host = 'https://api.easypost.com';
const connect = (changes: Record<string, unknown> = {}) => connectWith(easypost, { apiKey: freshKey(), ...changes });
const bytesOf = (body: unknown): Uint8Array => Buffer.from(JSON.stringify(body));

describe('a parcel at EasyPost', () => {
  test('is asked for by its number, with the key as the user’s name', async () => {
    nock(host, { reqheaders: { authorization: `Basic ${Buffer.from('EZTK1:').toString('base64')}` } })
      .post('/v2/trackers', { tracker: { tracking_code: 'EZ4000000004', carrier: 'USPS' } })
      .reply(201, trackerBody());
    const { carrier } = connect({ apiKey: 'EZTK1', carrier: 'USPS' });
    const report = reportOf((await carrier.track([{ number: 'EZ4000000004' }]))[0]);
    expect(report).toMatchObject({ number: 'EZ4000000004', carrier: 'USPS', expectedOn: '2026-07-12', complete: true });
    expect(linesOf(report.events)).toEqual([
      'PRE_TRANSIT pre_transit/status_update 2026-07-10T00:00:00.000Z',
      'DELIVERED delivered/01 2026-07-12T14:18:00.000Z',
      '= DELIVERED delivered/arrived_at_destination 2026-07-12T14:18:00.000Z',
    ]);
    expect(JSON.stringify(report)).not.toContain('John Tester');
  });

  test('of another carrier is asked for as its own says', async () => {
    nock(host)
      .post('/v2/trackers', { tracker: { tracking_code: '1Z1', carrier: 'UPS' } })
      .reply(201, trackerBody());
    await connect({ carrier: 'USPS' }).carrier.track([{ number: '1Z1', carrier: 'UPS' }]);
  });

  test('that nobody knows yet is not found, and nothing is wrong with it', async () => {
    nock(host)
      .post('/v2/trackers')
      .reply(201, trackerBody({ status: 'unknown', status_detail: 'unknown', tracking_details: [] }));
    expect(await connect().carrier.track([{ number: 'EZ1' }])).toEqual([{ outcome: 'notFound' }]);
  });

  test('of which there is a status and no event yet is found', async () => {
    nock(host)
      .post('/v2/trackers')
      .reply(201, trackerBody({ status: 'pre_transit', tracking_details: null }));
    const [result] = await connect().carrier.track([{ number: 'EZ1' }]);
    expect(statusOf(reportOf(result).events)).toBe('PRE_TRANSIT');
  });

  test('is late when the detail says so, wherever it is', async () => {
    nock(host)
      .post('/v2/trackers')
      .reply(201, trackerBody({ status: 'in_transit', status_detail: 'weather_delay', tracking_details: [] }));
    const [result] = await connect().carrier.track([{ number: 'EZ1' }]);
    expect(reportOf(result).events).toMatchObject([{ status: 'IN_TRANSIT', delayed: true, reason: 'weather_delay' }]);
  });

  test('whose number is refused fails alone; the next is asked for', async () => {
    nock(host)
      .post('/v2/trackers')
      .reply(422, { error: { code: 'TRACKER.CREATE.ERROR', message: 'invalid', errors: [] } })
      .post('/v2/trackers')
      .reply(201, trackerBody());
    const [bad, good] = await connect().carrier.track([{ number: 'x' }, { number: 'EZ4000000004' }]);
    expect(bad).toMatchObject({ outcome: 'failed', failure: { kind: 'rejected', code: 'easypost.refused' } });
    expect(good?.outcome).toBe('found');
  });
});

describe('a hook of EasyPost', () => {
  test('holds the whole tracker', () => {
    const [report] = webhook.read(bytesOf(eventBody()), receivedAt);
    expect(report).toMatchObject({ number: 'EZ4000000004', carrier: 'USPS', complete: true });
    expect(statusOf(report?.events ?? [])).toBe('DELIVERED');
    expect(report?.events.every(({ source }) => source === 'push')).toBe(true);
  });

  test('about something else holds no parcel', () => {
    expect(webhook.read(bytesOf(eventBody({ description: 'batch.created', result: {} })), receivedAt)).toEqual([]);
  });

  test.each([
    ['no JSON', 'x'],
    ['no event', []],
    ['no tracker', eventBody({ result: { id: 'trk_1' } })],
  ])(
    // prettier-ignore
    'that is %s is malformed',
    (_what, body) => {
      const bytes = typeof body === 'string' ? Buffer.from(body) : bytesOf(body);
      expect(() => webhook.read(bytes, receivedAt)).toThrow(expect.objectContaining({ kind: 'malformed' }));
    },
  );
});

test('the key is tested by a list of one', async () => {
  nock(host).get('/v2/trackers?page_size=1').reply(200, { trackers: [], has_more: false });
  await expect(connect().carrier.test()).resolves.toEqual({ account: 'EasyPost' });
  nock(host)
    .get('/v2/trackers?page_size=1')
    .reply(401, { error: { code: 'APIKEY.INACTIVE', message: 'inactive' } });
  await expect(connect().carrier.test()).rejects.toMatchObject({ kind: 'misconfigured', code: 'easypost.key_refused' });
});
