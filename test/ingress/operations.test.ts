import { Registry } from 'prom-client';
import { expect, test } from 'vitest';
import { createApp } from '../../src/ingress/app.ts';
import { adminKey, startIngress } from '../support/ingress.ts';
import { testRedis } from '../support/redis.ts';
import { sampleOrder } from '../support/sample-order.ts';

const redis = await testRedis();
const ingress = await startIngress(redis.url);
const { request } = ingress;

test('a process is alive and ready, until it is told to end', async () => {
  expect((await request('GET', '/livez')).status).toBe(200);
  expect((await request('GET', '/readyz')).status).toBe(200);
  ingress.state.draining = true;
  const ready = await request('GET', '/readyz');
  ingress.state.draining = false;
  expect(ready.status).toBe(503);
  expect(ready.body).toMatchObject({ code: 'packline.draining' });
  expect(ready.headers.get('connection')).toBe('close');
});

test('every answer carries a request id: the caller’s when it can be used, else one of ours', async () => {
  const own = await request('GET', '/livez', { headers: { 'X-Request-Id': 'trace-1.2:3_4' } });
  expect(own.headers.get('x-request-id')).toBe('trace-1.2:3_4');
  for (const bad of ['with space', 'x'.repeat(129), '<script>']) {
    const reply = await request('GET', '/v1/orders', { headers: { 'X-Request-Id': bad } });
    expect(reply.headers.get('x-request-id')).toMatch(/^req_/);
    expect(reply.body).toMatchObject({ traceId: reply.headers.get('x-request-id') });
  }
});

test('nothing is kept by caches or guessed by browsers', async () => {
  const { key } = await ingress.tenant();
  const reply = await request('GET', '/v1/orders', { key });
  expect(reply.headers.get('cache-control')).toBe('no-store');
  expect(reply.headers.get('x-content-type-options')).toBe('nosniff');
  expect(reply.headers.get('access-control-allow-origin')).toBeNull();
});

test('metrics count requests by route pattern and never by id', async () => {
  const { key } = await ingress.tenant();
  await request('GET', '/v1/orders/ord_01jd3xk5q8h2v4m6n7p9r0stwz', { key });
  const { text } = await request('GET', '/metrics', { key: adminKey });
  expect(text).toMatch(
    /packline_http_requests_total\{method="GET",route="\/v1\/orders\/:orderId",status="404"\} [1-9]/,
  );
  expect(text).not.toContain('ord_01jd3xk5q8h2v4m6n7p9r0stwz');
});

test('metrics count the work that waits when they are asked', async () => {
  const { key } = await ingress.tenant();
  const waiting = async (): Promise<number> =>
    Number(
      /^packline_entries\{shard="0",state="waiting"\} (\d+)$/m.exec(
        (await request('GET', '/metrics', { key: adminKey })).text,
      )?.[1],
    );
  const before = await waiting();
  const posted = await request('POST', '/v1/orders', {
    key,
    headers: { 'idempotency-key': 'counted' },
    json: sampleOrder({ externalId: 'counted' }),
  });
  expect(posted.status).toBe(202);
  expect(await waiting()).toBe(before + 1);
});

test('each request is one log line with its route, status and duration', async () => {
  const { key, merchantId } = await ingress.tenant();
  const before = ingress.log.lines().length;
  await request('GET', '/v1/orders/ord_01jd3xk5q8h2v4m6n7p9r0stwz', { key });
  const lines = ingress.log.lines().slice(before).filter(({ msg }) => msg === 'request.answered'); // prettier-ignore
  expect(lines).toMatchObject([
    { method: 'GET', route: '/v1/orders/:orderId', status: 404, code: 'order.not_found', merchantId, durationMs: 0 },
  ]);
});

test('keys, people and what they wrote never reach the log, whatever goes wrong', async () => {
  const { key } = await ingress.tenant();
  const headers = { 'Idempotency-Key': 'canary-idempotency-key' };
  const order = sampleOrder();
  const posted = await request('POST', '/v1/orders', { key, json: order, headers });
  await request('POST', '/v1/orders', { key, json: { ...order, notes: 'changed canary' }, headers });
  await request('POST', '/v1/orders', { key, json: { ...order, canaryField: 1 }, headers });
  await request('POST', '/v1/orders', { key, raw: '{"name":"Ana Canário"', headers });
  await request('GET', posted.headers.get('location') ?? '', { key });
  await request('GET', `/v1/orders?externalId=canary-external-id`, { key });
  await request('GET', '/v1/canary-path', { key });
  await request('GET', '/v1/orders', { key: 'pl_canary_unknown_key' });
  const json = { connector: 'nash', name: 'Nash', settings: { apiKey: 'canary-api-key', webhookSecret: 'canary' } };
  await request('POST', '/v1/connections', { key, json });

  const log = JSON.stringify(ingress.log.lines());
  // prettier-ignore
  const canaries = [
    key, adminKey, 'pl_canary_unknown_key', 'canary-api-key', 'Can\u00e1rio', 'canary@', '+61400000002', 'Canary Wharf',
    'Canary note', 'changed canary', 'canaryField', 'canary-external-id', 'canary-path', 'canary-idempotency-key',
  ];
  for (const canary of canaries) expect(log).not.toContain(canary);
});

test('what nobody expected is a 500 that says where to look, and nothing of our insides', async () => {
  const { key } = await ingress.tenant();
  const checkUrl = async (): Promise<void> => {
    throw new TypeError('an inner detail');
  };
  const broken = createApp({ ...ingress.deps, metrics: new Registry(), checkUrl });
  const reply = await broken.request('/v1/endpoints', {
    method: 'POST',
    headers: { Authorization: `Bearer ${key}`, 'Content-Type': 'application/json', 'X-Request-Id': 'trace-500' },
    body: JSON.stringify({ url: 'https://hooks.acme.com/x' }),
  });
  const text = await reply.text();
  expect(reply.status).toBe(500);
  expect(JSON.parse(text)).toMatchObject({ code: 'packline.unexpected', traceId: 'trace-500', source: 'packline' });
  expect(text).not.toContain('an inner detail');
  const line = ingress.log.lines().find(({ msg }) => msg === 'request.failed');
  expect(line).toMatchObject({ requestId: 'trace-500', error: 'TypeError', route: '/v1/endpoints' });
  expect(line?.['stack']).toContainEqual(expect.stringContaining('operations.test.ts'));
  // Libraries quote what they choke on, and that may be a person's.
  expect(JSON.stringify(line)).not.toContain('an inner detail');
});
