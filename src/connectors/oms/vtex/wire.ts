import * as z from 'zod';

/**
 * VTEX's schema and its own examples disagree in places, and stores add fields: whatever is missing, null or of another
 * type than expected counts as absent, and what an order cannot do without is asked for by the mapper.
 */
export const maybe = <T extends z.ZodType>(schema: T) => schema.nullish().catch(undefined);
export const text = maybe(z.union([z.string(), z.number().transform(String)]));
export const number = maybe(z.number());
/** Hundredths are whole: 9.9 is an amount of another unit, and nobody says of which. */
const amount = maybe(z.int());
export const bool = maybe(z.boolean());
export const list = <T extends z.ZodType>(item: T) => maybe(z.array(item.nullish().catch(undefined)));

const AddressSchema = z.object({
  receiverName: text,
  postalCode: text,
  street: text,
  number: text,
  neighborhood: text,
  complement: text,
  reference: text,
  city: text,
  state: text,
  country: text,
  /** Longitude first. */
  geoCoordinates: maybe(z.array(z.number())),
});
export type WireAddress = z.infer<typeof AddressSchema>;

const ItemSchema = z.object({
  uniqueId: text,
  id: text,
  ean: text,
  name: text,
  quantity: number,
  price: amount,
  sellingPrice: amount,
  seller: text,
  imageUrl: text,
  measurementUnit: text,
  unitMultiplier: number,
});
export type WireItem = z.infer<typeof ItemSchema>;

const LogisticsSchema = z.object({
  deliveryChannel: text,
  /** The schema's name for the same; examples and practice have the one above. */
  selectedDeliveryChannel: text,
  shippingEstimateDate: text,
  deliveryWindow: maybe(z.object({ startDateUtc: text, endDateUtc: text })),
  pickupPointId: text,
  deliveryIds: list(z.object({ dockId: text, warehouseId: text })),
});
export type WireLogistics = z.infer<typeof LogisticsSchema>;

/** One for each invoice, returns included. */
const PackageSchema = z.object({
  items: list(z.object({ itemIndex: number, quantity: number })),
  invoiceNumber: text,
  invoiceValue: number,
  type: text,
  issuanceDate: text,
  courier: text,
  trackingNumber: text,
  trackingUrl: text,
  courierStatus: maybe(
    z.object({
      finished: bool,
      data: list(z.object({ city: text, state: text, description: text, createDate: text })),
    }),
  ),
});
export type WirePackage = z.infer<typeof PackageSchema>;

/** `GET /api/oms/pvt/orders/{orderId}`: what of it Packline reads. Money in hundredths of the currency. */
export const WireOrderSchema = z.object({
  /** By its id an answer is known to be an order. */
  orderId: z.string().min(1),
  /** Null while the order is incomplete. */
  status: text,
  sequence: text,
  orderGroup: text,
  marketplaceOrderId: text,
  sellerOrderId: text,
  affiliateId: text,
  origin: text,
  salesChannel: text,
  hostname: text,
  workflowIsInError: bool,
  value: amount,
  totals: list(z.object({ id: text, value: amount })),
  creationDate: text,
  lastChange: text,
  items: list(ItemSchema),
  clientProfileData: maybe(z.object({ firstName: text, lastName: text, email: text, phone: text })),
  shippingData: maybe(
    z.object({
      address: maybe(AddressSchema),
      selectedAddresses: list(AddressSchema),
      logisticsInfo: list(LogisticsSchema),
    }),
  ),
  storePreferencesData: maybe(z.object({ currencyCode: text })),
  openTextField: maybe(z.object({ value: text })),
  packageAttachment: maybe(z.object({ packages: list(PackageSchema) })),
});
export type WireOrder = z.infer<typeof WireOrderSchema>;

/** `PATCH …/changes`: the request that was taken on. */
export const ChangeAcceptedSchema = z.object({ requestId: z.string().min(1) });

/** `GET …/changes`: "every successful" modification of an order. */
export const ChangeHistorySchema = z.object({
  requests: z.array(
    z.object({
      requestId: z.string().min(1),
      reason: text,
      date: text,
      manualDiscountValue: number,
      manualIncrementValue: number,
    }),
  ),
});
export type WireHistory = z.infer<typeof ChangeHistorySchema>;

/** `GET …/changes/{changeRequestId}`. The reference calls the flag `inProgress`, the guide `finished`, and prints that wrong. */
export const ChangeDetailSchema = z.object({
  requestId: z.string().min(1),
  status: z.string().min(1),
  logs: list(z.object({ status: text, message: text })),
  cancellationData: maybe(z.object({ reason: text })),
});
export type WireChange = z.infer<typeof ChangeDetailSchema>;

/** `{ error: { code, message, exception } }`. A code is one word; anything else might quote somebody. */
export const ErrorReplySchema = z.object({
  error: z.object({
    code: z
      .union([z.string(), z.number()])
      .transform(String)
      .pipe(z.string().regex(/^[\w-]{1,40}$/)),
  }),
});

/** `GET /api/oms/pvt/orders`: who is in it, and since when. */
export const OrderListSchema = z.object({
  list: z.array(z.object({ orderId: text, creationDate: text }).nullable().catch(null)),
});

const FilterSchema = z.object({ type: text, status: maybe(z.array(z.string())) });
export type WireFilter = z.infer<typeof FilterSchema>;

export const HookConfigSchema = z.object({
  filter: maybe(FilterSchema),
  hook: maybe(z.object({ url: text, headers: maybe(z.record(z.string(), z.unknown())) })),
});
export type WireHook = z.infer<typeof HookConfigSchema>;

export const FeedConfigSchema = z.object({ filter: maybe(FilterSchema), quantity: number });
export type WireFeedConfig = z.infer<typeof FeedConfigSchema>;

/** One event of the feed. The handle acknowledges it; everything else is the hook's, in camelCase. */
export const FeedItemSchema = z.looseObject({ handle: z.string().min(1) });
export type WireFeedItem = z.infer<typeof FeedItemSchema>;

/** A hook's body and a feed's event name the same facts in two cases (`OrderId`, `orderId`). */
export const EventSchema = z.object({
  domain: text,
  orderid: z.string().min(1),
  state: text,
  lastchange: text,
  currentchange: text,
  origin: maybe(z.record(z.string(), z.unknown())),
});

export function parseJson(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}
