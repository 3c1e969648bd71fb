import { describe, expect, test } from 'vitest';
import { demoCourier } from '../../src/cli/demo-courier.ts';
import { genericCarrier } from '../../src/connectors/carriers/generic-carrier/index.ts';
import { shipengine } from '../../src/connectors/carriers/shipengine/index.ts';
import { shippo } from '../../src/connectors/carriers/shippo/index.ts';
import { ups } from '../../src/connectors/carriers/ups/index.ts';
import { serviceToBook } from '../fixtures/carriers/service.ts';
import { startCarriers } from './carriers-harness.ts';

const number = '1ZCIETST0111111114';
const numbersOf = (count: number) =>
  Array.from({ length: count }, (_, at) => ({ number: `1ZCIETST${String(at).padStart(10, '0')}` }));

async function openAll() {
  const harness = await startCarriers();
  const baseOf = (carrier: string) => `${harness.url}/carriers/${carrier}`;
  return {
    ...harness,
    ups: harness.connect(ups, { clientId: 'demo_client', clientSecret: 'demo_secret', baseUrl: baseOf('ups') }).carrier,
    shippo: harness.connect(shippo, { apiKey: 'demo_key', carrier: 'usps', baseUrl: baseOf('shippo') }).carrier,
    shipengine: harness.connect(shipengine, { apiKey: 'demo_key', carrier: 'usps', baseUrl: baseOf('shipengine') })
      .carrier,
    demo: harness.connect(genericCarrier, demoCourier(harness.url, 'demo-courier-hooks')).carrier,
  };
}

describe('a carrier of the sandbox that is told to tell of a number', () => {
  test.each(['ups', 'shippo', 'shipengine'] as const)('%s: takes it, and the parcel goes its way', async (carrier) => {
    const { sandbox, ...opened } = await openAll();
    expect(await opened[carrier].subscribe?.([{ number }])).toMatchObject([{ outcome: 'subscribed' }]);
    await expect.poll(() => sandbox.carriers.parcels.find(carrier, number)?.scans.at(-1)?.step).toBe('delivered');
    // Told again it is the same parcel.
    expect(await opened[carrier].subscribe?.([{ number }])).toMatchObject([{ outcome: 'subscribed' }]);
    expect(sandbox.carriers.parcels.list(carrier)).toHaveLength(1);
  });

  test('UPS: a hundred in one call, for fourteen days; those that are none of its packages are refused alone', async () => {
    const { ups: connection, sandbox, clock } = await openAll();
    const results = await connection.subscribe?.([...numbersOf(99), { number: '9400111899223197428490' }]);
    expect(results?.filter(({ outcome }) => outcome === 'subscribed')).toHaveLength(99);
    expect(results?.at(0)).toEqual({
      outcome: 'subscribed',
      until: new Date(clock.now() + 14 * 86_400_000).toISOString(),
    });
    expect(results?.at(-1)).toEqual({ outcome: 'refused', code: 'ups.number_refused' });
    const calls = sandbox.books.report().requests.filter(({ path }) => path.includes('/subscription/'));
    expect(calls).toHaveLength(1);
  });

  test('UPS: refuses more than a hundred altogether', async () => {
    const { url } = await openAll();
    const token = await fetch(`${url}/carriers/ups/security/v1/oauth/token`, {
      method: 'POST',
      headers: { authorization: `Basic ${Buffer.from('demo_client:demo_secret').toString('base64')}` },
      body: new URLSearchParams({ grant_type: 'client_credentials' }),
    });
    const { access_token: bearer } = (await token.json()) as { access_token: string };
    const answer = await fetch(`${url}/carriers/ups/api/track/v2/subscription/standard/package`, {
      method: 'POST',
      headers: { authorization: `Bearer ${bearer}`, 'content-type': 'application/json' },
      body: JSON.stringify({ trackingNumberList: numbersOf(101).map((one) => one.number) }),
    });
    expect(answer.status).toBe(400);
    expect(await answer.text()).toContain('VSS220');
  });
});

describe('the demo’s courier', () => {
  test('takes a service over once, however often it is asked, and calls it off until it has the parcel', async () => {
    const { demo, sandbox } = await openAll();
    const first = await demo.book?.(serviceToBook());
    expect(first).toMatchObject({ bookingId: expect.any(String), trackingNumber: expect.stringMatching(/^DC/) });
    expect(await demo.book?.(serviceToBook())).toEqual(first);
    await expect
      .poll(() => sandbox.carriers.parcels.find('demo', first?.trackingNumber ?? '')?.scans.at(-1)?.step)
      .toBe('delivered');
    expect(await demo.cancel?.(first?.bookingId ?? '')).toMatchObject({ canceled: false, detail: expect.any(String) });
  });

  test('does not fetch what was called off', async () => {
    const harness = await startCarriers({ speed: 0.001 });
    const { carrier } = harness.connect(genericCarrier, demoCourier(harness.url, 'demo-courier-hooks'));
    const booking = await carrier.book?.(serviceToBook());
    expect(await carrier.cancel?.(booking?.bookingId ?? '')).toEqual({ canceled: true });
    expect(await carrier.cancel?.(booking?.bookingId ?? '')).toEqual({ canceled: true });
    const parcel = harness.sandbox.carriers.parcels.find('demo', booking?.trackingNumber ?? '');
    expect(parcel?.scans.map(({ step }) => step)).toEqual(['announced', 'canceled']);
  });
});
