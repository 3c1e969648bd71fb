import { Hono } from 'hono';
import { z } from 'zod';
import type { OmsEnv } from './oms-env.ts';
import { filterSchema, refuseUnsound } from './order-filter.ts';
import { readVtexBody, readVtexQuery } from './read-vtex-body.ts';
import { VtexRefusal } from './vtex-refusal.ts';

const hookBody = z.strictObject({
  filter: filterSchema,
  /** VTEX accepts https only; loopback has none. */
  hook: z.strictObject({ url: z.url({ protocol: /^https?$/ }), headers: z.record(z.string(), z.string()) }),
});

const retentionSeconds = z.int().min(345_600).max(1_209_600);
const feedBody = z.strictObject({
  /** "If the filter is not configured, … all status changes will appear in the feed." */
  filter: filterSchema.default({ type: 'FromWorkflow' }),
  /** The reference writes the retention in PascalCase, the guide in camelCase. */
  queue: z.union([
    z.strictObject({
      visibilityTimeoutInSeconds: z.int().min(0).max(43_200),
      MessageRetentionPeriodInSeconds: retentionSeconds,
    }),
    z.strictObject({
      visibilityTimeoutInSeconds: z.int().min(0).max(43_200),
      messageRetentionPeriodInSeconds: retentionSeconds,
    }),
  ]),
});
const commitBody = z.strictObject({ handles: z.array(z.string()).min(1) });
const feedQuery = z.object({ maxlot: z.coerce.number().int().min(1).max(10) });

const notConfigured = (what: string): VtexRefusal => new VtexRefusal(404, 'FEED001', `${what} is not configured`);

/** Feed v3 and hook (Orders API, `/api/orders`). */
export const eventRoutes = new Hono<OmsEnv>()
  .post('/hook/config', async (c) => {
    const config = await readVtexBody(c, hookBody);
    refuseUnsound(config.filter);
    if (!(await c.get('account').ping(config.hook))) {
      throw new VtexRefusal(400, 'HOOK001', 'The endpoint did not answer the ping with 200');
    }
    c.get('account').setHook(config);
    return c.json(config);
  })
  .get('/hook/config', (c) => {
    const config = c.get('account').hook();
    if (config === null) throw notConfigured('Hook');
    return c.json(config);
  })
  .delete('/hook/config', (c) => {
    const { hook, setHook } = c.get('account');
    if (hook() === null) throw notConfigured('Hook');
    setHook(null);
    return c.body(null, 200);
  })
  .post('/feed/config', async (c) => {
    const { filter, queue } = await readVtexBody(c, feedBody);
    refuseUnsound(filter);
    c.get('account').feed.configure({
      filter,
      visibilityTimeoutInSeconds: queue.visibilityTimeoutInSeconds,
      messageRetentionPeriodInSeconds:
        'MessageRetentionPeriodInSeconds' in queue
          ? queue.MessageRetentionPeriodInSeconds
          : queue.messageRetentionPeriodInSeconds,
    });
    return c.body(null, 200);
  })
  .get('/feed/config', (c) => {
    const { feed } = c.get('account');
    const config = feed.config();
    if (config === null) throw notConfigured('Feed');
    const { filter, ...queue } = config;
    const { quantity, oldestSeconds } = feed.waiting();
    return c.json({ filter, queue, quantity, approximateAgeOfOldestMessageInSeconds: oldestSeconds });
  })
  .delete('/feed/config', (c) => {
    const { feed } = c.get('account');
    if (feed.config() === null) throw notConfigured('Feed');
    feed.configure(null);
    return c.body(null, 200);
  })
  .get('/feed', (c) => {
    const { feed } = c.get('account');
    const { maxlot } = readVtexQuery(c, feedQuery);
    if (feed.config() === null) throw notConfigured('Feed');
    return c.json(feed.receive(maxlot));
  })
  .post('/feed', async (c) => {
    const { handles } = await readVtexBody(c, commitBody);
    c.get('account').feed.commit(handles);
    return c.body(null, 200);
  });
