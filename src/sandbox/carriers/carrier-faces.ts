import { Hono } from 'hono';
import { z } from 'zod';
import { toFedexResult, toShipengineTracking, toTracker, toUpsPackage } from './carrier-docs.ts';
import type { PartnerEnv } from '../apply-faults.ts';
import { inUtc } from './carrier-time.ts';
import type { ParcelBook } from './parcel-book.ts';
import type { RsaSigner } from './sign-hook.ts';
import type { TokenDesk } from './token-desk.ts';

/** The key of the carriers that have keys. */
export const demoKey = 'demo_key';

const basicOf = (user: string, password: string): string =>
  `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;

/** UPS: one number in a call; one that is not there is a 200 with a warning. */
export const upsFace = (book: ParcelBook, desk: TokenDesk) =>
  new Hono<PartnerEnv>()
    .post('/security/v1/oauth/token', async (c) => desk.answer(await c.req.text(), c.req.header('authorization')))
    .get('/api/track/v1/details/:number', (c) => {
      if (!desk.isGood(c.req.header('authorization')))
        return upsError(401, '250002', 'Invalid Authentication Information');
      if (c.req.header('transid') === undefined || c.req.header('transactionsrc') === undefined) {
        return upsError(400, 'VSS000', 'transId and transactionSrc are required');
      }
      const number = c.req.param('number');
      const parcel = book.find('ups', number);
      const found = parcel === undefined || parcel.scans.length === 0
        ? { warnings: [{ code: 'TW0001', message: 'Tracking Information Not Found' }] }
        : { package: [toUpsPackage(parcel)] }; // prettier-ignore
      return c.json({ trackResponse: { shipment: [{ inquiryNumber: number, ...found }] } });
    });

const upsError = (status: number, code: string, message: string): Response =>
  Response.json({ response: { errors: [{ code, message }] } }, { status });

const FedexBody = z.object({
  includeDetailedScans: z.boolean().optional(),
  trackingInfo: z.array(z.object({ trackingNumberInfo: z.object({ trackingNumber: z.string() }) })).min(1),
});
const fedexNumbersMax = 30;

/** FedEx: up to 30 numbers in a call, an error of one number inside of a 200. */
export const fedexFace = (book: ParcelBook, desk: TokenDesk) =>
  new Hono<PartnerEnv>()
    .post('/oauth/token', async (c) => desk.answer(await c.req.text(), c.req.header('authorization')))
    .post('/track/v1/trackingnumbers', async (c) => {
      if (!desk.isGood(c.req.header('authorization'))) return fedexError(401, 'NOT.AUTHORIZED.ERROR');
      const body = FedexBody.safeParse(await c.req.json().catch(() => null)).data;
      if (body === undefined) return fedexError(400, 'INVALID.INPUT.EXCEPTION');
      if (body.trackingInfo.length > fedexNumbersMax) return fedexError(400, 'TRACKING.TRACKINGNUMBER.EXCEEDLIMIT');
      const completeTrackResults = body.trackingInfo.map(({ trackingNumberInfo: { trackingNumber } }) => {
        const parcel = book.find('fedex', trackingNumber);
        const isKnown = parcel !== undefined && parcel.scans.length > 0;
        return { trackingNumber, trackResults: [isKnown ? toFedexResult(parcel) : fedexUnknown(trackingNumber)] };
      });
      return c.json({ transactionId: '624deea6-b709-470c-8c39-4b5511281492', output: { completeTrackResults } });
    });

export const fedexError = (status: number, code: string): Response =>
  Response.json({ transactionId: '0', errors: [{ code, message: code }] }, { status });

const fedexUnknown = (trackingNumber: string): unknown => ({
  trackingNumberInfo: { trackingNumber, trackingNumberUniqueId: '', carrierCode: '' },
  error: { code: 'TRACKING.TRACKINGNUMBER.NOTFOUND', message: 'Tracking number cannot be found.' },
});

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

/** ShipEngine: one number in a call; the keys of its hooks are public. */
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
    });

/**
 * The demo's own courier, `GET /parcels?refs=A,B` with `x-demo-key`: a local one that has no connector. It knows every number
 * that it is asked about, and the parcel goes its way from then on, but for numbers with `LOST` in them.
 */
export const demoFace = (book: ParcelBook) =>
  new Hono<PartnerEnv>()
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
    });
const demoNumbersMax = 20;
