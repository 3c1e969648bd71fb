import * as z from 'zod';
import { MinorAmountSchema } from '../../../domain/money.ts';

/**
 * What Nash answers, read leniently: only what Packline uses, unknown keys passed over, almost everything nullable. The
 * documents differ in spelling (OpenAPI 1.0.0: `pickedItems`; the Pick and Pack guide: `picked_items`; `created_at` even
 * inside camelCase objects), so every object is brought to snake_case before it is read.
 */
const depthMax = 32;
/** Whose members are the merchant's own keys, or field names to show to people. */
const verbatim: ReadonlySet<string> = new Set(['order_metadata', 'job_metadata', 'validation_errors']);

/** The same few hundred keys come in every hook. */
const known = new Map<string, string>();
const knownMax = 2_000;

function toSnake(key: string): string {
  const found = known.get(key);
  if (found !== undefined) return found;
  const name = key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
  if (known.size < knownMax) known.set(key, name);
  return name;
}

/**
 * Anything parsed from JSON, with snake_case keys; what lies deeper than any document of Nash is dropped. A member that is
 * spelled both ways counts once; where the two contradict each other it is neither, and no schema takes it.
 */
export function snakeKeys(value: unknown, depth = 0): unknown {
  if (depth > depthMax) return undefined;
  if (Array.isArray(value)) return value.map((item) => snakeKeys(item, depth + 1));
  if (typeof value !== 'object' || value === null) return value;
  const members = new Map<string, unknown>();
  for (const [key, member] of Object.entries(value)) {
    const name = toSnake(key);
    const read = verbatim.has(name) ? member : snakeKeys(member, depth + 1);
    members.set(name, members.has(name) ? agree(members.get(name), read) : read);
  }
  return Object.fromEntries(members);
}

function agree(one: unknown, other: unknown): unknown {
  if (isNothing(other)) return one;
  if (isNothing(one) || JSON.stringify(one) === JSON.stringify(other)) return other;
  return { contradicts: true };
}
const isNothing = (value: unknown): boolean =>
  value === null || value === undefined || (Array.isArray(value) && value.length === 0);

const snake = <T extends z.ZodType>(schema: T) => z.preprocess((value) => snakeKeys(value), schema);

/** Of use if it is text, and no reason to refuse the reply if it is not. */
const textIfAny = z.string().nullish().catch(null);
const recordIfAny = z.record(z.string(), z.unknown()).nullish().catch(null);

/** Numbers come back as strings on some reads (`"7"`, `"3012"`). */
const Decimal = z.union([z.number().min(0), z.string().regex(/^\s*\d+(\.\d+)?\s*$/)]);
const Quantity = Decimal.transform(Number);
/** Digits only as text, too: "13.00" cents are dollars. */
const Whole = z
  .union([z.number().min(0), z.string().regex(/^\s*\d+\s*$/)])
  .transform(Number)
  .pipe(z.int());
const Units = Whole.pipe(z.int().max(1_000_000));
const Cents = Whole.pipe(MinorAmountSchema);

const BarcodeSchema = z.object({
  barcode: textIfAny,
  format: textIfAny,
  is_variable_weight: z.boolean().nullish().catch(null),
  weight: Quantity.nullish().catch(null),
  weight_unit: textIfAny,
  price_cents: Cents.nullish().catch(null),
  product_code: textIfAny,
  expiration_date: textIfAny,
});
const ScanSchema = z.object({
  substitution_type: textIfAny,
  barcodes: z.array(BarcodeSchema).nullish(),
});

/** One row of `picked_items`. Read on its own: a row that cannot be read must not be taken for a row that is missing. */
export const PickedRowSchema = z.object({
  id: z.string().nullish(),
  sku: z.string().nullish(),
  name: textIfAny,
  status: textIfAny,
  quantity: Units,
  requested_quantity: Quantity.nullish(),
  /** Kilograms, as written: `toGrams` reads the digits. */
  weight: Decimal.nullish(),
  price_cents: Cents.nullish(),
  requested_id: z.string().nullish(),
  requested_sku: z.string().nullish(),
  scanned_barcode: textIfAny,
  /** What the oldest documents call it. */
  scanned_code: textIfAny,
  scans: z.array(ScanSchema).nullish(),
});
export type PickedRow = z.infer<typeof PickedRowSchema>;

const WireDeliverySchema = z.object({
  id: z.string().min(1),
  status: z.string().nullish(),
  status_history: z.array(z.object({ status: z.string().nullish(), created_at: textIfAny })).nullish(),
  /** A list or null. What is neither is no reason to refuse the job, nor to take it for "none". */
  picked_items: z.unknown().optional(),
});
export type WireDelivery = z.infer<typeof WireDeliverySchema>;

const WireTaskSchema = z.object({ id: textIfAny, status: textIfAny, delivery: WireDeliverySchema.nullish() });
export type WireTask = z.infer<typeof WireTaskSchema>;

interface WireItem {
  id?: string | null | undefined;
  sku?: string | null | undefined;
  count?: number | null | undefined;
  sub_items?: WireItem[] | null | undefined;
}
const WireItemSchema: z.ZodType<WireItem> = z.lazy(() =>
  z.object({
    id: textIfAny,
    sku: textIfAny,
    count: Quantity.nullish(),
    sub_items: z.array(WireItemSchema).nullish(),
  }),
);

const WirePackageSchema = z.object({
  external_identifier: textIfAny,
  pickup_start_time: textIfAny,
  pickup_end_time: textIfAny,
  dropoff_start_time: textIfAny,
  dropoff_end_time: textIfAny,
  dropoff_location: z
    .object({ phone_number: textIfAny, first_name: textIfAny, address_number: textIfAny, address_zip: textIfAny })
    .nullish()
    .catch(null),
  items: z.array(WireItemSchema).nullish().catch(null),
});
export type WirePackage = z.infer<typeof WirePackageSchema>;

const WireConfigurationSchema = z.object({
  id: textIfAny,
  package: WirePackageSchema.nullish(),
  tasks: z.array(WireTaskSchema).nullish(),
  delivery: WireDeliverySchema.nullish(),
  /** What the oldest documents call it. */
  deliver: WireDeliverySchema.nullish(),
});
export type WireConfiguration = z.infer<typeof WireConfigurationSchema>;

/** OpenAPI `ReturnedJobMixin`; also the `data` of delivery and task hooks. */
export const WireJobSchema = snake(
  z.object({
    id: z.string().min(1),
    external_identifier: textIfAny,
    job_metadata: recordIfAny,
    job_configurations: z.array(WireConfigurationSchema),
  }),
);
export type WireJob = z.infer<typeof WireJobSchema>;

/** OpenAPI `FullJobPayload`. */
export const JobReplySchema = z.object({ job: WireJobSchema });

/** OpenAPI `OrderOutputExample`. */
export const WireOrderSchema = snake(
  z.object({
    id: z.string().min(1),
    status: z.string().min(1),
    order_metadata: recordIfAny,
    validation_errors: recordIfAny,
    /** In no document; "order retrieval endpoints" (Pick and Pack guide, "Status") may mean that they are here. */
    deliveries: z.array(WireDeliverySchema).nullish().catch(null),
  }),
);
export type WireOrder = z.infer<typeof WireOrderSchema>;

/** OpenAPI `JobsListResponse`: a slim row for each job. One that cannot be read is left out: its order is read itself. */
export const JobListSchema = snake(
  z.object({
    results: z.array(
      z
        .object({
          id: z.string().min(1),
          external_identifier: z.string().min(1),
          delivery: z.object({ id: z.string().min(1), status: z.string().min(1) }),
        })
        .nullable()
        .catch(null),
    ),
  }),
);

/** OpenAPI `OrdersListResponse`. */
export const OrderListSchema = z.object({ results: z.array(z.unknown()) });

/** OpenAPI `WebhookMessagesListResponse`. `payload` is the body that was sent. */
export const MessageListSchema = z.object({
  results: z.array(z.object({ id: z.string().min(1), payload: recordIfAny })),
  iterator: textIfAny,
  done: z.boolean().nullish(),
});

/** The envelope of a hook (Nash, "Webhooks"). */
export const HookSchema = z.object({ type: z.string().min(1), event: z.string().min(1), data: z.unknown() });

/** Theirs, to be asked about. It is logged and shown, so anything that is not one word of an id counts as none. */
export const RequestIdSchema = z
  .string()
  .regex(/^[\w.:-]{1,100}$/)
  .nullish()
  .catch(null);

/** Names of fields, and nothing else that an error may hold in their place: both may quote the customer. */
export const fieldPathsOf = (record: unknown): string[] =>
  typeof record === 'object' && record !== null
    ? Object.keys(record)
        .filter((path) => /^[\w.[\]-]{1,120}$/.test(path))
        .slice(0, 20)
    : [];

/** OpenAPI `NashValidationError`, an object on the error pages and an array of it in the OpenAPI document. */
export const ErrorEnvelopeSchema = z.object({
  error: z.object({
    code: z.string().regex(/^[A-Za-z][A-Za-z0-9_]{0,63}$/),
    message: textIfAny,
    details: recordIfAny,
  }),
  RequestID: RequestIdSchema,
});
export const ErrorReplySchema = z.union([
  ErrorEnvelopeSchema,
  z.array(ErrorEnvelopeSchema).transform((envelopes, context) => {
    const [first] = envelopes;
    if (first !== undefined) return first;
    context.addIssue('an empty list of errors');
    return z.NEVER;
  }),
]);

/** OpenAPI `BulkDeliveryUpdateResponse`. `delivery_id` is the key that was sent. */
export const FleetReplySchema = snake(
  z.object({
    results: z.array(z.object({ delivery_id: z.string(), success: z.boolean(), error_code: textIfAny })),
  }),
);
