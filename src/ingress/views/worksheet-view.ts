import * as z from 'zod';
import { bagOf, handledOf } from '../../domain/bag.ts';
import type { Facility } from '../../domain/facility.ts';
import type { ToldWorksheet } from '../../domain/fulfilment-documents.ts';
import { IdSchema } from '../../domain/ids.ts';
import type { Order } from '../../domain/order.ts';
import { ExternalIdSchema } from '../../domain/order-input.ts';
import { soleWorksheet, worksheetName } from '../../domain/order-parts.ts';
import { firstReachedAt } from '../../domain/order-steps.ts';
import { shownStatuses, workStatuses } from '../../domain/shown-status.ts';
import { InstantSchema } from '../../domain/time.ts';
import { toldFacilityId } from '../../store/facilities.ts';
import { partIdOf } from '../../store/part-ids.ts';
import type { ShownOrder } from '../fresh-documents.ts';
import { vocabularies } from '../../connectors/registry.ts';
import { NoteSchema } from './note-view.ts';

const PickerSchema = z
  .strictObject({
    id: z.string().meta({ description: 'As the fulfilment system names the person' }),
    active: z.boolean(),
    method: z.string().nullable(),
    assignedAt: InstantSchema.nullable(),
    finishedAt: InstantSchema.nullable(),
    notes: z.array(NoteSchema),
  })
  .meta({ id: 'Picker' });

const ItemSchema = z.strictObject({
  lineId: z.string().nullable().meta({ description: 'Null where the SKU stands on no line, or on several' }),
  sku: z.string(),
  name: z.string().nullable(),
  requestedQuantity: z.number(),
  pickedQuantity: z.number(),
  rejectedQuantity: z.number(),
  replacedQuantity: z.number(),
  replacedBy: z.array(z.string()).meta({ description: 'SKUs' }),
  notes: z.array(NoteSchema),
});

/** How old what is shown is, in every answer that shows what a fulfilment system has told. */
export const freshnessFields = {
  fetchedAt: InstantSchema.nullable().meta({ description: 'When the fulfilment system was last read; null for what follows from the order' }), // prettier-ignore
  stale: z
    .boolean()
    .meta({ description: 'Older than the fulfilment system’s cache: it does not answer at the moment' }),
};

/** What a picker works off, the part of one order. */
export const WorksheetViewSchema = z
  .strictObject({
    id: IdSchema('worksheet'),
    orderId: IdSchema('order'),
    externalId: z.string().nullable().meta({ description: 'Null where the fulfilment system shows no worksheets' }),
    facilityId: IdSchema('facility').nullable(),
    storeLocationId: ExternalIdSchema,
    status: z
      .string()
      .meta({ description: `One of ${workStatuses.join(', ')}, or another word of the fulfilment system` }),
    pickers: z.array(PickerSchema),
    items: z.array(ItemSchema),
    createdAt: InstantSchema.nullable(),
    startedAt: InstantSchema.nullable(),
    finishedAt: InstantSchema.nullable(),
    ...freshnessFields,
  })
  .meta({ id: 'Worksheet' });
export type WorksheetView = z.infer<typeof WorksheetViewSchema>;

/** Those that its fulfilment system shows, or the one that every other order has. */
export function toWorksheetViews(shown: ShownOrder, facilities: readonly Facility[]): WorksheetView[] {
  const { stored, documents } = shown;
  return documents === null
    ? [toSole(stored.order, facilities)]
    : documents.worksheets.map((told) => toTold(shown, told, facilities));
}

/**
 * The one with this id. Whoever got the one that follows from the order, before the fulfilment system showed its own, finds
 * it under its id for good.
 */
export const findWorksheet = (
  shown: ShownOrder,
  facilities: readonly Facility[],
  id: string,
): WorksheetView | undefined =>
  [...toWorksheetViews(shown, facilities), toSole(shown.stored.order, facilities)].find((one) => one.id === id);

function toTold(
  { stored: { order }, fetchedAt, stale }: ShownOrder,
  told: ToldWorksheet,
  facilities: readonly Facility[],
): WorksheetView {
  // prettier-ignore
  const { connectionId = '' } = order.fulfilment ?? {};
  const facilityId = told.facilityId === null ? null : toldFacilityId(connectionId, told.facilityId);
  return {
    id: partIdOf('worksheet', order.id, worksheetName(told.externalId)),
    orderId: order.id,
    externalId: told.externalId,
    facilityId: facilities.find(({ id }) => id === facilityId)?.id ?? null,
    storeLocationId: order.storeLocationId,
    status: told.status ?? 'UNKNOWN',
    pickers: told.pickers.map(({ notes, ...picker }) => ({ ...picker, notes: [...notes] })),
    items: told.items.map(({ replacedBy, notes, ...item }) => ({
      lineId: lineOf(order, item.sku),
      ...item,
      replacedBy: [...replacedBy],
      notes: [...notes],
    })),
    createdAt: told.createdAt,
    startedAt: told.startedAt,
    finishedAt: told.finishedAt,
    fetchedAt,
    stale,
  };
}

/** One SKU may stand on two lines: then nobody says which of them is meant. */
function lineOf({ content }: Order, sku: string): string | null {
  const [line, ...others] = content.lines.filter((one) => one.sku === sku);
  return line === undefined || others.length > 0 ? null : line.id;
}

/** What follows from the order itself: nobody tells who picks. */
function toSole(order: Order, facilities: readonly Facility[]): WorksheetView {
  const bag = bagOf(order);
  return {
    id: partIdOf('worksheet', order.id, soleWorksheet),
    orderId: order.id,
    externalId: null,
    facilityId: facilities.find(({ storeLocationId }) => storeLocationId === order.storeLocationId)?.id ?? null,
    storeLocationId: order.storeLocationId,
    status: shownStatuses[order.status].work,
    pickers: [],
    items: order.content.lines.map((line) => ({
      lineId: line.id,
      sku: line.sku,
      name: line.name,
      requestedQuantity: line.quantity,
      ...handledOf(bag, line),
      notes: [],
    })),
    createdAt: order.createdAt,
    startedAt: firstReachedAt(order, 'PICKING', vocabularies),
    finishedAt: bag === null ? null : firstReachedAt(order, 'READY_FOR_PACKING', vocabularies),
    fetchedAt: null,
    stale: false,
  };
}
