import { Hono } from 'hono';
import { z } from 'zod';
import type { PartnerEnv } from '../apply-faults.ts';
import { makeId } from '../make-id.ts';
import { inUtc } from './carrier-time.ts';
import { demoKey } from './demo-keys.ts';
import type { ParcelBook } from './parcel-book.ts';

/**
 * The demo's own courier, a local one that has no connector, with `x-demo-key`. `GET /parcels?refs=A,B`: it knows every number
 * that it is asked about, and the parcel goes its way from then on, but for numbers with `LOST` in them. `POST /services`: it
 * takes a service over, under a number of its own; the same `ref` again is the same service (409). `POST /services/{id}/cancel`:
 * until it has collected the parcel.
 */
export function demoFace(book: ParcelBook) {
  const services = new Map<string, { id: string; ref: string; parcel: string }>();
  return new Hono<PartnerEnv>()
    .use(async (c, next) => {
      if (c.req.header('x-demo-key') === demoKey) return next();
      return c.json({ error: 'who are you?' }, 401);
    })
    .get('/parcels', (c) => {
      const refs = (c.req.query('refs') ?? '').split(',').filter((ref) => ref !== '');
      if (refs.length > demoNumbersMax) return c.json({ error: `at most ${demoNumbersMax}` }, 400);
      const parcels = refs.map((ref) => {
        if (ref.toUpperCase().includes('LOST')) return { ref, error: 'unknown' };
        const { scans } = book.open('demo', ref, { walks: true });
        return {
          ref,
          scans: scans.map(({ step, atMs, place }) => ({ code: step, at: inUtc(atMs), town: place.city })),
        };
      });
      return c.json({ parcels });
    })
    .post('/services', async (c) => {
      const body = ServiceBody.safeParse(await c.req.json().catch(() => null)).data;
      if (body === undefined) return c.json({ error: 'ref, from and to are required' }, 400);
      const known = services.get(body.ref);
      if (known !== undefined) return c.json({ service: known }, 409);
      const id = makeId('svc');
      const service = { id, ref: body.ref, parcel: `DC${id.slice(-10)}`.toUpperCase() };
      services.set(body.ref, service);
      book.open('demo', service.parcel, { walks: true });
      return c.json({ service }, 201);
    })
    .post('/services/:id/cancel', (c) => {
      const service = [...services.values()].find(({ id }) => id === c.req.param('id'));
      const parcel = service === undefined ? undefined : book.find('demo', service.parcel);
      if (parcel === undefined) return c.json({ error: 'unknown' }, 404);
      const newest = parcel.scans.at(-1)?.step ?? 'announced';
      if (newest !== 'announced' && newest !== 'canceled') return c.json({ error: 'already collected' }, 409);
      if (newest === 'announced') book.move(parcel, 'canceled');
      return c.json({ service });
    });
}
const ServiceBody = z.object({ ref: z.string().min(1), from: z.unknown(), to: z.unknown() });
const demoNumbersMax = 20;
