import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { carrierConnectors } from '../../src/connectors/carriers/registry.ts';
import { connectors } from '../../src/connectors/registry.ts';
import { toSettingsSchema } from '../../src/ingress/connection-settings.ts';
import { plainSettings } from '../connectors/carriers/generic-carrier/courier-settings.ts';
import { startIngress } from '../support/ingress.ts';
import { testRedis } from '../support/redis.ts';
import { egress } from '../vectors/vectors.ts';

const redis = await testRedis();
const ingress = await startIngress(redis.url, { settings: { ratePerSecond: 10_000, rateBurst: 10_000 } });
const { request } = ingress;
const { key } = await ingress.tenant();

const refusedUrls = egress.urls.flatMap(({ id, what, input, wanted }) =>
  wanted.verdict === 'refused' ? [{ id, what, url: input.url.padEnd(input.paddedTo ?? 0, 'a') }] : [],
);
const publicUrl = 'https://api.example.com/';
const webhookSecret = `whsec_${'c2VjcmV0'.repeat(4)}`;
const pickAndPackKey = `${'0'.repeat(32)}:${'1'.repeat(128)}`;
const accounts: Record<string, Record<string, unknown>> = {
  vtex: { account: 'acme', appKey: 'vtexappkey-acme-AAAAAA', appToken: 'token' },
  nash: { apiKey: 'nash_key', webhookSecret },
  'vtex-pick-and-pack': { account: 'acme', apiKey: pickAndPackKey },
  'vtex-last-mile': { account: 'acme', apiKey: pickAndPackKey },
  easypost: { apiKey: 'key' },
  aftership: { apiKey: 'key' },
  shippo: { apiKey: 'key' },
  shipengine: { apiKey: 'key' },
  ups: { clientId: 'id', clientSecret: 'secret' },
  fedex: { clientId: 'id', clientSecret: 'secret' },
  usps: { clientId: 'id', clientSecret: 'secret' },
  'dhl-unified': { apiKey: 'key' },
  'australia-post': { apiKey: 'key', password: 'password', accountNumber: '0012345678' },
  // Its token URL stands deeper: try-carrier.test.ts.
  'generic-carrier': plainSettings(),
};

const PropertiesSchema = z.record(z.string(), z.looseObject({ format: z.string().optional() }));
/** Every setting of every connector that is a URL, by the schema that forms are made of. */
const urlSettings = [...connectors.values()].flatMap((connector) =>
  Object.entries(PropertiesSchema.parse(toSettingsSchema(connector)['properties'] ?? {})).flatMap(
    ([field, { format }]) => (format === 'uri' ? [{ connector: connector.id, field }] : []),
  ),
);

const locationOf = async (path: string, json: unknown): Promise<string> => {
  const made = await request('POST', path, { key, json });
  expect(made.status, made.text).toBe(201);
  return made.headers.get('location') ?? expect.fail('no location');
};
const connect = (connector: string, settings: object = {}) => ({
  connector,
  name: connector,
  settings: { ...accounts[connector], ...settings },
});

test('D30: the settings that are URLs are known, and each connector that calls somebody has some', () => {
  expect(urlSettings.map(({ connector, field }) => `${connector} ${field}`)).toEqual([
    'vtex baseUrl',
    'nash baseUrl',
    'vtex-pick-and-pack apiBaseUrl',
    'vtex-pick-and-pack authBaseUrl',
    'vtex-pick-and-pack legacyBaseUrl',
    ...[...carrierConnectors.keys()].map((carrier) => `${carrier} baseUrl`),
    'vtex-last-mile apiBaseUrl',
    'vtex-last-mile authBaseUrl',
  ]);
});

describe('D30: no URL that the vectors refuse', () => {
  test('becomes an endpoint, when made or when changed', async () => {
    const path = await locationOf('/v1/endpoints', { url: publicUrl });
    for (const { id, what, url } of refusedUrls) {
      for (const [method, at] of [
        ['POST', '/v1/endpoints'],
        ['PATCH', path],
      ] as const) {
        // prettier-ignore
        const reply = await request(method, at, { key, json: { url } });
        expect(reply.body, `${method} ${id} ${what}`).toMatchObject({ status: 400, errors: [{ pointer: '/url' }] });
      }
    }
    expect((await request('GET', path, { key })).body).toMatchObject({ url: publicUrl });
  });

  test.each([
    ['https://10.0.0.1/hooks', 'egress.address', true],
    ['https://redis/hooks', 'egress.name', true],
    ['https://subscriber.example:6379/', 'egress.port', true],
    ['http://subscriber.example/', 'egress.scheme', true],
    ['https://user:word@subscriber.example/', 'egress.credentials', false],
    ['ftp://subscriber.example/', 'field.format', false],
  ])('%s: who is refused reads whether an operator could open it', async (url, code, isOpenable) => {
    const { body } = await request('POST', '/v1/endpoints', { key, json: { url } });
    const [error] = (body as { errors: { code: string; detail: string }[] }).errors;
    expect(error?.code).toBe(code);
    expect(error?.detail.includes('PACKLINE_EGRESS_ALLOW')).toBe(isOpenable);
  });

  /** One check serves every setting: each is tried with every so many of the URLs, and each URL by several of the settings. */
  const shares = 4;
  const shareOf = (setting: (typeof urlSettings)[number]) =>
    refusedUrls.filter((_, n) => n % shares === urlSettings.indexOf(setting) % shares);

  test('each URL is tried by some of the settings', () => {
    expect(new Set(urlSettings.flatMap(shareOf)).size).toBe(refusedUrls.length);
  });

  test.each(urlSettings)('becomes the $field of a $connector connection', async (setting) => {
    const { connector, field } = setting;
    const path = await locationOf('/v1/connections', connect(connector, { [field]: publicUrl }));
    const refused = { status: 400, errors: [{ pointer: expect.stringMatching(/^\/settings/) }] };
    for (const { id, what, url } of shareOf(setting)) {
      const made = await request('POST', '/v1/connections', { key, json: connect(connector, { [field]: url }) });
      expect(made.body, `${id} ${what}`).toMatchObject(refused);
    }
    const changed = await request('PATCH', path, { key, json: { settings: { [field]: 'http://169.254.169.254/' } } });
    expect(changed.body).toMatchObject(refused);
  });
});

describe('D29: how a call is made cannot be set', () => {
  const ways = { socketPath: '/run/docker.sock', agent: {}, dispatcher: {}, proxy: 'http://127.0.0.1:3128', host: 'x' };

  test.each(Object.entries(ways))('not by %s of an endpoint', async (name, value) => {
    const reply = await request('POST', '/v1/endpoints', { key, json: { url: publicUrl, [name]: value } });
    expect(reply.body).toMatchObject({ code: 'request.invalid', errors: [{ pointer: `/${name}` }] });
  });

  test.each(Object.entries(ways))('not by %s of a connection', async (name, value) => {
    for (const connector of Object.keys(accounts)) {
      const reply = await request('POST', '/v1/connections', { key, json: connect(connector, { [name]: value }) });
      expect(reply.body, connector).toMatchObject({
        code: 'request.invalid',
        errors: [{ pointer: `/settings/${name}` }],
      });
    }
  });
});
