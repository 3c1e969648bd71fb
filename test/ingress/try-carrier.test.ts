import { describe, expect, test } from 'vitest';
import {
  blockOf,
  guideSettings,
  plainSettings,
  trackOf,
} from '../connectors/carriers/generic-carrier/courier-settings.ts';
import { startIngress } from '../support/ingress.ts';
import { testRedis } from '../support/redis.ts';

const redis = await testRedis();
const ingress = await startIngress(redis.url);
// What is said of the future says nothing of where a parcel is.
ingress.clock.advance(Date.parse('2026-07-27T00:00:00Z') - ingress.clock.now());
const { key } = await ingress.tenant();
const attempt = (json: unknown, as = key) =>
  ingress.request('POST', '/v1/connectors/generic-carrier/try', { key: as, json });

const connect = (settings: unknown) =>
  ingress.request('POST', '/v1/connections', { key, json: { connector: 'generic-carrier', name: 'Bay', settings } });

describe('a courier’s settings, tried on a sample', () => {
  test('show what is read of each parcel of a reply', async () => {
    const { status, body } = await attempt({ settings: guideSettings(), body: JSON.parse(blockOf('reply')) });
    expect(status).toBe(200);
    expect(body).toMatchObject({
      failure: null,
      parcels: [
        {
          trackingNumber: 'BAY100',
          outcome: 'found',
          status: 'OUT_FOR_DELIVERY',
          expectedOn: '2026-07-27',
          unmappedCodes: [],
          events: [
            { code: 'COLLECTED', status: 'PICKED_UP', occurredAt: '2026-07-25T06:12:00.000Z' },
            { code: 'DEPOT', location: { city: 'Botany', state: 'NSW', postalCode: '2019', country: null } },
            { code: 'VAN', occurredLocal: '2026-07-26T08:05:00' },
          ],
        },
        { trackingNumber: 'BAY200', outcome: 'notFound', status: 'UNKNOWN', events: [] },
        { trackingNumber: 'BAY300', outcome: 'found', unmappedCodes: ['XRAY'] },
      ],
    });
  });

  test('show what is read of a hook', async () => {
    const sample = { settings: guideSettings(), body: JSON.parse(blockOf('hook')), as: 'hook' };
    expect((await attempt(sample)).body).toMatchObject({
      parcels: [{ trackingNumber: 'BAY100', status: 'DELIVERED' }],
    });
  });

  test('say why nothing could be read', async () => {
    for (const [body, as, code] of [
      [{ other: [] }, 'reply', 'generic-carrier.unreadable_reply'],
      [null, 'reply', 'generic-carrier.unreadable_reply'],
      ['text', 'hook', 'generic-carrier.hook_malformed'],
    ] as const) {
      expect(await attempt({ settings: guideSettings(), body, as })).toMatchObject({
        status: 200,
        body: { parcels: [], failure: { code } },
      });
    }
  });

  test('are refused as they would be when they are saved, each fault with its pointer', async () => {
    const settings = plainSettings({ statuses: { DONE: 'ARRIVED' }, track: trackOf({ events: 'scans[' }) });
    const refused = await attempt({ settings, body: {} });
    expect(refused.status).toBe(400);
    const saved = await connect(settings);
    const pointers = ({ body }: { body: unknown }) => (body as { errors: { pointer: string }[] }).errors.map(({ pointer }) => pointer); // prettier-ignore
    expect(pointers(refused).sort()).toEqual(['/settings/statuses/DONE', '/settings/track/events']);
    expect(pointers(saved).sort()).toEqual(pointers(refused).sort());
  });

  test('need a sample', async () => {
    const refused = await attempt({ settings: plainSettings() });
    expect(refused).toMatchObject({ status: 400, body: { errors: [{ pointer: '/body', code: 'field.required' }] } });
  });

  test('need the part that the sample is read by', async () => {
    const refused = await attempt({ settings: plainSettings(), body: {}, as: 'hook' });
    expect(refused).toMatchObject({ status: 400, body: { errors: [{ pointer: '/settings/webhook' }] } });
  });

  test('are for those who may operate', async () => {
    const { key: reader } = await ingress.tenant(['read']);
    expect(await attempt({ settings: plainSettings(), body: {} }, reader)).toMatchObject({ status: 403 });
  });
});

describe('a connection with a courier’s settings', () => {
  test('shows them without their secrets', async () => {
    const { status, body } = await connect(
      plainSettings({ auth: { scheme: 'header', header: 'x-key', apiKey: 'canary-1' } }),
    );
    expect(status).toBe(201);
    expect(body).toMatchObject({
      kind: 'carrier',
      secretsConfigured: ['apiKey'],
      settings: { auth: { header: 'x-key' } },
    });
    expect(JSON.stringify(body)).not.toContain('canary-1');
  });

  test('is refused when its API or its token URL is inside of the network', async () => {
    const oauth = { scheme: 'oauth', clientId: 'c', clientSecret: 's' };
    for (const changes of [
      { baseUrl: 'http://169.254.169.254' },
      { auth: { ...oauth, tokenUrl: 'http://169.254.169.254/token' } },
    ]) {
      const refused = await connect(plainSettings(changes));
      expect(refused).toMatchObject({ status: 400, body: { errors: [{ pointer: '/settings' }] } });
    }
  });
});
