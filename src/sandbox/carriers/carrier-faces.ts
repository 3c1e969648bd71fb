import { Hono } from 'hono';
import { z } from 'zod';
import { toFedexResult, toUpsPackage } from './carrier-docs.ts';
import type { PartnerEnv } from '../apply-faults.ts';
import type { ParcelBook } from './parcel-book.ts';
import type { TokenDesk } from './token-desk.ts';

const SubscriptionBody = z.object({ trackingNumberList: z.array(z.string()).min(1) });
const subscribedMax = 100;
const packagePattern = /^1[ZR][0-9A-Z]{16}$/;

/**
 * UPS: one number in a call; one that is not there is a 200 with a warning. Track Alert is asked for up to a hundred, and tells
 * of those that are packages' numbers: they go their way from then on.
 */
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
    })
    .post('/api/track/v2/subscription/standard/package', async (c) => {
      if (!desk.isGood(c.req.header('authorization'))) {
        return upsError(401, '250002', 'Invalid Authentication Information');
      }
      const body = SubscriptionBody.safeParse(await c.req.json().catch(() => null)).data;
      if (body === undefined) return upsError(400, 'VSS200', 'Tracking Number List is required');
      const numbers = body.trackingNumberList;
      if (numbers.length > subscribedMax) return upsError(400, 'VSS220', 'You have submitted over 100 1Z numbers');
      const validTrackingNumbers = numbers.filter((number) => packagePattern.test(number));
      const invalidTrackingNumbers = numbers.filter((number) => !packagePattern.test(number));
      if (validTrackingNumbers.length === 0) return upsError(400, 'VSS210', 'There should be one valid number');
      for (const number of validTrackingNumbers) book.open('ups', number, { walks: true });
      return c.json({ validTrackingNumbers, invalidTrackingNumbers });
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
