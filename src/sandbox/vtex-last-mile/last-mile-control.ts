import { Hono } from 'hono';
import { z } from 'zod';
import { answerControlError } from '../control-error.ts';
import type { LastMile } from './last-mile.ts';

const doorSchema = {
  account: z.string().default('demomarket'),
  url: z.url(),
  headers: z.record(z.string(), z.string()).optional(),
};
const createBody = z.strictObject({
  ...doorSchema,
  changes: z.record(z.string(), z.unknown()).default({}),
  copies: z.int().min(1).max(100).default(1),
});
const callBody = z.strictObject({ ...doorSchema, body: z.unknown() });

/** What people do in VTEX's Last Mile. Mounted under `/_sandbox/vtex-last-mile`. */
export const makeLastMileControl = (lastMile: LastMile): Hono =>
  new Hono()
    .onError((error, c) => answerControlError(error, c))
    .get('/services', (c) => c.json({ services: lastMile.services() }))
    .get('/services/:id', (c) => c.json(lastMile.find(c.req.param('id')) ?? null))
    .post('/services', async (c) => {
      const { changes, copies, ...door } = createBody.parse(await c.req.json());
      return c.json({ answers: await lastMile.create(door, changes, copies) });
    })
    .post('/calls/:name', async (c) => {
      const { body, ...door } = callBody.parse(await c.req.json());
      return c.json(await lastMile.call(door, c.req.param('name'), body));
    });
