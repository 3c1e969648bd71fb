import nock from 'nock';
import { describe, expect, test } from 'vitest';
import { dhlUnified } from '../../../src/connectors/carriers/dhl-unified/index.ts';
import { mergeTracking } from '../../../src/domain/merge-tracking.ts';
import { missingBody, shipmentBody, trackBody } from '../../fixtures/carriers/dhl-unified.ts';
import { connectWith, freshKey, linesOf, reportOf, statusOf } from './carrier-harness.ts';
import { useNock } from '../wire-harness.ts';

useNock();

const host = 'https://api-eu.dhl.com';
const number = '7777777770';
const connect = (changes: Record<string, unknown> = {}) => connectWith(dhlUnified, { apiKey: freshKey(), ...changes });
const track = async (body: object, changes: Record<string, unknown> = {}, status = 200) => {
  nock(host).get('/track/shipments').query(true).reply(status, body);
  return (await connect(changes).carrier.track([{ number }]))[0];
};

describe('a parcel at DHL', () => {
  test('is asked for with the key in its header, at one of DHL’s companies', async () => {
    nock(host, { reqheaders: { 'dhl-api-key': 'demo' } })
      .get('/track/shipments')
      .query({ trackingNumber: number, service: 'express', requesterCountryCode: 'NL' })
      .reply(200, trackBody(shipmentBody()));
    const { carrier } = connect({ apiKey: 'demo', service: 'express', requesterCountryCode: 'NL' });
    expect(reportOf((await carrier.track([{ number }]))[0])).toMatchObject({ number, expectedOn: '2026-03-03' });
  });

  test('has local times, but for the newest, whose zone stands in its status', async () => {
    const report = reportOf(await track(trackBody(shipmentBody())));
    expect(linesOf(mergeTracking([], report.events))).toEqual([
      'PRE_TRANSIT pre-transit/SHIPMENT INFORMATION RECEIVED 2026-03-01T18:02:00 local',
      'IN_TRANSIT transit/DEPARTED FACILITY 2026-03-02T06:53:47.000Z',
    ]);
    expect(statusOf(report.events)).toBe('IN_TRANSIT');
  });

  test('of another of DHL’s companies is another parcel', async () => {
    const other = shipmentBody({ service: 'parcel-de', events: [], status: { statusCode: 'delivered', timestamp: '2026-03-09T10:00:00' } }); // prettier-ignore
    const [wanted, any] = [{ service: 'express' }, {}];
    expect(statusOf(reportOf(await track(trackBody(other, shipmentBody()), wanted)).events)).toBe('IN_TRANSIT');
    expect(statusOf(reportOf(await track(trackBody(other, shipmentBody()), any)).events)).toBe('DELIVERED');
    expect(await track(trackBody(other), wanted)).toEqual({ outcome: 'notFound' });
  });

  test('is not found by a 404, or by an empty list', async () => {
    expect(await track(missingBody, {}, 404)).toEqual({ outcome: 'notFound' });
    expect(await track(trackBody())).toEqual({ outcome: 'notFound' });
  });

  test('of an unknown state is neither late nor anything else', async () => {
    const body = shipmentBody({ events: [], status: { statusCode: 'unknown', timestamp: '2026-03-02T07:53:47' } });
    const { events } = reportOf(await track(trackBody(body)));
    expect(events).toMatchObject([{ status: 'UNKNOWN' }]);
    expect(events[0]).not.toHaveProperty('delayed');
    expect(events[0]).not.toHaveProperty('unmapped');
  });
});

test('a key is tested by a number that need not be there', async () => {
  nock(host).get('/track/shipments').query(true).reply(404, missingBody);
  await expect(connect().carrier.test()).resolves.toEqual({ account: 'DHL' });
  nock(host).get('/track/shipments').query(true).reply(401, { title: 'Unauthorized', status: 401 });
  await expect(connect().carrier.test()).rejects.toMatchObject({ kind: 'misconfigured' });
});

test('a day has 250 calls, five seconds apart, until DHL allows more', () => {
  const settings = dhlUnified.settings.parse({ apiKey: 'x' });
  expect(dhlUnified.dailyQuota?.(settings)).toEqual({ calls: 250, resetHourUtc: 0 });
  expect(dhlUnified.budgets(settings)).toEqual({ default: { calls: 1, perMs: 5_000 } });
});
