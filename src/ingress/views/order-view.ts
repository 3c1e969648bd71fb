import * as z from 'zod';
import { vocabularies } from '../../connectors/registry.ts';
import { IdSchema } from '../../domain/ids.ts';
import { lastWord } from '../../domain/last-word.ts';
import { notesOfLine, type Order, type OrderPerson } from '../../domain/order.ts';
import {
  ExternalIdSchema,
  LineSchema,
  OrderInputSchema,
  RecipientSchema,
  TotalsSchema,
  WindowSchema,
  type Line,
} from '../../domain/order-input.ts';
import { OrderStatusSchema } from '../../domain/order-status.ts';
import { obstacleCodes } from '../../domain/settlement-verdict.ts';
import { InstantSchema } from '../../domain/time.ts';
import type { StoreDeps } from '../../store/deps.ts';
import type { StoredOrder } from '../../store/orders.ts';
import { openPerson } from '../../store/persons.ts';
import { ReturnSchema, toReturnView } from './return-view.ts';

export const ProblemFactSchema = z
  .strictObject({ code: z.string(), detail: z.string(), source: z.string(), raisedAt: InstantSchema })
  .meta({ id: 'OrderProblem', description: 'A fact beside the status that somebody should know of' });

const FulfilmentViewSchema = z.strictObject({
  connectionId: IdSchema('connection'),
  connector: z.string(),
  externalRef: z.string().meta({ description: 'The id under which that system knows the order' }),
  partnerOrderId: z.string().nullable(),
  dispatchedAt: InstantSchema.nullable(),
  state: z.string().nullable().meta({ description: 'Its newest word about the order, as it says it' }),
  stateAt: InstantSchema.nullable(),
});

const OmsViewSchema = z.strictObject({
  connectionId: z.string(),
  connector: z.string(),
  state: z.string().meta({ description: 'The OMS’s own word; it is never translated into `status`' }),
  changedAt: InstantSchema.nullable(),
  startedAt: InstantSchema.nullable().meta({ description: 'Since when it is known there as being handled' }),
});

const { currency, fulfilment, notes, metadata, channel } = OrderInputSchema.shape;

/** An order as it is read back: the shape it came in, and what has become of it. */
export const OrderViewSchema = z
  .strictObject({
    id: IdSchema('order'),
    externalId: ExternalIdSchema,
    placedAt: InstantSchema,
    currency,
    storeLocationId: ExternalIdSchema,
    fulfilment,
    window: WindowSchema,
    // A union and not `nullable()`: the document would call every recipient nullable.
    recipient: z.union([RecipientSchema, z.null()]).meta({ description: 'Null once the person was erased' }),
    lines: z.array(LineSchema),
    totals: TotalsSchema,
    notes,
    metadata,
    channel,
    status: OrderStatusSchema,
    invoiceStatus: z.enum(['notInvoiced', 'invoiced']),
    version: z.int().meta({ description: 'Rises with every change' }),
    problems: z.array(ProblemFactSchema),
    connections: z.strictObject({
      source: z.string().meta({ description: 'The OMS connection it came by, or `generic`' }),
      oms: z.union([OmsViewSchema, z.null()]).meta({ description: 'Null for orders that were only posted' }),
      fulfilment: z.union([FulfilmentViewSchema, z.null()]),
    }),
    settlement: z
      .strictObject({
        state: z.enum(['clear', 'held', 'accepted']),
        obstacles: z.array(z.enum(obstacleCodes)),
        acceptedAt: InstantSchema.nullable(),
      })
      .nullable()
      .meta({ description: 'Whether what was picked may be charged; null until it is settled' }),
    pendingAmendment: z.boolean().meta({ description: 'An amendment waits to be taken by the fulfilment system' }),
    cancellation: z
      .strictObject({
        state: z.enum(['requested', 'refused', 'done']),
        requestedAt: InstantSchema,
        reason: z.string().nullable(),
        by: z.enum(['merchant', 'oms', 'fulfilment']).meta({ description: 'Whose cancellation it is' }),
      })
      .nullable(),
    returns: z.array(ReturnSchema).meta({ description: 'What came back, whoever told of it' }),
    createdAt: InstantSchema,
    updatedAt: InstantSchema,
  })
  .meta({ id: 'Order' });
export type OrderView = z.infer<typeof OrderViewSchema>;

export function toOrderView(order: Order, person: OrderPerson | null): OrderView {
  const { cancellation, content } = order;
  return {
    id: order.id,
    externalId: order.externalId,
    placedAt: order.placedAt,
    currency: order.currency,
    storeLocationId: order.storeLocationId,
    fulfilment: order.fulfilmentMethod,
    window: content.window,
    recipient: person?.recipient ?? null,
    lines: withNotes(content.lines, person),
    totals: content.totals,
    notes: person?.notes,
    metadata: person?.metadata,
    channel: order.channel,
    status: order.status,
    invoiceStatus: order.invoiceStatus,
    version: order.version,
    problems: toProblemFacts(order.problems),
    connections: {
      source: order.source,
      oms: omsView(order),
      fulfilment: fulfilmentView(order),
    },
    settlement: settlementView(order),
    pendingAmendment: order.pending !== undefined,
    cancellation:
      cancellation === undefined
        ? null
        : {
            state: cancellation.state,
            requestedAt: cancellation.requestedAt,
            reason: cancellation.reason ?? null,
            by: cancellation.by ?? 'merchant',
          },
    returns: (order.returns ?? []).map(toReturnView),
    createdAt: order.createdAt,
    updatedAt: order.updatedAt,
  };
}

/** Each is told once, however much work waits for it, since it began. */
const toProblemFacts = (problems: Order['problems']): z.input<typeof ProblemFactSchema>[] => {
  const told = new Map(problems.toReversed().map((problem) => [`${problem.code} ${problem.detail}`, problem]));
  return [...told.values()]
    .toReversed()
    .map(({ code, detail, source, raisedAt }) => ({ code, detail, source, raisedAt }));
};

const settlementView = ({ settlement }: Order): z.input<typeof OrderViewSchema>['settlement'] =>
  settlement === undefined
    ? null
    : {
        state: settlement.state,
        obstacles: [...settlement.obstacles],
        acceptedAt: settlement.acceptedAt ?? null,
      };

function omsView({ oms, source }: Order): z.input<typeof OmsViewSchema> | null {
  if (oms === undefined) return null;
  const { connector, state, changedAt, startedAt } = oms;
  return { connectionId: source, connector, state, changedAt: changedAt ?? null, startedAt: startedAt ?? null };
}

function fulfilmentView({ fulfilment: at, evidence }: Order): z.input<typeof FulfilmentViewSchema> | null {
  if (at === undefined) return null;
  const word = lastWord(evidence, at.connector, vocabularies[at.connector] ?? {});
  return {
    connectionId: at.connectionId,
    connector: at.connector,
    externalRef: at.externalRef,
    partnerOrderId: at.partnerOrderId ?? null,
    dispatchedAt: at.dispatchedAt ?? null,
    state: word?.state ?? null,
    stateAt: word?.at ?? null,
  };
}

/** The view of a stored order, with the person opened from the seal. */
export const readView = (store: StoreDeps, stored: StoredOrder): OrderView =>
  toOrderView(stored.order, openPerson(store, stored, 'current'));

/** Lines as they came: their notes are sealed with the person. */
export const withNotes = (lines: readonly Line[], person: OrderPerson | null): Line[] =>
  lines.map((line) => {
    const lineNotes = person === null ? undefined : notesOfLine(person, line.id);
    return lineNotes === undefined ? line : { ...line, notes: lineNotes };
  });
