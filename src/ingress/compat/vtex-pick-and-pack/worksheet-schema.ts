import * as z from 'zod';
import { shipmentStatuses, workStatuses } from '../../../domain/shown-status.ts';

const instant = z.iso.datetime();
const NotesSchema = z.array(
  z.strictObject({ date: z.string(), type: z.string(), content: z.string(), author: z.string() }),
);
const AssignmentSchema = z.strictObject({
  active: z.boolean(),
  assignmentDate: instant,
  notes: NotesSchema,
  method: z.enum(['MANUAL', 'AUTOMATIC']),
  pickerId: z.string(),
  finishedDate: instant.nullable(),
});
const unitsFields = { orderId: z.string(), unitsQuantity: z.int(), itemsQuantity: z.int() };
const headFields = {
  id: z.guid(),
  facilityId: z.string(),
  worksheetId: z.string(),
  categoriesIds: z.array(z.string()),
  finishedDate: instant.nullable(),
  initDate: instant,
  status: z.enum(workStatuses),
  hostname: z.string(),
  pickerAssignment: z.array(AssignmentSchema),
  createdAt: instant,
};

/** A row of `GET /worksheets?orderId=`. */
export const WorksheetSummarySchema = z
  .strictObject({
    ...headFields,
    ordersIds: z.array(z.strictObject(unitsFields)),
    unitsQuantity: z.int(),
    itemsQuantity: z.int(),
    items: z.array(z.unknown()).max(0),
    completedUnitsQuantity: z.number(),
    packedUnitsQuantity: z.number(),
    deliveryWindow: z.strictObject({ minDate: instant, maxDate: instant }),
  })
  .meta({ id: 'PickAndPackWorksheetSummary' });

const partFields = {
  id: z.string(),
  name: z.string(),
  image: z.string(),
  temperature: z.literal('AMBIENT'),
  originalQuantity: z.int(),
};
const sourceFields = {
  orderId: z.string(),
  sellingPrice: z.int(),
  listPrice: z.int(),
  currencyCode: z.string(),
  quantity: z.int(),
};
const handled = { pickedQuantity: z.number(), rejectedQuantity: z.number(), replacedQuantity: z.number() };
const picked = { pickedQuantity: z.number(), packedQuantity: z.number() };

/** `GET /worksheets/{worksheetId}`. */
export const WorksheetSchema = z
  .strictObject({
    ...headFields,
    priority: z.int(),
    lastPickedItemTime: z.int().meta({ description: 'Milliseconds since the epoch' }),
    finishEstimatedDate: instant,
    totalItems: z.int(),
    totalCompletedItems: z.int(),
    totalPackedItems: z.int(),
    updatedAt: instant,
    lastStatusChangeTime: z.int().meta({ description: 'Milliseconds since the epoch' }),
    ordersIds: z.array(
      z.strictObject({
        ...unitsFields,
        totalValue: z.int(),
        shippingEstimatedDate: instant,
        isInvoiced: z.boolean(),
        priority: z.number(),
      }),
    ),
    items: z.array(
      z.strictObject({
        ...partFields,
        referenceCode: z.string(),
        categories: z.array(z.strictObject({ id: z.string(), name: z.string() })),
        itemAssignment: z.strictObject({
          startPickingAt: instant,
          assignedAt: instant,
          finishedAt: instant.nullable(),
        }),
        completedQuantity: z.int(),
        ...handled,
        orderSource: z.array(
          z.strictObject({
            ...sourceFields,
            ...handled,
            status: z.enum(shipmentStatuses),
            replacedBy: z.array(z.string()),
            notes: NotesSchema,
          }),
        ),
      }),
    ),
    pickedItems: z.array(
      z.strictObject({
        ...partFields,
        ...picked,
        orderSource: z.array(z.strictObject({ ...sourceFields, ...picked })),
      }),
    ),
    rejectedItems: z.array(
      z.strictObject({
        ...partFields,
        rejectedQuantity: z.number(),
        replacedQuantity: z.number(),
        orderSource: z.array(
          z.strictObject({
            orderId: z.string(),
            quantity: z.int(),
            rejectedQuantity: z.number(),
            currencyCode: z.string(),
            notes: NotesSchema,
          }),
        ),
      }),
    ),
    replacedItems: z.array(
      z.strictObject({
        ...partFields,
        replacedQuantity: z.number(),
        replacedBy: z.array(z.string()),
        orderSource: z.array(
          z.strictObject({
            ...sourceFields,
            replacedQuantity: z.number(),
            replacedBy: z.array(z.string()),
            reasons: z.array(z.strictObject({ reasonType: z.string(), reasonDetail: z.string() })),
            notes: NotesSchema,
          }),
        ),
      }),
    ),
    historicalWorksheet: z.array(z.unknown()).max(0),
  })
  .meta({ id: 'PickAndPackWorksheet' });
