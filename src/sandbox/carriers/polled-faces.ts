import { Hono } from 'hono';
import type { PartnerEnv } from '../apply-faults.ts';
import { basicOf, demoKey } from './demo-keys.ts';
import type { ParcelBook } from './parcel-book.ts';
import { toAustraliaPostResult, toDhlShipment, toUspsTracking } from './polled-docs.ts';
import type { TokenDesk } from './token-desk.ts';

/** USPS: one number in a call; one that is not there is a 404 with an error in the place of the parcel. */
export const uspsFace = (book: ParcelBook, desk: TokenDesk) =>
  new Hono<PartnerEnv>()
    .post('/oauth2/v3/token', async (c) => desk.answer(await c.req.text(), c.req.header('authorization')))
    .get('/tracking/v3/tracking/:number', (c) => {
      if (!desk.isGood(c.req.header('authorization'))) return c.json({ error: 'invalid_token' }, 401);
      if (c.req.query('expand') !== 'DETAIL') return c.json(uspsError('400', 'expand is SUMMARY or DETAIL'), 400);
      const parcel = book.find('usps', c.req.param('number'));
      if (parcel === undefined || parcel.scans.length === 0) {
        return c.json(uspsError('404', 'Tracking number not found'), 404);
      }
      return c.json(toUspsTracking(parcel));
    });

export const uspsError = (code: string, message: string): object => ({
  apiVersion: 'v3',
  error: { code, message, errors: [] },
});

/** DHL: one number in a call, and a 404 for one that is not there. */
export const dhlFace = (book: ParcelBook) =>
  new Hono<PartnerEnv>()
    .use(async (c, next) => {
      if (c.req.header('dhl-api-key') === demoKey) return next();
      return c.json({ status: 401, title: 'Unauthorized', detail: 'Unauthorized for given resource.' }, 401);
    })
    .get('/track/shipments', (c) => {
      const number = c.req.query('trackingNumber') ?? '';
      if (number === '') return c.json({ status: 400, title: 'Bad request' }, 400);
      const parcel = book.find('dhl-unified', number);
      if (parcel === undefined || parcel.scans.length === 0) {
        return c.json({ status: 404, title: 'No result found', instance: `/shipment/${number}` }, 404);
      }
      return c.json({
        url: `/shipments?trackingNumber=${number}&offset=0&limit=5`,
        shipments: [toDhlShipment(parcel)],
      });
    });

export const australiaPostKeys = { apiKey: demoKey, password: 'demo_password', accountNumber: '1000001' } as const;
const articlesMax = 10;

/** Australia Post: up to ten numbers in a call, an error of one number inside of a 200. */
export const australiaPostFace = (book: ParcelBook) =>
  new Hono<PartnerEnv>()
    .use(async (c, next) => {
      const { apiKey, password, accountNumber } = australiaPostKeys;
      const isKnown = c.req.header('authorization') === basicOf(apiKey, password);
      if (isKnown && c.req.header('account-number') === accountNumber) return next();
      return c.json({ errors: [{ code: 'API_001', name: 'Access denied' }] }, 401);
    })
    .get('/shipping/v1/track', (c) => {
      const ids = (c.req.query('tracking_ids') ?? '').split(',').filter((id) => id !== '');
      if (ids.length > articlesMax) {
        return c.json({ errors: [{ code: '51101', name: 'TOO_MANY_AP_TRACKING_IDS' }] }, 400);
      }
      const results = ids.map((id) => {
        const parcel = book.find('australia-post', id);
        return parcel === undefined
          ? { tracking_id: id, errors: [{ code: 'ESB-10001', name: 'Invalid tracking ID' }] }
          : toAustraliaPostResult(parcel);
      });
      return c.json({ tracking_results: results });
    });
