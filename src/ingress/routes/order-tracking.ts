import * as z from 'zod';
import { IdSchema } from '../../domain/ids.ts';
import { isTerminal } from '../../domain/order-status.ts';
import { InstantSchema } from '../../domain/time.ts';
import { requireOrder } from '../../store/orders.ts';
import { accepted } from '../answer.ts';
import { changeAtOnce } from '../change-at-once.ts';
import { defineRoute, type Route } from '../define-route.ts';
import { makeRefusal } from '../problem.ts';
import { takeTracking } from '../take-tracking.ts';
import { OrderViewSchema, readView } from '../views/order-view.ts';

const text = (max: number) => z.string().min(1).max(max);

const TrackingSchema = z
  .strictObject({
    carrier: text(100).optional(),
    trackingNumber: text(100).optional(),
    trackingUrl: z
      .url({ protocol: /^https?$/ })
      .max(1_000)
      .optional(),
    deliveredDate: InstantSchema.optional().meta({ description: 'The order is delivered, since then' }),
    events: z
      .array(z.strictObject({ city: text(200), state: text(200), description: text(2_000), date: InstantSchema }))
      .min(1)
      .max(200)
      .optional()
      .meta({ description: 'What happened on the way; each is kept once' }),
  })
  .refine((told) => Object.values(told).some((value) => value !== undefined), { message: 'says nothing' })
  .meta({ id: 'OrderTrackingPatch' });

const patchTracking = defineRoute({
  method: 'patch',
  path: '/v1/orders/:orderId/tracking',
  summary: 'Tell where the parcel is',
  description:
    'How it is followed, what happened on its way, and its delivery. What is new goes to the OMS; the same again changes nothing.',
  tag: 'Orders',
  scope: 'operate',
  params: z.strictObject({ orderId: IdSchema('order') }),
  body: TrackingSchema,
  answers: { 202: { description: 'Accepted', schema: OrderViewSchema } },
  problems: ['order.not_found', 'order.state', 'order.contended'],
  async handle({ store, merchantId, params: { orderId }, body: { deliveredDate, events = [], ...how } }) {
    await changeAtOnce(store, { merchantId, orderId }, (stored) => {
      const { status } = stored.order;
      if (isTerminal(status) && status !== 'DELIVERED') {
        throw makeRefusal('order.state', `the order is ${status}: no parcel of it is on its way`, {
          detail: { orderId },
        });
      }
      const delivered = deliveredDate === undefined ? null : { at: deliveredDate };
      return takeTracking(store, stored, { ...how, events, delivered, by: 'api' });
    });
    return accepted(readView(store, await requireOrder(store, orderId, merchantId)));
  },
});

export const orderTrackingRoutes: readonly Route[] = [patchTracking];
