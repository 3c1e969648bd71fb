import * as z from 'zod';
import { ExternalIdSchema } from '../../../domain/order-input.ts';
import { InstantSchema } from '../../../domain/time.ts';
import type { OrderChange } from '../../../store/change-order.ts';
import type { StoreDeps } from '../../../store/deps.ts';
import type { StoredOrder } from '../../../store/orders.ts';
import { ok } from '../../answer.ts';
import { changeAtOnce } from '../../change-at-once.ts';
import { defineRoute, type Route } from '../../define-route.ts';
import type { Dialect } from '../../dialect.ts';
import { takeTracking } from '../../take-tracking.ts';
import { findOrder } from './find-order.ts';
import { root, tag } from './paths.ts';
import { makeRefused } from './refusals.ts';

const TrackingEventSchema = z.object({
  city: z.string().max(200),
  state: z.string().max(200),
  description: z.string().max(2_000),
  date: z.string().max(64),
});
const fields = {
  deliveredDate: InstantSchema.nullish(),
  events: z.array(TrackingEventSchema).max(200).optional(),
};
/** "All fields are optional", and so is the body. */
const TrackingSchema = z.object(fields).meta({ id: 'PickAndPackTracking' });
type Tracking = z.infer<typeof TrackingSchema>;

/** `PATCH /orders/{orderId}/tracking`, which marks an order delivered whatever it is told. */
export const makeTrackingRoute = (dialect: Dialect): Route =>
  defineRoute({
    method: 'patch',
    path: `${root}/v1/orders/:orderId/tracking`,
    summary: 'Set order delivery',
    description:
      'Marks the order as delivered, here and, where it came from one, in its OMS. Doing it again is doing it once.',
    tag,
    scope: 'operate',
    params: z.object({ orderId: ExternalIdSchema }),
    body: TrackingSchema,
    bodyOptional: true,
    dialect,
    problems: ['order.ambiguous', 'order.contended', 'order.not_found'],
    refusals: ['compat.order', 'compat.not_invoiced'],
    answers: {
      200: {
        description: 'It is delivered',
        schema: z.strictObject({ ...fields, orderId: z.string() }).meta({ id: 'PickAndPackTrackingSet' }),
      },
    },
    async handle({ store, merchantId, params: { orderId }, body }) {
      const found = await findOrder({ store, merchantId }, orderId);
      if (found === null) throw makeRefused('compat.order', orderId);
      await changeAtOnce(store, { merchantId, orderId: found.order.id }, (stored) => deliver(store, stored, body));
      return ok({ ...body, orderId });
    },
  });

/** It is delivered whatever is told, but not before there is an invoice. */
function deliver(store: StoreDeps, stored: StoredOrder, { deliveredDate = null, events = [] }: Tracking): OrderChange {
  if (stored.order.invoiceStatus === 'notInvoiced') throw makeRefused('compat.not_invoiced');
  return takeTracking(store, stored, { events, delivered: { at: deliveredDate }, by: 'vtex-pick-and-pack' });
}
