import * as z from 'zod';
import { IdSchema } from '../../domain/ids.ts';
import { listFacilities } from '../../store/facilities.ts';
import { requireOrder } from '../../store/orders.ts';
import { ok } from '../answer.ts';
import { defineRoute, type Route } from '../define-route.ts';
import { findPart } from '../find-part.ts';
import { readFresh } from '../fresh-documents.ts';
import { makeRefusal } from '../problem.ts';
import { PageSchema } from '../views/page.ts';
import { findWorksheet, toWorksheetViews, WorksheetViewSchema } from '../views/worksheet-view.ts';

const shared = { method: 'get', tag: 'Worksheets', scope: 'read' } as const;

const getWorksheets = defineRoute({
  ...shared,
  path: '/v1/orders/:orderId/worksheets',
  summary: 'Who picks an order, and how far they are',
  description:
    'As the fulfilment system shows it; an order of one that shows no worksheets has a single one, which follows from what is known of the order. A worksheet for several orders is shown with each of them, its part of it.',
  params: z.strictObject({ orderId: IdSchema('order') }),
  answers: { 200: { description: 'All of them', schema: PageSchema(WorksheetViewSchema) } },
  problems: ['order.not_found'],
  async handle({ deps, store, merchantId, params: { orderId } }) {
    const shown = await readFresh(deps, store, await requireOrder(store, orderId, merchantId));
    return ok({ data: toWorksheetViews(shown, await listFacilities(store, merchantId)), nextCursor: null });
  },
});

const getWorksheet = defineRoute({
  ...shared,
  path: '/v1/worksheets/:worksheetId',
  summary: 'Read a worksheet',
  params: z.strictObject({ worksheetId: IdSchema('worksheet') }),
  answers: { 200: { description: 'The worksheet', schema: WorksheetViewSchema } },
  problems: ['worksheet.not_found'],
  async handle({ deps, store, merchantId, params: { worksheetId } }) {
    const found = await findPart(store, merchantId, worksheetId);
    const shown = found === null ? null : await readFresh(deps, store, found.stored);
    const worksheet = shown === null ? undefined : findWorksheet(shown, await listFacilities(store, merchantId), worksheetId); // prettier-ignore
    if (worksheet === undefined) throw makeRefusal('worksheet.not_found', 'no such worksheet');
    return ok(worksheet);
  },
});

export const worksheetRoutes: readonly Route[] = [getWorksheets, getWorksheet];
