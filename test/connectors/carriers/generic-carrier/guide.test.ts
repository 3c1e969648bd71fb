import { createHmac } from 'node:crypto';
import nock from 'nock';
import { describe, expect, test } from 'vitest';
import { genericCarrier } from '../../../../src/connectors/carriers/generic-carrier/index.ts';
import type { TrackResult } from '../../../../src/connectors/carriers/port.ts';
import { resolveParcel } from '../../../../src/domain/parcel-state.ts';
import { inOrder } from '../../../../src/domain/merge-tracking.ts';
import { serviceToBook } from '../../../fixtures/carriers/service.ts';
import { connectWith, linesOf, receivedAt } from '../carrier-harness.ts';
import { useNock } from '../../wire-harness.ts';
import { blockOf, guideSettings } from './courier-settings.ts';

useNock();

const host = 'https://api.bay-couriers.example';
const connect = () => connectWith(genericCarrier, guideSettings());
const withKey = () => nock(host, { reqheaders: { 'x-bay-key': 'bay_live_4f1c9a' } });

/** As the guide writes what was read. */
function spell(number: string, result: TrackResult | undefined): string {
  if (result?.outcome !== 'found') return `${number} ${result?.outcome === 'notFound' ? 'not found' : 'failed'}\n`;
  const { events, expectedOn } = result.report;
  const lines = inOrder(events).map(({ status, code, at, place }) => `  ${[status, code, at, place?.city].filter(Boolean).join(' ')}\n`); // prettier-ignore
  return `${number} ${resolveParcel(events).status}${expectedOn === null ? '' : ` expected ${expectedOn}`}\n${lines.join('')}`;
}

describe('the courier of the guide', () => {
  test('is asked about several parcels at once, and read as the guide says', async () => {
    withKey().get('/v2/parcels?refs=BAY100,BAY200,BAY300').reply(200, blockOf('reply'));
    const numbers = ['BAY100', 'BAY200', 'BAY300'];
    const { carrier } = connect();
    const results = await carrier.track(numbers.map((number) => ({ number })));
    expect(numbers.map((number, at) => spell(number, results[at])).join('')).toBe(blockOf('read'));
  });

  test('has a word without a row, which is kept and told to be unknown', async () => {
    withKey().get('/v2/parcels?refs=BAY300').reply(200, blockOf('reply'));
    const [result] = await connect().carrier.track([{ number: 'BAY300' }]);
    const events = result?.outcome === 'found' ? result.report.events : [];
    expect(events).toEqual([expect.objectContaining({ status: 'UNKNOWN', unmapped: 'XRAY', code: 'XRAY' })]);
  });

  test('pushes hooks that are believed and read', () => {
    const { settings } = connect();
    const body = Buffer.from(blockOf('hook'));
    const nowMs = 1_785_029_460_000;
    const mac = createHmac('sha256', 'bay-hooks-7Yp2').update('1785029460.').update(body).digest('hex');
    const headers = { 'x-bay-time': '1785029460', 'x-bay-signature': `sha256=${mac}` };
    const verdict = genericCarrier.webhook?.verify({ headers, body }, settings, nowMs);
    expect(verdict).toEqual({ ok: true, messageId: 'evt_9001' });
    const reports = genericCarrier.webhook?.read(body, receivedAt, settings) ?? [];
    expect(reports).toMatchObject([{ number: 'BAY100', complete: false, expectedOn: null }]);
    expect(reports.flatMap(({ events }) => linesOf(events))).toEqual(['DELIVERED DONE 2026-07-26T01:31:00.000Z']);
  });

  test('takes a booking with all that it is to carry, and the same one again', async () => {
    const wanted = {
      clientRef: 'svc_1',
      from: {
        name: 'Store Carlton',
        address: '1 Example St, Dock 4',
        postcode: '3053',
        readyAt: '2026-07-26T02:00:00Z',
      },
      to: { name: 'Ana', phone: '+61400000002', line1: '2 Example Rd', suburb: 'Botany', postcode: '2019' },
      items: [
        { ref: 'box-1', kg: 1.25 },
        { ref: 'box-2', kg: null },
      ],
      note: 'Packline svc_1',
    };
    const answer = { booking: { id: 'B-77', ref: 'BAY100', links: [{ href: 'https://bay.example/t/BAY100' }] } };
    const booking = { bookingId: 'B-77', trackingNumber: 'BAY100', trackingUrl: 'https://bay.example/t/BAY100' };
    const { carrier } = connect();
    for (const status of [201, 409]) {
      withKey().post('/v2/bookings', wanted).reply(status, answer);
      expect(await carrier.book?.(serviceToBook())).toEqual(booking);
    }
  });

  test('cancels a booking, or says why it is too late', async () => {
    const { carrier } = connect();
    withKey().delete('/v2/bookings/B-77').reply(204);
    expect(await carrier.cancel?.('B-77')).toEqual({ canceled: true });
    withKey()
      .delete('/v2/bookings/B-77')
      .reply(409, { error: { code: 'ON_VAN' } });
    expect(await carrier.cancel?.('B-77')).toEqual({ canceled: false, code: 'generic-carrier.cancel_refused', detail: 'ON_VAN' }); // prettier-ignore
  });
});
