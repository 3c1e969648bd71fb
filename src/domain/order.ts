import * as z from 'zod';
import { AddressSchema } from './address.ts';
import { CurrencySchema, MinorAmountSchema } from './money.ts';
import type { Evidence } from './evidence.ts';
import type { Intent } from './intent.ts';
import type { OrderStatus } from './order-status.ts';
import type { PickedItem } from './picking.ts';
import { InstantSchema } from './time.ts';
import { WeightGramsSchema } from './weight.ts';

/** An id that another system gave. Kept as it is; no control characters, because it travels in URLs and headers. */
export const ExternalIdSchema = z
  .string()
  .min(1)
  .max(128)
  // oxlint-disable-next-line no-control-regex
  .regex(/^[^\u0000-\u001f\u007f]+$/, 'must not contain control characters');

/** What the customer accepts when a line is not on the shelf. */
export const SubstitutionSchema = z
  .strictObject({
    preference: z.enum(['refund', 'substitute', 'contact']),
    source: z.enum(['merchant', 'customer']).optional(),
    substitutes: z
      .array(
        z.strictObject({
          sku: ExternalIdSchema,
          quantity: z.int().min(1).max(100_000),
          weightGrams: WeightGramsSchema.optional(),
        }),
      )
      .max(50)
      .optional(),
  })
  .meta({ id: 'Substitution' });

/** One requested item. Keyed by its own `id`: the same SKU may stand on two lines. */
export const LineSchema = z
  .strictObject({
    id: ExternalIdSchema,
    sku: ExternalIdSchema,
    name: z.string().min(1).max(300),
    quantity: z.int().min(1).max(100_000),
    unitPriceMinor: MinorAmountSchema,
    gtin: z
      .string()
      .regex(/^\d{8}$|^\d{12,14}$/, 'GTIN-8, -12, -13 or -14')
      .optional(),
    weighted: z.boolean().optional(),
    requestedWeightGrams: WeightGramsSchema.optional(),
    substitution: SubstitutionSchema.optional(),
    imageUrl: z
      .url({ protocol: /^https?$/ })
      .max(2048)
      .optional(),
    aisle: z.string().max(60).optional(),
    notes: z.string().max(500).optional(),
  })
  .meta({ id: 'Line' });
export type Line = z.infer<typeof LineSchema>;

export const RecipientSchema = z
  .strictObject({
    name: z.string().min(1).max(160),
    phone: z.string().min(3).max(32).optional(),
    email: z.email().max(254).optional(),
    address: AddressSchema.optional(),
  })
  .meta({ id: 'Recipient' });
export type Recipient = z.infer<typeof RecipientSchema>;

export const WindowSchema = z
  .strictObject({ from: InstantSchema, to: InstantSchema })
  .refine((window) => Date.parse(window.to) > Date.parse(window.from), { path: ['to'], message: 'must be after from' })
  .meta({ id: 'Window' });

export const TotalsSchema = z
  .strictObject({
    itemsMinor: MinorAmountSchema,
    shippingMinor: MinorAmountSchema,
    taxMinor: MinorAmountSchema,
    grandTotalMinor: MinorAmountSchema,
  })
  .meta({ id: 'Totals' });

const linesUnique = (lines: readonly Line[]): boolean => new Set(lines.map((line) => line.id)).size === lines.length;
export const LinesSchema = z.array(LineSchema).min(1).max(1000).refine(linesUnique, 'line ids must be unique');
const NotesSchema = z.string().max(2000);
const MetadataSchema = z
  .record(z.string().min(1).max(64), z.string().max(500))
  .refine((record) => Object.keys(record).length <= 50, 'at most 50 entries');

/** An order as any OMS posts it (`POST /v1/orders`). */
export const OrderInputSchema = z
  .strictObject({
    externalId: ExternalIdSchema,
    placedAt: InstantSchema,
    currency: CurrencySchema,
    storeLocationId: ExternalIdSchema,
    fulfilment: z.enum(['delivery', 'pickup']),
    window: WindowSchema,
    recipient: RecipientSchema,
    lines: LinesSchema,
    totals: TotalsSchema,
    notes: NotesSchema.optional(),
    metadata: MetadataSchema.optional(),
    channel: z.string().min(1).max(60).optional(),
  })
  .refine((order) => order.fulfilment === 'pickup' || order.recipient.address !== undefined, {
    path: ['recipient', 'address'],
    message: 'required for delivery',
  })
  .meta({ id: 'OrderInput' });
export type OrderInput = z.infer<typeof OrderInputSchema>;

/** What may change while the state allows it (`PATCH /v1/orders/{id}`). Each given field replaces the old one whole. */
export const OrderPatchSchema = z
  .strictObject({
    recipient: RecipientSchema.optional(),
    window: WindowSchema.optional(),
    lines: LinesSchema.optional(),
    totals: TotalsSchema.optional(),
    notes: NotesSchema.optional(),
  })
  .refine((patch) => Object.keys(patch).length > 0, 'nothing to change')
  .meta({ id: 'OrderPatch' });
export type OrderPatch = z.infer<typeof OrderPatchSchema>;

/** What was asked for, without the person. */
export type OrderContent = Pick<OrderInput, 'window' | 'lines' | 'totals'>;

/** The person and everything free text may say about them; only ever stored sealed under the order's own key. */
export interface OrderPerson {
  recipient: Recipient;
  notes?: string | undefined;
  metadata?: Record<string, string> | undefined;
  /** Line id to the line's notes. */
  lineNotes: Record<string, string>;
}

/** A fact beside the status that somebody should know of. */
export interface Problem {
  code: string;
  detail: string;
  /** Who can do something about it: `you` (the merchant), `packline`, or the partner's connector id. */
  source: string;
  raisedAt: string;
}

/** Where the order is being fulfilled, and how far we got in telling that system. */
export interface OrderFulfilment {
  connectionId: string;
  connector: string;
  /** The id under which the partner knows the order: ours to choose, so that a repeat finds the first. */
  externalRef: string;
  partnerOrderId?: string | undefined;
  jobId?: string | undefined;
  /** The content version the partner has; 0 before the first call was answered. */
  submittedContentVersion: number;
  dispatchedAt?: string | undefined;
}

export interface OrderCancellation {
  state: 'requested' | 'refused' | 'done';
  requestedAt: string;
  reason?: string | undefined;
}

/** Somebody wants it stopped, and nobody has said yet that it is too late. */
export const isBeingCanceled = (order: Pick<Order, 'cancellation'>): boolean =>
  order.cancellation !== undefined && order.cancellation.state !== 'refused';

/** An order as it is stored (schema 1), without the person. All times are UTC instants. */
export interface Order {
  schema: 1;
  id: string;
  merchantId: string;
  /** The OMS connection it came by, or `generic` for `POST /v1/orders`. */
  source: string;
  externalId: string;
  placedAt: string;
  channel?: string | undefined;
  currency: string;
  storeLocationId: string;
  fulfilmentMethod: 'delivery' | 'pickup';
  content: OrderContent;
  contentVersion: number;
  /** An amendment that no fulfilment system has taken yet. */
  pending?: { content: OrderContent; contentVersion: number } | undefined;
  status: OrderStatus;
  invoiceStatus: 'notInvoiced' | 'invoiced';
  /** Rises by one with every commit; the guard of each write. */
  version: number;
  fulfilment?: OrderFulfilment | undefined;
  cancellation?: OrderCancellation | undefined;
  /** Effects under way, by connection id. */
  intents: Readonly<Record<string, Intent>>;
  evidence: readonly Evidence[];
  pickedItems: readonly PickedItem[];
  problems: readonly Problem[];
  createdAt: string;
  updatedAt: string;
}

const withoutNotes = (lines: readonly Line[]): Line[] => lines.map(({ notes: _, ...line }) => line);
const notesOf = (lines: readonly Line[]): Record<string, string> =>
  Object.fromEntries(lines.flatMap((line) => (line.notes === undefined ? [] : [[line.id, line.notes]])));

/** A new order, split into what may lie in clear and the person. */
export function makeOrder(
  input: OrderInput,
  facts: { id: string; merchantId: string; source: string; acceptedAt: string },
): { order: Order; person: OrderPerson } {
  const order: Order = {
    schema: 1,
    id: facts.id,
    merchantId: facts.merchantId,
    source: facts.source,
    externalId: input.externalId,
    placedAt: input.placedAt,
    channel: input.channel,
    currency: input.currency,
    storeLocationId: input.storeLocationId,
    fulfilmentMethod: input.fulfilment,
    content: { window: input.window, lines: withoutNotes(input.lines), totals: input.totals },
    contentVersion: 1,
    status: 'RECEIVED',
    invoiceStatus: 'notInvoiced',
    version: 1,
    intents: {},
    evidence: [],
    pickedItems: [],
    problems: [],
    createdAt: facts.acceptedAt,
    updatedAt: facts.acceptedAt,
  };
  const { recipient, notes, metadata } = input;
  return { order, person: { recipient, notes, metadata, lineNotes: notesOf(input.lines) } };
}

/** The content and person that a patch asks for, on top of what stands (or is already waiting). */
export function amend(
  content: OrderContent,
  person: OrderPerson,
  patch: OrderPatch,
): { content: OrderContent; person: OrderPerson } {
  return {
    content: {
      window: patch.window ?? content.window,
      lines: patch.lines === undefined ? content.lines : withoutNotes(patch.lines),
      totals: patch.totals ?? content.totals,
    },
    person: {
      recipient: patch.recipient ?? person.recipient,
      notes: patch.notes ?? person.notes,
      metadata: person.metadata,
      lineNotes: patch.lines === undefined ? person.lineNotes : notesOf(patch.lines),
    },
  };
}

/** Adds a problem once per code; the first telling stands, so that its time is when it began. */
export function withProblem(problems: readonly Problem[], problem: Problem): readonly Problem[] {
  return problems.some((known) => known.code === problem.code) ? problems : [...problems, problem];
}

export const withoutProblem = (problems: readonly Problem[], code: string): readonly Problem[] =>
  problems.filter((problem) => problem.code !== code);
