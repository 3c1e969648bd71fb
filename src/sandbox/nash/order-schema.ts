import { z } from 'zod';

/**
 * The bodies of Nash's order operations: OpenAPI 1.0.0 `OrderInput` and `OrderInputWithReturnFirstQuoteApiOnly`. All
 * fields are optional and nullable there. Lengths are that document's prose (80 and 280 characters). A field that it
 * does not name at the top level is refused; unknown fields inside items are ignored, since the documents differ there.
 */
const text = z.string().nullish();
const text80 = z.string().max(80).nullish();
const text280 = z.string().max(280).nullish();
const number = z.number().nullish();
const integer = z.int().nullish();
const texts = z.array(z.string()).nullish();
/** "UTC in the form 'YYYY-MM-DDTHH:MM:SSZ'". */
const time = z.iso.datetime({ offset: true }).nullish();
const freeObject = z.record(z.string(), z.unknown()).nullish();

const substitutionSchema = z.object({
  preference: text,
  source: text,
  substituteItems: z.array(z.object({ id: text, sku: text, quantity: integer, weight: number })).nullish(),
});

const itemShape = {
  id: text,
  description: text,
  count: integer,
  dimensions: z.object({ height: number, width: number, depth: number }).nullish(),
  weight: number,
  valueCents: integer,
  requirements: texts,
  category: text,
  barcode: text,
  metadata: freeObject,
};

export interface SubItem extends z.output<z.ZodObject<typeof itemShape>> {
  sku?: string | null | undefined;
  substitution?: z.output<typeof substitutionSchema> | null | undefined;
  subItems?: SubItem[] | null | undefined;
}

const subItemSchema: z.ZodType<SubItem> = z.lazy(() =>
  z.object({
    ...itemShape,
    sku: text,
    substitution: substitutionSchema.nullish(),
    subItems: z.array(subItemSchema).nullish(),
  }),
);
const itemSchema = z.object({ ...itemShape, subItems: z.array(subItemSchema).nullish() });

const vehicles = [
  'any', 'bike', 'motorbike', 'cargobike', 'sedan', 'car', 'suv', 'pickup_truck', 'pickup', 'van', 'large_van', 'extra_large_van', 'truck',
] as const; // prettier-ignore

export const orderInputSchema = z.strictObject({
  externalId: text,
  referenceId: text,
  tags: texts,
  orderMetadata: freeObject,
  requirements: texts,
  description: text280,
  itemsCount: integer,
  currency: text,
  valueCents: z.union([z.int(), z.string().regex(/^\d+$/)]).nullish(),
  tipAmountCents: integer,
  weight: z.union([z.number(), z.string().regex(/^\d+(\.\d+)?$/)]).nullish(),
  height: number,
  width: number,
  depth: number,
  items: z.array(itemSchema).nullish(),
  deliveryMode: z.enum(['now', 'scheduled']).nullish(),
  deliveryWindowId: text,
  minimumVehicleSize: z.enum(vehicles).nullish(),
  dispatchStrategyId: text,
  maxDeliveryFeeCents: integer,
  reapplyAutomations: z.boolean().nullish(),
  optimizationParameters: freeObject,
  pickupPayment: freeObject,

  pickupAddress: text,
  pickupPlaceId: text,
  pickupAddressNumber: text,
  pickupAddressSecondarynumber: text,
  pickupAddressFormattedStreet: text,
  pickupAddressCity: text,
  pickupAddressCounty: text,
  pickupAddressState: text,
  pickupAddressZip: text,
  pickupAddressCountry: text,
  pickupLat: number,
  pickupLng: number,
  pickupStoreLocationId: text,
  pickupExternalStoreLocationId: text,
  pickupStoreLocationIds: texts,
  pickupZoneIds: texts,
  pickupBarcodes: texts,
  pickupPhoneNumber: text,
  pickupEmail: text,
  pickupBusinessName: text80,
  pickupFirstName: text80,
  pickupLastName: text80,
  pickupInstructions: text280,
  pickupStartTime: time,
  pickupEndTime: time,

  dropoffAddress: text,
  dropoffPlaceId: text,
  dropoffAddressNumber: text,
  dropoffAddressSecondarynumber: text,
  dropoffAddressFormattedStreet: text,
  dropoffAddressCity: text,
  dropoffAddressCounty: text,
  dropoffAddressState: text,
  dropoffAddressZip: text,
  dropoffAddressCountry: text,
  dropoffLat: number,
  dropoffLng: number,
  dropoffBarcodes: texts,
  dropoffPhoneNumber: text,
  dropoffEmail: text,
  dropoffBusinessName: text80,
  dropoffFirstName: text80,
  dropoffLastName: text80,
  dropoffInstructions: text280,
  dropoffStartTime: time,
  dropoffEndTime: time,
});

/** What upsert and PATCH take: one field more than create, which says nothing about the order itself. */
export const orderUpsertSchema = orderInputSchema
  .extend({ returnFirstQuoteApiOnly: z.boolean().nullish() })
  .transform(({ returnFirstQuoteApiOnly: _flag, ...fields }): OrderFields => fields);

/** `POST /v2/orders/upsert/bulk`: each order is judged on its own. */
export const bulkUpsertSchema = z.strictObject({ orders: z.array(z.unknown()) });

export type OrderFields = z.output<typeof orderInputSchema>;

/** What is picked one by one: the leaves of `items[].subItems[]`, or an item that has none. */
export function toOrderLines(fields: OrderFields): SubItem[] {
  const leaves = (item: SubItem): SubItem[] =>
    item.subItems === undefined || item.subItems === null || item.subItems.length === 0
      ? [item]
      : item.subItems.flatMap(leaves);
  return (fields.items ?? []).flatMap(leaves);
}
