import { Hono } from 'hono';
import { z } from 'zod';
import { answerControlError } from '../control-error.ts';
import { limitsSchema } from './call-limits.ts';
import type { Carriers } from './carriers.ts';
import { subscriptionSchema } from './hooks.ts';
import { stepSchema } from './parcel-steps.ts';

const parcelBody = z.strictObject({
  carrier: z.string().min(1),
  number: z.string().min(1).max(60),
  walks: z.boolean().default(false),
});
/** `atMs` in the past is an event that comes late; `silent` tells nobody: it is found by asking. */
const stepBody = z.strictObject({ step: stepSchema, atMs: z.int().optional(), silent: z.boolean().default(false) });
const limitsBody = limitsSchema.partial();

/** What happens to parcels, and who is told. Mounted under `/_sandbox/carriers`. */
export const makeCarriersControl = ({ parcels, hooks, limits, tokens }: Carriers): Hono =>
  new Hono()
    .onError(answerControlError)
    .get('/parcels', (c) => c.json({ parcels: parcels.list(c.req.query('carrier')) }))
    .post('/parcels', async (c) => {
      const { carrier, number, walks } = parcelBody.parse(await c.req.json());
      return c.json(parcels.open(carrier, number, { walks }), 201);
    })
    .post('/parcels/:carrier/:number/steps', async (c) => {
      const { step, ...options } = stepBody.parse(await c.req.json());
      const parcel = parcels.open(c.req.param('carrier'), c.req.param('number'));
      parcels.move(parcel, step, options);
      return c.json(parcel);
    })
    .post('/parcels/:carrier/:number/tell', (c) => {
      const parcel = parcels.find(c.req.param('carrier'), c.req.param('number'));
      if (parcel === undefined) return c.json({ error: 'no such parcel' }, 404);
      hooks.tell(parcel);
      return c.body(null, 204);
    })
    .get('/subscriptions', (c) =>
      c.json({ subscriptions: hooks.list().map(({ carrier, url, version }) => ({ carrier, url, version })) }),
    )
    .post('/subscriptions', async (c) => {
      hooks.subscribe(subscriptionSchema.parse(await c.req.json()));
      return c.body(null, 204);
    })
    .delete('/subscriptions/:carrier', (c) => {
      hooks.unsubscribe(c.req.param('carrier'));
      return c.body(null, 204);
    })
    .get('/limits/:carrier', (c) => {
      const carrier = c.req.param('carrier');
      return c.json({ ...limits.of(carrier), today: limits.today(carrier) });
    })
    .patch('/limits/:carrier', async (c) =>
      c.json(limits.set(c.req.param('carrier'), definedOf(limitsBody.parse(await c.req.json())))),
    )
    .post('/tokens/expire', (c) => {
      for (const desk of Object.values(tokens)) desk.expireAll();
      return c.body(null, 204);
    })
    .get('/tokens', (c) =>
      c.json(Object.fromEntries(Object.entries(tokens).map(([carrier, desk]) => [carrier, desk.given()]))),
    )
    .post('/keys/rotate', (c) => {
      hooks.rsa.rotate();
      return c.body(null, 204);
    });

type Limits = z.output<typeof limitsSchema>;
const definedOf = ({ calls, perMs, perDay }: z.output<typeof limitsBody>): Partial<Limits> => ({
  ...(calls === undefined ? {} : { calls }),
  ...(perMs === undefined ? {} : { perMs }),
  ...(perDay === undefined ? {} : { perDay }),
});
