import * as z from 'zod';

/**
 * What VTEX shows beside the order, read as leniently as the rest (wire.ts): what cannot be read of a document that only is
 * shown on is left out of it.
 */
const text = z.string().nullish().catch(null);
const number = z.number().nullish().catch(null);
const textOrNumber = z.union([z.string(), z.number()]).nullish().catch(null);
/** Typed `number` in places where the values have up to 30 digits: text, or a number that JavaScript can hold. */
const IdSchema = z.union([z.string().min(1), z.int().transform(String)]);
/** Rows that can be read, without those that cannot. */
const rows = <T extends z.ZodType>(schema: T) =>
  z
    .array(z.unknown())
    .nullish()
    .catch(null)
    .transform((list) =>
      (list ?? []).flatMap((one) => {
        const read = schema.safeParse(one);
        return read.success ? [read.data] : [];
      }),
    );

const NoteSchema = z.object({ date: text, type: text, content: z.string(), author: text });
export type WireNote = z.infer<typeof NoteSchema>;

const OrderSourceSchema = z.object({
  orderId: z.string(),
  quantity: number,
  pickedQuantity: number,
  rejectedQuantity: number,
  replacedQuantity: number,
  replacedBy: rows(IdSchema),
  notes: rows(NoteSchema),
});

/** `GET /worksheets/{worksheetId}`; the list by order has the head of each. */
export const WorksheetSchema = z.object({
  worksheetId: IdSchema,
  facilityId: text,
  status: text,
  createdAt: text,
  initDate: text,
  finishedDate: text,
  ordersIds: rows(z.object({ orderId: z.string() })),
  pickerAssignment: rows(
    z.object({
      pickerId: IdSchema,
      active: z.boolean().nullish().catch(null),
      method: text,
      assignmentDate: text,
      finishedDate: text,
      notes: rows(NoteSchema),
    }),
  ),
  items: rows(z.object({ id: IdSchema, name: text, orderSource: rows(OrderSourceSchema) })),
});
export type WireWorksheet = z.infer<typeof WorksheetSchema>;
export const WorksheetListSchema = z.array(WorksheetSchema);

/** `GET /shipments/{shipmentId}`. */
export const ShipmentReplySchema = z.object({
  id: IdSchema,
  orderId: text,
  serviceId: IdSchema.nullish().catch(null),
  status: text,
  type: text,
  deliveredDate: text,
  carrierName: text,
  trackingUrl: text,
  agent: z.object({ name: text, vehicle: text }).nullish().catch(null),
  packages: rows(
    z.object({
      /** Its goods count without it, too. */
      id: IdSchema.nullish().catch(null),
      description: text,
      /** Kilograms. */
      weight: textOrNumber,
      /** Minor units. */
      totalValue: number,
      items: rows(z.object({ id: IdSchema, name: text, quantity: z.number() })),
    }),
  ),
  evidences: rows(NoteSchema),
  notes: rows(NoteSchema),
});
export type WireShipmentDocument = z.infer<typeof ShipmentReplySchema>;

/** `GET /facilities/{facilityId}`. Who is to be contacted there is not read. */
export const FacilitySchema = z.object({
  id: IdSchema,
  name: text,
  address: text,
  number: textOrNumber,
  addressComplement: text,
  neighborhood: text,
  city: text,
  state: text,
  country: text,
  postalCode: textOrNumber,
  location: z.object({ latitude: z.number(), longitude: z.number() }).nullish().catch(null),
});
export type WireFacility = z.infer<typeof FacilitySchema>;
