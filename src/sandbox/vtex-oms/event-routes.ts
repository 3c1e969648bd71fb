import { Hono } from 'hono';
import { z } from 'zod';
import type { OmsEnv } from './oms-env.ts';
import { readVtexBody } from './read-vtex-body.ts';
import { VtexRefusal } from './vtex-refusal.ts';

const filter = z.object({
  type: z.enum(['FromWorkflow', 'FromOrders']),
  status: z.array(z.string()).optional(),
  expression: z.string().optional(),
  disableSingleFire: z.boolean().optional(),
});
const hookBody = z.object({
  filter,
  hook: z.object({ url: z.url({ protocol: /^https?$/ }), headers: z.record(z.string(), z.string()).default({}) }),
});
const feedBody = z.object({
  filter: filter.default({ type: 'FromWorkflow' }),
  queue: z.object({
    visibilityTimeoutInSeconds: z.int().min(0).max(43_200),
    MessageRetentionPeriodInSeconds: z.int().min(345_600).max(1_209_600),
  }),
});
const commitBody = z.object({ handles: z.array(z.string()).min(1) });

const notConfigured = (what: string): VtexRefusal => new VtexRefusal(404, 'FEED001', `${what} is not configured`);

/** Feed v3 and hook (Orders API, `/api/orders`). */
export const eventRoutes = new Hono<OmsEnv>()
  .post('/hook/config', async (c) => {
    const config = await readVtexBody(c, hookBody);
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
    c.get('account').setHook(null);
    return c.body(null, 204);
  })
  .post('/feed/config', async (c) => {
    const { filter: wanted, queue } = await readVtexBody(c, feedBody);
    const { feed } = c.get('account');
    const known = feed.config();
    if (known !== null && known.filter.type !== wanted.type) {
      throw new VtexRefusal(409, 'FEED002', 'A feed with another filter type is configured');
    }
    feed.configure({
      filter: wanted,
      visibilityTimeoutInSeconds: queue.visibilityTimeoutInSeconds,
      messageRetentionPeriodInSeconds: queue.MessageRetentionPeriodInSeconds,
    });
    return c.json({ filter: wanted, queue });
  })
  .get('/feed/config', (c) => {
    const { feed } = c.get('account');
    const config = feed.config();
    if (config === null) throw notConfigured('Feed');
    const { filter: kept, ...queue } = config;
    return c.json({ filter: kept, queue, quantity: feed.waiting(), approximateAgeOfOldestMessageInSeconds: 0 });
  })
  .delete('/feed/config', (c) => {
    c.get('account').feed.configure(null);
    return c.body(null, 204);
  })
  .get('/feed', (c) => {
    const { feed } = c.get('account');
    const max = Number(c.req.query('maxlot'));
    if (!Number.isInteger(max) || max < 1 || max > 10) {
      throw new VtexRefusal(400, 'FEED003', 'maxlot is required, from 1 to 10');
    }
    if (feed.config() === null) throw notConfigured('Feed');
    return c.json(feed.receive(max));
  })
  .post('/feed', async (c) => {
    const { handles } = await readVtexBody(c, commitBody);
    c.get('account').feed.commit(handles);
    return c.json({ success: true });
  });
