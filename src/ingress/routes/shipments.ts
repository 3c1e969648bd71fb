import * as z from 'zod';
import { IdSchema } from '../../domain/ids.ts';
import { ExternalIdSchema } from '../../domain/order-input.ts';
import { wayOf } from '../../domain/parcel-content.ts';
import type { StoreDeps } from '../../store/deps.ts';
import { requireOrder, type StoredOrder } from '../../store/orders.ts';
import { openPerson } from '../../store/persons.ts';
import { ok } from '../answer.ts';
import { defineRoute, type Route } from '../define-route.ts';
import type { IngressDeps } from '../deps.ts';
import { findPart } from '../find-part.ts';
import { readFresh, type ShownOrder } from '../fresh-documents.ts';
import { listShipments } from '../list-shipments.ts';
import { makeRefusal } from '../problem.ts';
import { trackingPageUrlOf } from '../tracking-page-url.ts';
import { NoteSchema } from '../views/note-view.ts';
import { PageSchema, pageQuery } from '../views/page.ts';
import { ShipmentViewSchema, toShipments, type ShownShipment } from '../views/shipment-view.ts';

const shared = { method: 'get', tag: 'Shipments', scope: 'read' } as const;
const params = z.strictObject({ shipmentId: IdSchema('shipment') });
const problems = ['shipment.not_found'] as const;

const showAll = ({ settings }: IngressDeps, store: StoreDeps, shown: ShownOrder): ShownShipment[] =>
  toShipments(shown, trackingPageUrlOf(settings, store, shown.stored));

async function requireShipment(
  deps: IngressDeps,
  store: StoreDeps,
  merchantId: string,
  id: string,
): Promise<ShownShipment & { stored: StoredOrder }> {
  // prettier-ignore
  const found = await findPart(store, merchantId, id);
  const shown = found === null ? null : await readFresh(deps, store, found.stored);
  const shipment = shown === null ? undefined : showAll(deps, store, shown).find(({ view }) => view.id === id);
  if (shown === null || shipment === undefined) throw makeRefusal('shipment.not_found', 'no such shipment');
  return { ...shipment, stored: shown.stored };
}

const getShipments = defineRoute({
  ...shared,
  path: '/v1/shipments',
  summary: 'List shipments, those of the newest orders first',
  description: 'As they were last read: one of them, or those of one order, are read anew where they are too old.',
  query: z.strictObject({
    ...pageQuery('shipment'),
    orderId: IdSchema('order').optional(),
    externalId: ExternalIdSchema.optional().meta({ description: 'Its id at the fulfilment system, or at the carrier' }),
    status: z.string().min(1).max(60).optional(),
  }),
  answers: { 200: { description: 'A page', schema: PageSchema(ShipmentViewSchema) } },
  handle: async ({ deps, store, merchantId, query }) =>
    ok(await listShipments({ store, merchantId, settings: deps.settings }, query)),
});

const getShipmentsOfOrder = defineRoute({
  ...shared,
  path: '/v1/orders/:orderId/shipments',
  summary: 'The deliveries of an order',
  params: z.strictObject({ orderId: IdSchema('order') }),
  answers: { 200: { description: 'All of them', schema: PageSchema(ShipmentViewSchema) } },
  problems: ['order.not_found'],
  async handle({ deps, store, merchantId, params: { orderId } }) {
    const shown = await readFresh(deps, store, await requireOrder(store, orderId, merchantId));
    return ok({ data: showAll(deps, store, shown).map(({ view }) => view), nextCursor: null });
  },
});

const getShipment = defineRoute({
  ...shared,
  path: '/v1/shipments/:shipmentId',
  summary: 'Read a shipment',
  params,
  answers: { 200: { description: 'The shipment', schema: ShipmentViewSchema } },
  problems,
  handle: async ({ deps, store, merchantId, params: { shipmentId } }) =>
    ok((await requireShipment(deps, store, merchantId, shipmentId)).view),
});

const getEvidences = defineRoute({
  ...shared,
  path: '/v1/shipments/:shipmentId/evidences',
  summary: 'What shows that a shipment was handed over',
  params,
  answers: { 200: { description: 'All of them', schema: PageSchema(NoteSchema) } },
  problems,
  async handle({ deps, store, merchantId, params: { shipmentId } }) {
    const { told } = await requireShipment(deps, store, merchantId, shipmentId);
    return ok({ data: told?.evidences ?? [], nextCursor: null });
  },
});

const getNotes = defineRoute({
  ...shared,
  path: '/v1/shipments/:shipmentId/notes',
  summary: 'What was written down about a shipment',
  description: 'By the carrier, as far as the fulfilment system shows it, and by the merchant (`PATCH /v1/orders/{orderId}/tracking`).', // prettier-ignore
  params,
  answers: { 200: { description: 'All of them', schema: PageSchema(NoteSchema) } },
  problems,
  async handle({ deps, store, merchantId, params: { shipmentId } }) {
    const { told, stored } = await requireShipment(deps, store, merchantId, shipmentId);
    const own = wayOf(stored.order, openPerson(store, stored, 'current'));
    return ok({ data: [...(told?.notes ?? []), ...own], nextCursor: null });
  },
});

export const shipmentRoutes: readonly Route[] = [
  getShipments,
  getShipmentsOfOrder,
  getShipment,
  getEvidences,
  getNotes,
];
