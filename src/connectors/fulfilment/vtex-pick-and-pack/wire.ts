import * as z from 'zod';

/**
 * What VTEX Pick and Pack answers, read leniently: only what Packline uses, unknown keys passed over, almost everything
 * nullable, whatever the OpenAPI document calls required. Statuses are open words: the documented lists changed overnight.
 */

/** Of use if it is text, and no reason to refuse the reply if it is not. */
const textIfAny = z.string().nullish().catch(null);
const listIfAny = z.array(z.unknown()).nullish().catch(null);
/** Typed `number` in places where the values have up to 30 digits: text, or a number that JavaScript can hold. */
const IdSchema = z.union([z.string().min(1), z.int().transform(String)]);

/** Undefined for what is no JSON. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/**
 * One row of an order's item lists. `replacedItems` has two shapes: the document's (`id`, `originalQuantity`) and the one
 * seen in use, with the fields of an item. Read on its own: a row that cannot be read must not be taken for one missing.
 */
export const ItemRowSchema = z.object({
  id: IdSchema.nullish(),
  sku: IdSchema.nullish(),
  itemName: textIfAny,
  status: textIfAny,
  /** Minor units, for one base unit (a kilogram). */
  price: z.number().min(0).nullish(),
  /** Minor units, for one of `quantity`: the weight is in it already. */
  pickingPrice: z.number().min(0).nullish(),
  quantity: z.int().min(0).nullish(),
  originalQuantity: z.int().min(0).nullish(),
  /** Base units in one of `quantity`: kilograms, for what is weighed. */
  unitMultiplier: z.number().positive().nullish(),
  unitOfMeasure: textIfAny,
  /** SKUs (or ids) of what took its place. */
  replacedBy: z.array(IdSchema).nullish(),
});
export type ItemRow = z.infer<typeof ItemRowSchema>;

/** `GET /orders/{orderId}`. */
export const WireOrderSchema = z.object({
  orderId: z.string().min(1),
  status: textIfAny,
  invoices: listIfAny,
  unhandledItems: listIfAny,
  pickedItems: listIfAny,
  rejectedItems: listIfAny,
  replacedItems: listIfAny,
});
export type WireOrder = z.infer<typeof WireOrderSchema>;

const WireShipmentSchema = z.object({
  id: IdSchema,
  status: textIfAny,
  /** Said to be always there; of use only once delivered. */
  deliveredDate: textIfAny,
  serviceType: textIfAny,
  creationDate: textIfAny,
});
export type WireShipment = z.infer<typeof WireShipmentSchema>;

/** `GET /shipments?orderId=`. */
export const ShipmentListSchema = z.array(WireShipmentSchema);

/** `PATCH /orders/{orderId}/tracking`: what was sent, and whose it is. */
export const TrackingReplySchema = z.object({ orderId: z.string().min(1) });

/** One row of `pickedItems` of the legacy API. Read on its own: see `ItemRowSchema`. */
export const LegacyRowSchema = z.object({
  id: IdSchema,
  name: textIfAny,
  quantity: z.int().min(0),
  sellingPrice: z.number().min(0).nullish().catch(null),
});
export type LegacyRow = z.infer<typeof LegacyRowSchema>;

/** `GET /picking-tracking/{orderId}` of the legacy API. */
export const LegacyReplySchema = z.object({
  data: z.object({
    orderId: z.string().min(1),
    fulfillmentStatus: textIfAny,
    pickedItems: listIfAny,
    shipping: z
      .object({ services: z.array(z.object({ serviceId: IdSchema, serviceStatus: textIfAny })).nullish() })
      .nullish()
      .catch(null),
  }),
});
export type LegacyOrder = z.infer<typeof LegacyReplySchema>['data'];

const RecordSchema = z.record(z.string(), z.unknown());
const textOf = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);

export interface ErrorReply {
  /** In capitals. */
  code: string | undefined;
  message: string | undefined;
  requestId: string | undefined;
}

/**
 * An error: `{type, code, message, date, requestId}`, or the gateway's `{message, code, reason, requestId}`. Of the legacy
 * API's errors the four numbers are documented, and not the member that holds them. Undefined for what is no object.
 */
export function readError(text: string): ErrorReply | undefined {
  const body = RecordSchema.safeParse(parseJson(text)).data;
  if (body === undefined) return undefined;
  const word = textOf(body['code'])?.toUpperCase();
  const numbers = Object.values(body).map((value) => (typeof value === 'number' ? String(value) : textOf(value)));
  return {
    code: word !== undefined && /^[A-Z][A-Z0-9_]{0,63}$/.test(word) ? word : numbers.find(isLegacyCode),
    message: textOf(body['message']),
    requestId: requestIdOf(body['requestId']),
  };
}

/** It is logged and shown: anything that is not one word of an id counts as none. */
const requestIdOf = (value: unknown): string | undefined => /^[\w.:-]{1,100}$/.exec(textOf(value) ?? '')?.[0];

const isLegacyCode = (text: string | undefined): boolean => text !== undefined && /^100[0-3]$/.test(text);
