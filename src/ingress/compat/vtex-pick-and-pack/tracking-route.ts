import * as z from 'zod';
import { ExternalIdSchema } from '../../../domain/order-input.ts';
import { reportDelivery, withTrackingEvents } from '../../../domain/report-delivery.ts';
import { InstantSchema } from '../../../domain/time.ts';
import { toInstant } from '../../../platform/clock.ts';
import { makeEntry } from '../../../queues/define-job.ts';
import { deliveryWork } from '../../../queues/delivery-attempt.ts';
import { omsUpdate } from '../../../queues/oms-update.ts';
import { changeOrder, type OrderChange } from '../../../store/change-order.ts';
import { commit, type CommitPlan } from '../../../store/commit.ts';
import type { StoreDeps } from '../../../store/deps.ts';
import { freeLane } from '../../../store/entries.ts';
import type { StoredOrder } from '../../../store/orders.ts';
import { openPerson, resealPerson } from '../../../store/persons.ts';
import { ok } from '../../answer.ts';
import { defineRoute, type Route } from '../../define-route.ts';
import type { Dialect } from '../../dialect.ts';
import { findOrder } from './find-order.ts';
import { root, tag } from './paths.ts';
import { makeRefused } from './refusals.ts';
import { vocabularies } from './steps.ts';

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
      const options = { commit: (plan: CommitPlan) => commit(store, plan), work: deliveryWork, merchantId };
      await changeOrder(store, found.order.id, options, (stored) => deliver(store, stored, body));
      return ok({ ...body, orderId });
    },
  });

/** What is new in it: evidence, the parcel's way (sealed with the person), and that the OMS has to hear of it. */
function deliver(store: StoreDeps, stored: StoredOrder, { deliveredDate = null, events = [] }: Tracking): OrderChange {
  const { order } = stored;
  if (order.invoiceStatus === 'notInvoiced') throw makeRefused('compat.not_invoiced');
  const at = toInstant(store.clock.now());
  const changed = reportDelivery(order, deliveredDate, vocabularies, at);
  const person = openPerson(store, stored, 'current');
  const known = person?.trackingEvents ?? [];
  const trackingEvents = withTrackingEvents(known, events);
  const isTold = person !== null && trackingEvents !== known;
  if (changed.order === order && !isTold) return null;
  const told = { events: events.length, deliveredAt: deliveredDate, by: 'vtex-pick-and-pack' };
  return {
    ...changed,
    ...(isTold ? { person: resealPerson(store, stored, { ...person, trackingEvents }) } : {}),
    timeline: [{ at, what: 'order.deliveryReported', detail: told }],
    entries:
      order.oms === undefined
        ? []
        : [
            makeEntry(
              omsUpdate,
              { orderId: order.id },
              { lane: order.oms.lane ?? freeLane, cause: String(order.version) },
            ),
          ],
  };
}
