import nock from 'nock';
import { describe, expect, test } from 'vitest';
import { australiaPost } from '../../../src/connectors/carriers/australia-post/index.ts';
import { resolveParcel } from '../../../src/domain/parcel-state.ts';
import { article, consignment, invalid, trackBody } from '../../fixtures/carriers/australia-post.ts';
import { connectWith, freshKey, linesOf, reportOf, statusOf } from './carrier-harness.ts';
import { useNock } from '../wire-harness.ts';

useNock();

const host = 'https://digitalapi.auspost.com.au';
const connect = (changes: Record<string, unknown> = {}) =>
  connectWith(australiaPost, { apiKey: freshKey(), password: 'p', accountNumber: '1003357117', ...changes });
const track = async (...results: { tracking_id: string }[]) => {
  nock(host)
    .get('/shipping/v1/track')
    .query(true)
    .reply(200, trackBody(...results));
  return connect().carrier.track(results.map(({ tracking_id: number }) => ({ number })));
};
const articleOf = (status: string, events: object[] = []) => ({
  tracking_id: 'AP1',
  trackable_items: [{ article_id: 'AP1', events, status }],
});
const consignmentOf = (items: object[]) => ({
  tracking_id: 'C1',
  trackable_items: [{ consignment_id: 'C1', items }],
});
const said = (description: string) => ({ description, date: '2021-01-21T08:34:14+11:00', location: 'KEW VIC' });

describe('parcels at Australia Post', () => {
  test('are asked for together, for an account', async () => {
    const authorization = `Basic ${Buffer.from('key:pass word').toString('base64')}`;
    nock(host, { reqheaders: { authorization, 'account-number': '1003357117' } })
      .get('/shipping/v1/track')
      .query({ tracking_ids: 'ET123456789AU,LX123456789US,7XX1000' })
      .reply(200, trackBody(article, invalid, consignment));
    const { carrier } = connect({ apiKey: 'key', password: 'pass word' });
    const results = await carrier.track([
      { number: 'ET123456789AU' },
      { number: 'LX123456789US' },
      { number: '7XX1000' },
    ]);
    expect(results.map(({ outcome }) => outcome)).toEqual(['found', 'found', 'notFound']);
  });

  test('have events while their status is unknown', async () => {
    const [result] = await track(consignment);
    expect(linesOf(reportOf(result).events)).toEqual([
      'PICKED_UP Received by Australia Post 2021-01-27T00:06:59.000Z',
      'IN_TRANSIT Processed by air carrier 2021-02-02T21:08:00.000Z',
    ]);
  });

  test('have each event’s own meaning, never that of the whole', async () => {
    const [result] = await track(article);
    expect(linesOf(reportOf(result).events)).toEqual([
      'OUT_FOR_DELIVERY Onboard for delivery 2021-01-20T21:34:14.000Z',
      'DELIVERED Delivered - Left in a safe place 2021-01-21T00:04:27.000Z',
      '= DELIVERED Delivered 2021-01-21T00:04:27.000Z',
    ]);
  });

  test('of a consignment are where the last of them is', async () => {
    const items = [
      { article_id: 'A', status: 'Delivered', events: [said('Delivered')] },
      { article_id: 'B', status: 'In transit', events: [said('Arrived at facility')] },
    ];
    const [result] = await track(consignmentOf(items));
    expect(statusOf(reportOf(result).events)).toBe('IN_TRANSIT');
  });

  test('that nobody may track, or that are left out, fail alone', async () => {
    nock(host)
      .get('/shipping/v1/track')
      .query(true)
      .reply(200, trackBody({ ...invalid, errors: [{ code: 'ESB-10002' }] }, article));
    const parcels = [{ number: '7XX1000' }, { number: 'GONE' }, { number: 'LX123456789US' }];
    expect(await connect().carrier.track(parcels)).toMatchObject([
      { outcome: 'failed', failure: { kind: 'rejected', code: 'australia-post.refused' } },
      { outcome: 'failed', failure: { kind: 'transient', code: 'australia-post.unanswered' } },
      { outcome: 'found' },
    ]);
  });
});

test('"Possible delay" is late, and not held', async () => {
  const [result] = await track(articleOf('Possible delay', [said('Arrived at facility')]));
  expect(resolveParcel(reportOf(result).events)).toMatchObject({ status: 'IN_TRANSIT', delayed: true });
});

test.each([
  ['In transit to next facility in CALOUNDRA WEST QLD', { status: 'IN_TRANSIT' }],
  ['Shipment information received', { status: 'PRE_TRANSIT' }],
  ['Leave in a safe place requested by Receiver', { status: null }],
  ['Delivered to the wrong planet', { status: 'UNKNOWN', unmapped: 'Delivered to the wrong planet' }],
])('the text %j is %j', async (text, meaning) => {
  const [result] = await track(articleOf('Unknown', [said(text)]));
  expect(reportOf(result).events).toMatchObject([meaning]);
});
