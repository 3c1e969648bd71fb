import { Worker } from 'bullmq';
import { Redis } from 'ioredis';
import { Agent, request } from 'undici';
import { signWebhook } from '../src/platform/signature.ts';

/**
 * The ceiling of "deliveries": one BullMQ job for each, its body signed and posted, and nothing else: no order kept, no
 * attempt logged, no endpoint looked up, nobody asked whether the address may be called. Started by deliveries.ts with
 * Redis' URL, the queue's prefix, a secret, and how many at once.
 */
const [, , redisUrl = '', prefix = '', secret = '', concurrency = '50'] = process.argv;
const dispatcher = new Agent({ pipelining: 1 });

const worker = new Worker<{ id: string; url: string; body: string }>(
  'bare',
  async ({ data: { id, url, body } }) => {
    const timestamp = Math.floor(Date.now() / 1_000);
    const headers = {
      'content-type': 'application/json',
      'webhook-id': id,
      'webhook-timestamp': String(timestamp),
      'webhook-signature': signWebhook(secret, id, timestamp, body),
    };
    const reply = await request(url, { dispatcher, method: 'POST', headers, body });
    await reply.body.text();
    if (reply.statusCode >= 300) throw new Error(`answered ${reply.statusCode}`);
  },
  {
    connection: new Redis(redisUrl, { maxRetriesPerRequest: null }),
    prefix,
    concurrency: Number(concurrency),
    removeOnComplete: { count: 0 },
    skipVersionCheck: true,
  },
);
await worker.waitUntilReady();
process.send?.('ready');
