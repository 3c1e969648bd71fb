import nock from 'nock';
import { describe, expect, test } from 'vitest';
import { usps } from '../../../src/connectors/carriers/usps/index.ts';
import { eventOf, missingBody, trackingBody } from '../../fixtures/carriers/usps.ts';
import { connectWith, freshKey, linesOf, reportOf, statusOf } from './carrier-harness.ts';
import { useNock } from '../wire-harness.ts';

useNock();

const host = 'https://apis.usps.com';
const number = '9400100000000000000000';
const connect = () => connectWith(usps, { clientId: freshKey(), clientSecret: 's' });
const giveToken = (): string => {
  const token = freshKey();
  nock(host)
    .post('/oauth2/v3/token', /scope=tracking/)
    .reply(200, { access_token: token, token_type: 'Bearer', expires_in: 28_799 });
  return token;
};
const track = async (body: object, status = 200) => {
  nock(host, { reqheaders: { authorization: `Bearer ${giveToken()}` } })
    .get(`/tracking/v3/tracking/${number}?expand=DETAIL`)
    .reply(status, body);
  return (await connect().carrier.track([{ number }]))[0];
};

describe('a parcel at USPS', () => {
  test('has the instants of its GMT fields beside its local times', async () => {
    const report = reportOf(await track(trackingBody()));
    expect(linesOf(report.events)).toEqual([
      'PRE_TRANSIT GX 2024-11-15T16:32:00.000Z',
      'PICKED_UP 03 2024-11-18T16:10:00.000Z',
      'IN_TRANSIT 07 2024-11-22T13:59:45.000Z',
      'OUT_FOR_DELIVERY OF 2024-11-22T14:10:45.000Z',
      'DELIVERED 01 2024-11-22T18:58:40.000Z',
      '= DELIVERED Delivered 2024-11-22T18:58:40.000Z',
    ]);
    expect(report.number).toBe(number);
  });

  test.each([200, 404])('is not found by an error 404 in a reply of %i', async (status) => {
    expect(await track(missingBody, status)).toEqual({ outcome: 'notFound' });
  });

  test('fails alone by another error in a 200', async () => {
    const body = { apiVersion: 'v3', error: { code: '400', message: 'invalid' } };
    expect(await track(body)).toMatchObject({ outcome: 'failed', failure: { code: 'usps.refused' } });
  });

  test.each([
    ['Delivered, To Original Sender', '01', 'RETURNED'],
    ['Delivered, To Agent', '01', 'DELIVERED'],
    ['Alert, Awaiting Item', 'ZZ', 'EXCEPTION'],
    ['Moon Landing', 'ZZ', 'UNKNOWN'],
    ['Out for Delivery', null, 'OUT_FOR_DELIVERY'],
  ])('has the event %j (%s), which is %s', async (text, code, status) => {
    const body = trackingBody({ status: null, statusCategory: null, trackingEvents: [eventOf(text, code)] });
    const { events } = reportOf(await track(body));
    expect(events).toMatchObject([{ status, ...(status === 'UNKNOWN' ? { unmapped: 'ZZ' } : {}) }]);
  });

  test('was returned when the whole says so, whatever its category', async () => {
    const body = trackingBody({ status: 'Delivered, To Original Sender', trackingEvents: [] });
    expect(statusOf(reportOf(await track(body)).events)).toBe('RETURNED');
  });
});
