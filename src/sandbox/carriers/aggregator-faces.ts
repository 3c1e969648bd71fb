import { Hono } from 'hono';
import { z } from 'zod';
import type { PartnerEnv } from '../apply-faults.ts';
import { toAftershipTracking, toShippoTrack } from './aggregator-docs.ts';
import { toShipengineTracking, toTracker } from './carrier-docs.ts';
import { basicOf, demoKey } from './demo-keys.ts';
import type { ParcelBook } from './parcel-book.ts';
import type { RsaSigner } from './sign-hook.ts';

const TrackerBody = z.object({
  tracker: z.object({ tracking_code: z.string().min(1), carrier: z.string().optional() }),
});

/** EasyPost: a tracker is opened for any number, and the same one again is the same tracker. */
export const easypostFace = (book: ParcelBook) =>
  new Hono<PartnerEnv>()
    .use(async (c, next) => {
      if (c.req.header('authorization') === basicOf(demoKey, '')) return next();
      return c.json({ error: { code: 'APIKEY.INACTIVE', message: 'This api key is no longer active.' } }, 401);
    })
    .get('/v2/trackers', (c) =>
      c.json({ trackers: book.list('easypost').slice(0, 20).map(toTracker), has_more: false }),
    )
    .post('/v2/trackers', async (c) => {
      const body = TrackerBody.safeParse(await c.req.json().catch(() => null)).data;
      if (body === undefined)
        return c.json({ error: { code: 'PARAMETER.REQUIRED', message: 'Missing parameter' } }, 422);
      return c.json(toTracker(book.open('easypost', body.tracker.tracking_code)), 201);
    });

/**
 * ShipEngine: one number in a call; the keys of its hooks are public. A number that it is to tell of goes its way from then on.
 */
export const shipengineFace = (book: ParcelBook, rsa: RsaSigner) =>
  new Hono<PartnerEnv>()
    .get('/jwks', (c) => c.json(rsa.jwks()))
    .use(async (c, next) => {
      if (c.req.header('api-key') === demoKey) return next();
      return c.json({ errors: [{ error_code: 'unauthorized' }] }, 401);
    })
    .get('/v1/carriers', (c) => c.json({ carriers: [{ carrier_id: 'se-1', carrier_code: 'usps' }] }))
    .get('/v1/tracking', (c) => {
      const number = c.req.query('tracking_number') ?? '';
      return c.json(toShipengineTracking(book.find('shipengine', number) ?? { carrier: '', number, scans: [] }));
    })
    .post('/v1/tracking/start', (c) => {
      const [carrier = '', number = ''] = [c.req.query('carrier_code'), c.req.query('tracking_number')];
      if (carrier === '' || number === '') return c.json({ errors: [{ error_code: 'field_value_required' }] }, 400);
      book.open('shipengine', number, { walks: true });
      return c.body(null, 204);
    });

const NumberBody = z.object({ tracking_number: z.string().min(1) });

/** AfterShip: lists what was registered, and registers a number once. */
export const aftershipFace = (book: ParcelBook) =>
  new Hono<PartnerEnv>()
    .use(async (c, next) => {
      if (c.req.header('as-api-key') === demoKey) return next();
      return c.json(aftershipError(401, 'The API key is invalid.'), 401);
    })
    .get('/tracking/2026-07/trackings', (c) => {
      const numbers = (c.req.query('tracking_numbers') ?? '').split(',').filter((number) => number !== '');
      const known =
        numbers.length === 0
          ? book.list('aftership').slice(0, Number(c.req.query('limit') ?? '100'))
          : numbers.flatMap((number) => book.find('aftership', number) ?? []);
      return c.json({ meta: { code: 200 }, data: { trackings: known.map(toAftershipTracking) } });
    })
    .post('/tracking/2026-07/trackings', async (c) => {
      const body = NumberBody.safeParse(await c.req.json().catch(() => null)).data;
      if (body === undefined) return c.json(aftershipError(4001, 'The value of `tracking_number` is invalid.'), 400);
      const { tracking_number: number } = body;
      if (book.find('aftership', number) !== undefined) {
        return c.json(aftershipError(4003, 'Tracking already exists.'), 400);
      }
      return c.json({ meta: { code: 201 }, data: toAftershipTracking(book.open('aftership', number)) }, 201);
    });

export const aftershipError = (code: number, message: string): object => ({
  meta: { code, type: 'BadRequest', message },
  data: {},
});

const TrackBody = NumberBody.extend({ carrier: z.string().min(1) });

/** Shippo: one number in a call, of a carrier. A number that it is to tell of goes its way from then on. */
export const shippoFace = (book: ParcelBook) =>
  new Hono<PartnerEnv>()
    .use(async (c, next) => {
      if (c.req.header('authorization') === `ShippoToken ${demoKey}`) return next();
      return c.json({ detail: 'Invalid token' }, 401);
    })
    .get('/carrier_accounts/', (c) => c.json({ results: [{ carrier: 'usps', active: true }] }))
    .get('/tracks/:carrier/:number', (c) => {
      const number = c.req.param('number');
      return c.json(toShippoTrack(book.find('shippo', number) ?? { carrier: 'shippo', number, scans: [] }));
    })
    .post('/tracks/', async (c) => {
      const body = TrackBody.safeParse(await c.req.json().catch(() => null)).data;
      if (body === undefined) return c.json({ __all__: ['carrier and tracking_number are required'] }, 400);
      return c.json(toShippoTrack(book.open('shippo', body.tracking_number, { walks: true })), 201);
    });
