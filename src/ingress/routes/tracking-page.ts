import * as z from 'zod';
import { IdSchema } from '../../domain/ids.ts';
import { requireOrder } from '../../store/orders.ts';
import { noContent, ok } from '../answer.ts';
import { changeAtOnce } from '../change-at-once.ts';
import { defineRoute, type Route } from '../define-route.ts';
import { trackingPageUrlOf } from '../tracking-page-url.ts';

const shared = {
  path: '/v1/orders/:orderId/tracking-page',
  tag: 'Tracking',
  params: z.strictObject({ orderId: IdSchema('order') }),
} as const;

const getTrackingPage = defineRoute({
  ...shared,
  method: 'get',
  summary: 'The address of an order’s tracking page',
  description:
    'A page for the customer, without a login: whoever has the address may see it. It shows how far the order is, a first name and a city. It is also in the order’s shipments.',
  scope: 'read',
  answers: {
    200: {
      description: 'The address; null once the person was erased',
      schema: z.strictObject({ url: z.string().nullable() }).meta({ id: 'TrackingPage' }),
    },
  },
  problems: ['order.not_found'],
  handle: async ({ deps, store, merchantId, params: { orderId } }) =>
    ok({ url: trackingPageUrlOf(deps.settings, store, await requireOrder(store, orderId, merchantId)) }),
});

const deleteTrackingPage = defineRoute({
  ...shared,
  method: 'delete',
  summary: 'Make the address of an order’s tracking page void',
  description: 'It opens nothing any more, within seconds; the order has another one from now on.',
  scope: 'operate',
  answers: { 204: { description: 'It is void' } },
  problems: ['order.not_found', 'order.contended'],
  async handle({ store, merchantId, params: { orderId } }) {
    await changeAtOnce(store, { merchantId, orderId }, ({ order }) => ({
      order: { ...order, pageTurn: (order.pageTurn ?? 0) + 1 },
      timeline: [{ at: new Date(store.clock.now()).toISOString(), what: 'trackingPage.voided' }],
    }));
    return noContent;
  },
});

export const trackingPageRoutes: readonly Route[] = [getTrackingPage, deleteTrackingPage];
