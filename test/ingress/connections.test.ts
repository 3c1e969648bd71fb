import { afterAll, expect, test } from 'vitest';
import * as z from 'zod';
import { createSandbox } from '../../src/sandbox/sandbox.ts';
import { leaseEntries } from '../../src/store/entries.ts';
import { adminKey, startIngress } from '../support/ingress.ts';
import { testRedis } from '../support/redis.ts';

const redis = await testRedis();
const sandbox = createSandbox({ speed: 0, picker: { mode: 'manual' } });
const partner = await sandbox.listen(0);
afterAll(() => partner.close());
const gone = await createSandbox({ speed: 0, picker: { mode: 'manual' } }).listen(0);
await gone.close();
const ingress = await startIngress(redis.url, {
  settings: { ratePerSecond: 1_000, rateBurst: 10_000, baseUrl: 'https://packline.acme.com' },
  env: { PACKLINE_SANDBOX_PORT: new URL(partner.url).port, PACKLINE_EGRESS_ALLOW: new URL(gone.url).host },
});
const { request, store } = ingress;

const apiKey = 'nash_demo_key';
const settings = { baseUrl: `${partner.url}/nash`, apiKey, webhookSecret: `whsec_${'c2VjcmV0'.repeat(4)}` };
const routing = [{ storeLocationIds: ['store-1'] }];
const ConnectionSchema = z.looseObject({ id: z.string(), webhookUrl: z.string() });

async function connect(key: string, change: object = {}) {
  const json = { connector: 'nash', name: 'Nash', settings: { ...settings, ...change }, routing };
  const made = await request('POST', '/v1/connections', { key, json });
  expect(made.status).toBe(201);
  return { made, path: made.headers.get('location') ?? '', ...ConnectionSchema.parse(made.body) };
}

async function sweepsOf(merchantId: string): Promise<number> {
  const { entries } = await leaseEntries(store, { room: 10_000, leaseMs: 600_000 });
  return entries.filter(({ job, payload }) => job === 'sweep' && JSON.stringify(payload).includes(merchantId)).length;
}

/** As `toMatchObject` takes it, whatever stands beside it. */
const like = (value: object): unknown =>
  expect.objectContaining(
    Object.fromEntries(
      Object.entries(value).map(([name, part]) => [
        name,
        typeof part === 'object' && part !== null && !Array.isArray(part) && part.constructor === Object
          ? like(part)
          : part,
      ]),
    ),
  );

test('connectors tell what their settings are, and which of them are secret', async () => {
  const { key } = await ingress.tenant(['read']);
  const { body } = await request('GET', '/v1/connectors', { key });
  expect(body).toMatchObject({
    data: expect.arrayContaining(
      [
        { id: 'generic', kind: 'oms', settings: { properties: {} } },
        {
          id: 'vtex',
          kind: 'oms',
          settings: { properties: { appToken: { writeOnly: true, 'x-secret': true } }, required: expect.any(Array) },
        },
        {
          id: 'nash',
          kind: 'fulfilment',
          capabilities: ['orders', 'webhooks', 'catalog'],
          settings: { properties: { apiKey: { writeOnly: true, 'x-secret': true }, region: { enum: ['us', 'au'] } } },
        },
        {
          id: 'vtex-pick-and-pack',
          kind: 'fulfilment',
          settings: { properties: { apiKey: { writeOnly: true, 'x-secret': true } } },
        },
        {
          id: 'easypost',
          kind: 'carrier',
          capabilities: ['tracking', 'webhooks'],
          settings: { properties: { apiKey: { writeOnly: true, 'x-secret': true } } },
        },
      ].map(like),
    ),
  });
});

test('a connection shows everything but its secrets, and where the partner’s webhooks go', async () => {
  const { key, merchantId } = await ingress.tenant();
  const { made, path } = await connect(key);
  expect(made.body).toMatchObject({
    connector: 'nash',
    kind: 'fulfilment',
    settings: { baseUrl: settings.baseUrl, requestsPerSecond: 20 },
    secretsConfigured: ['apiKey', 'webhookSecret'],
    routing,
    paused: false,
    webhookUrl: expect.stringMatching(/^https:\/\/packline\.acme\.com\/in\/[\w-]{32}$/),
  });
  const read = await request('GET', path, { key });
  expect(read.body).toEqual(made.body);
  const listed = await request('GET', '/v1/connections', { key });
  expect(listed.body).toEqual({ data: [made.body], nextCursor: null });
  expect(made.text + read.text + listed.text).not.toContain(apiKey);
  expect(made.text + read.text + listed.text).not.toContain(settings.webhookSecret);
  expect((await redis.client.hvals(store.keys.connections(merchantId))).join('')).not.toContain(apiKey);
});

test.each([
  ['an unknown connector', { connector: 'nush' }, '/connector'],
  ['an unknown setting', { settings: { ...settings, colour: 'red' } }, '/settings/colour'],
  ['a missing secret', { settings: { baseUrl: settings.baseUrl } }, '/settings/apiKey'],
  [
    'a URL inside our own network',
    { settings: { ...settings, baseUrl: 'http://169.254.169.254/latest' } },
    '/settings',
  ],
  ['a rule that names no OMS connection', { routing: [{ connections: ['con_01jd3xk5q8h2v4m6n7p9r0stwz'] }] }, '/routing/0/connections/0'], // prettier-ignore
  ['a rule with an unknown field', { routing: [{ stores: ['store-1'] }] }, '/routing/0/stores'],
])('%s is refused with a pointer', async (_name, change, pointer) => {
  const { key } = await ingress.tenant();
  const json = { connector: 'nash', name: 'Nash', settings, ...change };
  const reply = await request('POST', '/v1/connections', { key, json });
  expect(reply.status).toBe(400);
  expect(reply.body).toMatchObject({ errors: [expect.objectContaining({ pointer })] });
  expect(reply.text).not.toContain(apiKey);
});

test('a change of settings keeps the secrets that it leaves out, and null removes one', async () => {
  const { key } = await ingress.tenant();
  const { path } = await connect(key);
  const changed = await request('PATCH', path, { key, json: { settings: { orgId: 'org-9', webhookSecret: null } } });
  expect(changed.body).toMatchObject({ settings: { orgId: 'org-9' }, secretsConfigured: ['apiKey'] });
  expect((await request('POST', `${path}/test`, { key })).body).toMatchObject({ code: expect.any(String) });
  const back = await request('PATCH', path, { key, json: { settings: { orgId: null }, name: 'Nash north' } });
  expect(back.body).toMatchObject({ name: 'Nash north', secretsConfigured: ['apiKey'] });
  expect((await request('POST', `${path}/test`, { key })).body).toMatchObject({ ok: true });
});

test('only a system that fulfils has rules, when it is made and when it is changed', async () => {
  const { key } = await ingress.tenant();
  const json = { connector: 'generic', name: 'Posts orders', settings: {} };
  const made = await request('POST', '/v1/connections', { key, json: { ...json, routing } });
  const { headers } = await request('POST', '/v1/connections', { key, json });
  const changed = await request('PATCH', headers.get('location') ?? '', { key, json: { routing } });
  for (const reply of [made, changed]) {
    expect(reply.status).toBe(400);
    expect(reply.body).toMatchObject({ errors: [{ pointer: '/routing' }] });
  }
});

test('a new, changed or resumed connection has waiting orders looked at again', async () => {
  const { key, merchantId } = await ingress.tenant();
  const { path } = await connect(key);
  expect(await sweepsOf(merchantId)).toBe(1);
  await request('PATCH', path, { key, json: { routing: [{ channels: ['web'] }] } });
  await request('PATCH', path, { key, json: { routing } });
  expect(await sweepsOf(merchantId)).toBe(2);
  expect((await request('POST', `${path}/pause`, { key })).body).toMatchObject({ paused: true });
  expect(await sweepsOf(merchantId)).toBe(0);
  expect((await request('POST', `${path}/resume`, { key })).body).toMatchObject({ paused: false });
  expect(await sweepsOf(merchantId)).toBe(1);
});

test('a test of credentials tells a refused key from a partner that is down', async () => {
  const { key } = await ingress.tenant();
  const good = await connect(key);
  const refused = await connect(key, { apiKey: 'nash_wrong_key' });
  expect((await request('POST', `${good.path}/test`, { key })).body).toMatchObject({ ok: true, account: expect.any(String) }); // prettier-ignore
  expect((await request('POST', `${refused.path}/test`, { key })).body).toMatchObject({
    ok: false,
    source: 'you',
    retryable: false,
  });

  const dead = await connect(key, { baseUrl: `${gone.url}/nash` });
  expect((await request('POST', `${dead.path}/test`, { key })).body).toMatchObject({
    ok: false,
    source: 'nash',
    retryable: true,
  });
});

test('a partner without a call for it cannot have its webhook made, and the answer says how to do it by hand', async () => {
  const { key } = await ingress.tenant();
  const { path, webhookUrl } = await connect(key);
  const reply = await request('POST', `${path}/register-webhooks`, { key });
  expect(reply.status).toBe(409);
  expect(reply.body).toMatchObject({ code: 'connection.unsupported', detail: expect.stringContaining(webhookUrl) });
});

test('health tells of credentials and of each budget', async () => {
  const { key } = await ingress.tenant();
  const { path } = await connect(key);
  await request('POST', `${path}/test`, { key });
  const reply = await request('GET', `${path}/health`, { key });
  expect(reply.body).toMatchObject({ state: 'healthy', unhealthySince: null, budgets: expect.any(Object) });
  expect(reply.body).toMatchObject({
    budgets: {
      default: {
        limitPerSecond: 20,
        marginPercent: 4,
        windows: [{ calls: 20, perMs: 1_000, used: expect.any(Number) }],
        atOnce: null,
        queue: { urgent: 0, orders: 0, inventory: 0, catalog: 0, reads: 0 },
        etaMs: 0,
      },
      catalog: { limitPerSecond: 10 },
    },
  });
  const { text: metrics } = await ingress.request('GET', '/metrics', { key: adminKey });
  expect(metrics).toMatch(/^packline_limiter_budget_used_ratio\{connector="nash",budget="default"\} [\d.]+$/m);
  expect(metrics).toMatch(/^packline_limiter_waiting\{connector="nash",budget="catalog",class="inventory"\} 0$/m);
  expect(metrics).toMatch(
    /^packline_limiter_wait_seconds_count\{connector="nash",budget="default",class="orders"\} [1-9]/m,
  );
});

test('a deleted connection is gone, for everybody', async () => {
  const [owner, stranger] = [await ingress.tenant(), await ingress.tenant()];
  const { path } = await connect(owner.key);
  for (const [method, tail] of [
    ['GET', ''],
    ['DELETE', ''],
    ['POST', '/test'],
    ['POST', '/rotate-token'],
    ['GET', '/health'],
  ] as const) {
    // prettier-ignore
    expect((await request(method, `${path}${tail}`, { key: stranger.key })).status).toBe(404);
  }
  expect((await request('DELETE', path, { key: owner.key })).status).toBe(204);
  expect((await request('GET', path, { key: owner.key })).status).toBe(404);
});
