import * as z from 'zod';
import { IdSchema } from '../../domain/ids.ts';
import { readDelivery } from '../../store/events.ts';
import { ok } from '../answer.ts';
import { defineRoute, type Route } from '../define-route.ts';
import { makeRefusal } from '../problem.ts';
import { DeliveryViewSchema, toDeliveryView } from '../views/delivery-view.ts';

const getDelivery = defineRoute({
  method: 'get',
  path: '/v1/deliveries/:deliveryId',
  summary: 'Read a delivery',
  tag: 'Events and deliveries',
  scope: 'read',
  params: z.strictObject({ deliveryId: IdSchema('delivery') }),
  answers: { 200: { description: 'As it is now', schema: DeliveryViewSchema } },
  problems: ['delivery.not_found'],
  async handle({ store, merchantId, params: { deliveryId } }) {
    const delivery = await readDelivery(store, deliveryId);
    if (delivery?.merchantId !== merchantId) throw makeRefusal('delivery.not_found', 'no such delivery');
    return ok(toDeliveryView(delivery));
  },
});

export const deliveryReadRoutes: readonly Route[] = [getDelivery];
