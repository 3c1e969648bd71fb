import { serve } from '@hono/node-server';
import { Hono } from 'hono';
import { Redis } from 'ioredis';

/** The ceiling of "accept": the same JSON parsed, one Redis write, nothing else. Started by accept.ts with URL and port. */
const [, , redisUrl = '', port = '0'] = process.argv;
const redis = new Redis(redisUrl);
const app = new Hono().post('/v1/orders', async (c) => {
  const order = await c.req.json<{ externalId: string }>();
  await redis.set(`bare:${order.externalId}`, JSON.stringify(order));
  return c.json({ id: order.externalId }, 202);
});
serve({ fetch: app.fetch, port: Number(port), hostname: '127.0.0.1' }, () => process.send?.('ready'));
