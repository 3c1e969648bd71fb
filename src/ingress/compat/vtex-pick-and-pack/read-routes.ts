import * as z from 'zod';
import { ExternalIdSchema } from '../../../domain/order-input.ts';
import { findFacilityAt } from '../../../store/facilities.ts';
import { openPerson } from '../../../store/persons.ts';
import { ok } from '../../answer.ts';
import type { Tenant } from '../../authenticate.ts';
import { defineRoute, type Route } from '../../define-route.ts';
import type { Dialect } from '../../dialect.ts';
import { makeInvalid } from '../../problem.ts';
import { FacilitySchema, storeLocationOf, toFacility } from './facilities.ts';
import { findByWorksheet, findOrder, findParcel } from './find-order.ts';
import { PnpOrderSchema, toPnpOrder } from './order-shape.ts';
import { parcelsOf } from './parcels.ts';
import { root, tag } from './paths.ts';
import { makeRefused } from './refusals.ts';
import { ShipmentSchema, ShipmentSummarySchema, toShipment, toShipmentSummary } from './shipment-shape.ts';
import { WorksheetSchema, WorksheetSummarySchema } from './worksheet-schema.ts';
import { toWorksheet, toWorksheetSummary } from './worksheet-shape.ts';

const base = `${root}/v1`;
const IdSchema = z.string().min(1).max(2_048);
/** Absent or empty is answered in VTEX's own words. */
const OrderQuerySchema = z.object({ orderId: z.union([z.literal(''), ExternalIdSchema]).optional() });
const FilterSchema = z.enum(['BY_INTERNAL_ID', 'BY_EXTERNAL_ID']).meta({ description: 'Whose id it is: of the shipment here, or of who delivers it' }); // prettier-ignore
const filterHeader = 'X-PNP-FilterMethod';

/** The seven operations behind the token, but for the one that acts. */
export function makeReadRoutes(dialect: Dialect): readonly Route[] {
  const shared = { method: 'get', tag, scope: 'read', dialect, problems: ['order.ambiguous'] } as const;

  const requireOrder = async (tenant: Tenant, orderId: string, refusal: 'compat.order' | 'compat.order_shipments') => {
    const stored = await findOrder(tenant, orderId);
    if (stored === null) throw makeRefused(refusal, orderId);
    return stored;
  };

  return [
    defineRoute({
      ...shared,
      path: `${base}/orders/:orderId`,
      summary: 'Get order by ID',
      params: z.object({ orderId: ExternalIdSchema }),
      answers: { 200: { description: 'The order', schema: PnpOrderSchema } },
      refusals: ['compat.order'],
      handle: async ({ params: { orderId }, ...tenant }) =>
        ok(toPnpOrder((await requireOrder(tenant, orderId, 'compat.order')).order)),
    }),
    defineRoute({
      ...shared,
      path: `${base}/worksheets/:worksheetId`,
      summary: 'Get worksheet by ID',
      params: z.object({ worksheetId: IdSchema }),
      answers: { 200: { description: 'The worksheet', schema: WorksheetSchema } },
      refusals: ['compat.worksheet'],
      async handle({ params: { worksheetId }, ...tenant }) {
        const stored = await findByWorksheet(tenant, worksheetId);
        if (stored === null) throw makeRefused('compat.worksheet', worksheetId);
        return ok(toWorksheet(stored.order));
      },
    }),
    defineRoute({
      ...shared,
      path: `${base}/worksheets`,
      summary: 'Get worksheets by order ID',
      query: OrderQuerySchema,
      answers: { 200: { description: 'The order’s one worksheet', schema: z.array(WorksheetSummarySchema) } },
      refusals: ['compat.order', 'compat.worksheets_query'],
      async handle({ query: { orderId = '' }, ...tenant }) {
        if (orderId === '') throw makeRefused('compat.worksheets_query');
        return ok([toWorksheetSummary((await requireOrder(tenant, orderId, 'compat.order')).order)]);
      },
    }),
    defineRoute({
      ...shared,
      path: `${base}/facilities/:facilityId`,
      summary: 'Get facility by ID',
      params: z.object({ facilityId: IdSchema }),
      answers: { 200: { description: 'A store location', schema: FacilitySchema } },
      refusals: ['compat.facility'],
      async handle({ params: { facilityId }, merchantId, store }) {
        const storeLocationId = storeLocationOf(merchantId, facilityId);
        if (storeLocationId === null) throw makeRefused('compat.facility', facilityId);
        return ok(toFacility(merchantId, storeLocationId, await findFacilityAt(store, merchantId, storeLocationId)));
      },
    }),
    defineRoute({
      ...shared,
      path: `${base}/shipments/:shipmentId`,
      summary: 'Get shipment',
      params: z.object({ shipmentId: IdSchema }),
      requestHeaders: { [filterHeader]: FilterSchema },
      answers: { 200: { description: 'The shipment', schema: ShipmentSchema } },
      refusals: ['compat.shipment'],
      async handle({ params: { shipmentId }, headers, store, merchantId }) {
        const by = FilterSchema.safeParse(headers[filterHeader.toLowerCase()]).data;
        if (by === undefined) {
          throw makeInvalid([{ code: 'field.value', detail: `send ${filterHeader}: BY_INTERNAL_ID or BY_EXTERNAL_ID`, parameter: filterHeader }]); // prettier-ignore
        }
        const found = await findParcel({ store, merchantId }, shipmentId, by);
        if (found === null) throw makeRefused('compat.shipment', shipmentId);
        return ok(toShipment(found.stored.order, openPerson(store, found.stored, 'current'), found.parcel));
      },
    }),
    defineRoute({
      ...shared,
      path: `${base}/shipments`,
      summary: 'List shipments',
      query: OrderQuerySchema,
      answers: { 200: { description: 'All of the order', schema: z.array(ShipmentSummarySchema) } },
      refusals: ['compat.order_shipments', 'compat.shipments_query'],
      async handle({ query: { orderId = '' }, store, merchantId }) {
        if (orderId === '') throw makeRefused('compat.shipments_query');
        const stored = await requireOrder({ store, merchantId }, orderId, 'compat.order_shipments');
        const person = openPerson(store, stored, 'current');
        return ok(parcelsOf(stored.order).map((parcel) => toShipmentSummary(stored.order, person, parcel)));
      },
    }),
  ];
}
