import { Redis } from 'ioredis';
import { afterAll } from 'vitest';
import * as z from 'zod';
import { makeWebhookSecret, signWebhook } from '../../src/platform/signature.ts';
import { startIngress } from './ingress.ts';
import { redisStarter, temporaryFolder } from './own-redis.ts';
import { sampleOrder } from './sample-order.ts';

/** The API on a Redis of the file's own, to be filled, emptied and ended. Call it at the top of a test file with `await`. */
export async function startTroubledIngress() {
  const startRedis = redisStarter();
  const home = await temporaryFolder();
  const redis = await startRedis({ home });
  const ingress = await startIngress(redis.url, { settings: { ratePerSecond: 1_000, rateBurst: 10_000 } });
  const { request, clock } = ingress;
  const { key, merchantId } = await ingress.tenant();
  const secret = makeWebhookSecret(Buffer.alloc(32, 7));
  const connection = await request('POST', '/v1/connections', {
    key,
    json: { connector: 'nash', name: 'Nash', settings: { apiKey: 'nash_key', webhookSecret: secret } },
  });
  const { webhookUrl } = z.looseObject({ webhookUrl: z.string() }).parse(connection.body);

  let count = 0;
  const postOrder = () => {
    count += 1;
    const headers = { 'Idempotency-Key': `trouble-${count}` };
    return request('POST', '/v1/orders', { key, json: sampleOrder({ externalId: `t-${count}` }), headers });
  };
  const postWebhook = () => {
    count += 1;
    const seconds = Math.floor(clock.now() / 1000);
    const signature = signWebhook(secret, `msg_${count}`, seconds, '{}');
    const headers = { 'svix-id': `msg_${count}`, 'svix-timestamp': String(seconds), 'svix-signature': signature };
    return request('POST', new URL(webhookUrl).pathname, { raw: '{}', headers });
  };
  // Its own connection: the API's is what the trouble is about.
  const client = new Redis(redis.url);
  client.on('error', () => undefined);
  afterAll(() => client.disconnect());
  return { ingress, redis, client, key, merchantId, postOrder, postWebhook };
}
