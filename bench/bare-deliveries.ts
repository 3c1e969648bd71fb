import { Worker } from 'bullmq';
import { Redis } from 'ioredis';
import { Agent, fetch, request } from 'undici';
import { signWebhook } from '../src/platform/signature.ts';

/**
 * The ceiling of "deliveries": one BullMQ job for each, its body signed and posted, and nothing else: no order kept, no
 * attempt logged, no endpoint looked up, nobody asked whether the address may be called. Started by drain-deliveries.ts with
 * Redis' URL, the queue's name and prefix, a secret, how many at once, and what posts: `fetch`, as one would write it, or
 * undici's `request`, the fastest there is.
 */
const [, , redisUrl = '', name = '', prefix = '', secret = '', concurrency = '50', client = 'fetch'] = process.argv;
const dispatcher = new Agent({ pipelining: 1 });

type Post = (url: string, headers: Record<string, string>, body: string) => Promise<number>;
const post: Post =
  client === 'fetch'
    ? async (url, headers, body) => {
        const reply = await fetch(url, { dispatcher, method: 'POST', headers, body });
        await reply.text();
        return reply.status;
      }
    : async (url, headers, body) => {
        const reply = await request(url, { dispatcher, method: 'POST', headers, body });
        await reply.body.text();
        return reply.statusCode;
      };

const worker = new Worker<{ id: string; url: string; body: string }>(
  name,
  async ({ data: { id, url, body } }) => {
    const timestamp = Math.floor(Date.now() / 1_000);
    const headers = {
      'content-type': 'application/json',
      'webhook-id': id,
      'webhook-timestamp': String(timestamp),
      'webhook-signature': signWebhook(secret, id, timestamp, body),
    };
    const status = await post(url, headers, body);
    if (status >= 300) throw new Error(`answered ${status}`);
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
