import * as z from 'zod';
import { runKinds } from './bulk-run.ts';
import { IdSchema } from './ids.ts';
import { ExternalIdSchema } from './order-input.ts';
import { OrderStatusSchema } from './order-status.ts';
import { runModes, runStatuses } from './run.ts';
import { stockReconciliationModes } from './stock-reconciliation.ts';
import { InstantSchema } from './time.ts';
import { TrackingStatusSchema } from './tracking-status.ts';

/** Everything that can be announced; the past tense says that it has happened. */
export const eventTypes = [
  'order.imported',
  'order.status_changed',
  'order.items_picked',
  'order.ready_for_invoicing',
  'order.canceled',
  'order.problem',
  'order.returned',
  'shipment.created',
  'shipment.status_changed',
  'tracking.updated',
  'service.requested',
  'service.canceled',
  'service.paused',
  'service.resumed',
  'inventory.run_completed',
  'catalog.run_completed',
  'inventory.drift_found',
  'catalog.drift_found',
  'connection.unhealthy',
  'connection.recovered',
  'endpoint.warned',
  'endpoint.disabled',
  'endpoint.enabled',
  'endpoint.recovered',
  'endpoint.test',
  'issue.opened',
  'issue.resolved',
  'issue.digest',
] as const;
export const EventTypeSchema = z.enum(eventTypes).meta({ id: 'EventType' });
export type EventType = z.infer<typeof EventTypeSchema>;

const ofOrder = { orderId: IdSchema('order'), externalId: ExternalIdSchema, version: z.int() };
const SettledLineSchema = z.strictObject({
  lineId: z.string(),
  sku: z.string(),
  requestedQuantity: z.int(),
  pickedQuantity: z.int(),
  shortQuantity: z.int(),
  substituted: z.boolean(),
  weightGrams: z.int().nullable(),
  priceMinor: z.int(),
});
const AdditionSchema = z
  .strictObject({ sku: z.string(), quantity: z.int(), weightGrams: z.int().nullable(), priceMinor: z.int() })
  .meta({ description: 'Picked though nobody had asked for it' });

/** A parcel may go with an order, with several (each hears of it by itself), or with none. */
const ofParcel = {
  orderId: IdSchema('order').nullable(),
  externalId: ExternalIdSchema.nullable(),
  version: z.int().nullable().meta({ description: 'The order’s' }),
  carrier: z.string(),
  trackingNumber: z.string(),
};

/** The `data` of each event that orders give rise to. No personal data: a subscriber who needs it reads the order. */
export const orderEventData = {
  'order.imported': z.strictObject({ ...ofOrder, source: z.string(), storeLocationId: z.string() }),
  'order.status_changed': z.strictObject({
    ...ofOrder,
    oldStatus: OrderStatusSchema,
    newStatus: OrderStatusSchema,
    /** Against the table of statuses: `odd` moves happened all the same, and deserve a look. */
    move: z.enum(['legal', 'odd']),
  }),
  'order.items_picked': z.strictObject({
    ...ofOrder,
    lines: z.array(SettledLineSchema),
    additions: z.array(AdditionSchema),
  }),
  'order.ready_for_invoicing': z.strictObject({ ...ofOrder, currency: z.string(), itemsMinor: z.int() }),
  'order.canceled': z.strictObject({ ...ofOrder, reason: z.string().nullable() }),
  'order.problem': z.strictObject({ ...ofOrder, code: z.string(), detail: z.string(), source: z.string() }),
  'order.returned': z.strictObject({
    ...ofOrder,
    returnId: IdSchema('return'),
    items: z.array(z.strictObject({ lineId: z.string(), quantity: z.int() })),
    /** All that was in the bag is back. */
    whole: z.boolean(),
  }),
  'shipment.created': z.strictObject({ ...ofParcel, status: TrackingStatusSchema }),
  'shipment.status_changed': z.strictObject({
    ...ofParcel,
    oldStatus: TrackingStatusSchema,
    newStatus: TrackingStatusSchema,
    statusAt: InstantSchema.nullable(),
  }),
  'tracking.updated': z.strictObject({
    ...ofParcel,
    status: TrackingStatusSchema,
    delayed: z.boolean(),
    expectedOn: z.string().nullable(),
  }),
} as const satisfies Partial<Record<EventType, z.ZodType>>;
const RunEndedSchema = z
  .strictObject({
    runId: IdSchema('run'),
    connectionId: IdSchema('connection'),
    kind: z.enum(runKinds),
    mode: z.enum(runModes),
    status: z.enum(runStatuses),
    received: z.int(),
    accepted: z.int(),
    unchanged: z.int(),
    rejected: z.int(),
    superseded: z.int(),
    retired: z.int().meta({ description: 'By a full snapshot, which did not have them' }),
    retireHeld: z.boolean().meta({ description: 'Somebody has to confirm what a full snapshot would retire' }),
  })
  .meta({ description: 'Rows received without a verdict were never sent: the run was canceled, or failed' });

/** The `data` of the events of bulk runs: one for each that is over, whatever its end; dry runs have none. */
export const runEventData = {
  'inventory.run_completed': RunEndedSchema,
  'catalog.run_completed': RunEndedSchema,
} as const satisfies Partial<Record<EventType, z.ZodType>>;
const ServiceDataSchema = z
  .strictObject({
    serviceId: IdSchema('service'),
    connectionId: IdSchema('connection'),
    /** The platform's ids. */
    orderId: z.string(),
    carrierId: z.string(),
    type: z.string().nullable(),
    packageIds: z.array(z.string()),
    /** Rises with everything that happens to the service: of two events the one with more is newer. */
    version: z.int(),
  })
  .meta({ description: 'Addresses and contacts are read at `GET /v1/services/{serviceId}`' });

/** The `data` of what a last-mile platform asks of a carrier that has no call of its own for it. */
export const serviceEventData = {
  'service.requested': ServiceDataSchema,
  'service.canceled': ServiceDataSchema,
  'service.paused': ServiceDataSchema,
  'service.resumed': ServiceDataSchema,
} as const satisfies Partial<Record<EventType, z.ZodType>>;
export type ServiceEventType = keyof typeof serviceEventData;
export type ServiceEventData = z.infer<typeof ServiceDataSchema>;
export type RunEnded = z.infer<typeof RunEndedSchema>;

const DriftSchema = z
  .strictObject({
    reconciliationId: IdSchema('stockReconciliation'),
    connectionId: IdSchema('connection'),
    kind: z.enum(runKinds),
    mode: z.enum(stockReconciliationModes),
    compared: z.int(),
    different: z.int(),
    missing: z.int().nullable(),
  })
  .meta({ description: 'The partner has other rows than it accepted; they are sent again when they come next' });

/** The `data` of the events of comparisons with what a partner lists. */
export const driftEventData = {
  'inventory.drift_found': DriftSchema,
  'catalog.drift_found': DriftSchema,
} as const satisfies Partial<Record<EventType, z.ZodType>>;
export type DriftFound = z.infer<typeof DriftSchema>;

export type OrderEventType = keyof typeof orderEventData;
export type OrderEventData<T extends OrderEventType> = z.infer<(typeof orderEventData)[T]>;

/** What a subscriber receives, and what is signed: Standard Webhooks' recommended body. */
export const EventBodySchema = z.strictObject({
  type: EventTypeSchema,
  timestamp: InstantSchema,
  data: z.record(z.string(), z.unknown()),
});

/** One thing that happened to an order, before it has an id and a time. */
export type OrderHappening = { [T in OrderEventType]: { type: T; data: OrderEventData<T> } }[OrderEventType];
