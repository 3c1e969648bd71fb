import * as z from 'zod';
import { deliveryStatuses } from '../../domain/delivery-status.ts';
import { EventTypeSchema } from '../../domain/events.ts';
import { IdSchema } from '../../domain/ids.ts';
import { InstantSchema } from '../../domain/time.ts';
import type { Delivery } from '../../store/events.ts';

export const DeliveryStatusSchema = z.enum(deliveryStatuses).meta({ id: 'DeliveryStatus' });

/** One event on its way to one endpoint. */
export const DeliveryViewSchema = z
  .strictObject({
    id: IdSchema('delivery'),
    endpointId: IdSchema('endpoint'),
    eventId: IdSchema('event'),
    type: EventTypeSchema,
    orderId: IdSchema('order').nullable(),
    status: DeliveryStatusSchema,
    attempts: z.int(),
    nextAttemptAt: InstantSchema.nullable(),
    parkedAt: InstantSchema.nullable().meta({
      description: 'Since then the events after it of its order do not wait for it',
    }),
    createdAt: InstantSchema,
    replayId: IdSchema('replay').nullable().meta({ description: 'The replay that has made it' }),
  })
  .meta({ id: 'Delivery' });

export const toDeliveryView = (delivery: Delivery): z.infer<typeof DeliveryViewSchema> => ({
  id: delivery.id,
  endpointId: delivery.endpointId,
  eventId: delivery.eventId,
  type: delivery.type,
  orderId: delivery.orderId,
  status: delivery.status,
  attempts: delivery.attempts,
  nextAttemptAt: delivery.nextAttemptAt,
  parkedAt: delivery.parkedAt,
  createdAt: delivery.createdAt,
  replayId: delivery.replayId,
});
