import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import * as z from 'zod';
import { makeWebhookSecret, signWebhook } from '../../src/platform/signature.ts';
import { leaseEntries } from '../../src/store/entries.ts';
import { startIngress } from '../support/ingress.ts';
import { testRedis } from '../support/redis.ts';
import { sampleOrder } from '../support/sample-order.ts';

const redis = await testRedis();
const ingress = await startIngress(redis.url, { settings: { ratePerSecond: 1_000, rateBurst: 10_000 } });
const { request, store, clock } = ingress;
const secret = makeWebhookSecret(randomBytes(32));

async function post(key: string, externalId: string): Promise<string> {
  const headers = { 'Idempotency-Key': externalId };
  const posted = await request('POST', '/v1/orders', { key, json: sampleOrder({ externalId }), headers });
  return z.looseObject({ id: z.string() }).parse(posted.body).id;
}

/** The path of a new connection of this merchant, for hooks. */
async function connect(key: string): Promise<string> {
  const json = { connector: 'nash', name: 'Nash', settings: { apiKey: 'nash_key', webhookSecret: secret } };
  const made = await request('POST', '/v1/connections', { key, json });
  return new URL(z.looseObject({ webhookUrl: z.string() }).parse(made.body).webhookUrl).pathname;
}

async function hook(path: string, id: string): Promise<void> {
  const raw = JSON.stringify({ type: 'delivery', event: 'completed', data: {} });
  const seconds = Math.floor(clock.now() / 1_000);
  const signature = signWebhook(secret, id, seconds, raw);
  const headers = { 'svix-id': id, 'svix-timestamp': String(seconds), 'svix-signature': signature };
  await request('POST', path, { raw, headers: { ...headers, 'Content-Type': 'application/json' } });
}

test('the orders and hooks of one merchant are handed over at once, however many another one has waiting', async () => {
  const [noisy, quiet] = [await ingress.tenant(), await ingress.tenant()];
  const [noisyHooks, quietHooks] = [await connect(noisy.key), await connect(quiet.key)];
  for (let n = 0; n < 150; n += 1) {
    await post(noisy.key, `noisy-${n}`);
    await hook(noisyHooks, `msg_${n}`);
  }
  clock.advance(1);
  const orderId = await post(quiet.key, 'quiet');
  await hook(quietHooks, 'msg_quiet');

  const { entries } = await leaseEntries(store, { room: 200, leaseMs: 600_000 });
  const quietWork = entries.filter(({ payload }) =>
    [orderId, quiet.merchantId].some((id) => JSON.stringify(payload).includes(id)),
  );
  expect(quietWork.map(({ job }) => job).sort()).toEqual(
    expect.arrayContaining(['fulfilment-read', 'fulfilment-submit']),
  );
});
