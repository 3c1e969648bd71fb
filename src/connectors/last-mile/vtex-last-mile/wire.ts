import * as z from 'zod';

/** Undefined for what is no JSON. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const textCharsMax = 2_000;
const packagesMax = 200;
const itemsMax = 1_000;

/** Text, or a number where text is documented. Blank is nothing, as `null` and a missing member are. */
const text = z
  .union([z.string(), z.number().transform(String)])
  .transform((value) => value.trim().slice(0, textCharsMax) || null)
  .nullish()
  .catch(null)
  .transform((value) => value ?? null);

/** A number, or one that is written as text (`"19"`, `"5616,01"`). */
const amount = z
  .union([z.number(), z.string().transform((value) => (value.trim() === '' ? NaN : Number(value.replace(',', '.'))))])
  .pipe(z.number())
  .nullish()
  .catch(null)
  .transform((value) => value ?? null);

/** A list, or one thing that stands alone where a list is documented; what is no list is an empty one. */
const listOf = <T extends z.ZodType>(item: T, max: number) =>
  z
    .preprocess((value) => (Array.isArray(value) ? value.slice(0, max) : value == null ? [] : [value]), z.array(item))
    .catch([]);

const part = <T extends z.ZodRawShape>(shape: T) => z.preprocess(toMembers, z.object(shape));
const toMembers = (value: unknown): unknown =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? value : {};

const PlaceSchema = part({
  name: text,
  phone: text,
  email: text,
  address: text,
  addressComplement: text,
  number: text,
  neighborhood: text,
  reference: text,
  zipCode: text,
  city: text,
  state: text,
  country: text,
  location: part({ latitude: amount, longitude: amount }),
  pickupDate: text,
  deliveryDate: text,
  contactName: text,
  identification: text,
  deliveryWindow: part({ initialDate: text, finalDate: text }),
});
export type WirePlace = z.infer<typeof PlaceSchema>;

const ItemSchema = part({
  id: text,
  name: text,
  ean: text,
  refId: text,
  weight: text,
  quantity: amount,
  price: amount,
});
const PackageSchema = part({
  id: text,
  description: text,
  weight: text,
  dimensions: part({ height: amount, length: amount, width: amount }),
  totalValue: amount,
  categories: listOf(text, 100),
  items: listOf(ItemSchema, itemsMax),
});
export type WirePackage = z.infer<typeof PackageSchema>;

/**
 * `POST /create-service` and `/rates`. The two documents contradict each other in types and in what is required, and their own
 * examples contradict both: only what a service cannot be known without is asked for.
 */
export const WireRequestSchema = z.object({
  orderId: text,
  carrierId: text,
  seller: text,
  type: text,
  carrierServiceType: text,
  paymentMethod: text,
  comments: text,
  orderValue: amount,
  timezone: z.preprocess((value) => (typeof value === 'string' ? { value } : value), part({ value: text })),
  sender: PlaceSchema,
  receiver: PlaceSchema,
  packages: listOf(PackageSchema, packagesMax),
});
export type WireRequest = z.infer<typeof WireRequestSchema>;

/** `POST /cancel-service` and `/pause-service`. `pause` may come as text, and be left out. */
export const WireActSchema = z.object({
  serviceId: text,
  carrierId: text,
  reason: text,
  pause: z
    .union([z.boolean(), z.enum(['true', 'false']).transform((value) => value === 'true')])
    .nullish()
    .catch(null)
    .transform((value) => value ?? null),
});

const words = z.string().nullish().catch(null);
const list = z.array(z.unknown()).catch([]);

/** `GET /{carrierId}/{serviceId}`: what shows what VTEX has been told. Evidences are documented as texts and seen as objects. */
export const ServiceReplySchema = z.object({
  data: z.object({ status: words, labels: list, notes: list, evidences: list, timeline: list }),
});

/** Every reply to a write: `{message, data}`, of which nothing is used. */
export const WrittenSchema = z.object({ message: z.string() });

/** `{message, requestId}`, and for what is not there `{type, code, data, requestId, date, message}`. */
export const ErrorReplySchema = z.object({ message: words, code: words, requestId: words });
