import * as z from 'zod';
import { endpointEventData, connectionEventData } from './health-events.ts';
import { driftEventData, orderEventData, runEventData, serviceEventData, type EventType } from './events.ts';
import { IdSchema } from './ids.ts';
import { issueEventData } from './issue-events.ts';
import { InstantSchema } from './time.ts';

interface EventKind {
  summary: string;
  data: z.ZodType;
  /** Of its data. */
  example: unknown;
}
const kind = <S extends z.ZodType>(summary: string, data: S, example: z.input<S>): EventKind => ({
  summary,
  data,
  example,
});

const tail = '01jd3xk5q8h2v4m6n7p9r0stwz';
const endpoint = { endpointId: `ep_${tail}` };
const connection = { connectionId: `con_${tail}`, connector: 'nash' };
const order = { orderId: `ord_${tail}`, externalId: '1253881550433-01', version: 4 };
const parcel = { ...order, carrier: 'dhl', trackingNumber: '00340434161094015902' };
const service = {
  serviceId: `svc_${tail}`,
  connectionId: `con_${tail}`,
  orderId: '1253881550433-01',
  carrierId: 'local-courier',
  type: 'DELIVERY',
  packageIds: ['6266df719ac55224b793ad36'],
  version: 1,
};
const run = {
  runId: `run_${tail}`,
  connectionId: `con_${tail}`,
  mode: 'upsert',
  status: 'completedWithRejects',
  received: 1200,
  accepted: 1100,
  unchanged: 98,
  rejected: 2,
  superseded: 0,
  retired: 0,
  retireHeld: false,
} as const;
const drift = {
  reconciliationId: `stk_${tail}`,
  connectionId: `con_${tail}`,
  mode: 'sample',
  compared: 500,
  different: 7,
  missing: 1,
} as const;

const issue = {
  issueId: `iss_${tail}`,
  code: 'nash.validation_errors',
  source: 'you',
  target: `con_${tail}`,
  title: 'Nash refused order.upsert: VALIDATION_ERRORS (items.*.sku) for SKU A-1',
  count: 5,
  orderCount: 5,
};

/** Every type of event: what it means, the schema of its data, and one as it might be. */
export const eventCatalogue: Readonly<Record<EventType, EventKind>> = {
  'order.imported': kind('An order was taken', orderEventData['order.imported'], {
    ...order,
    version: 2,
    source: 'generic',
    storeLocationId: 'store-1',
  }),
  'order.status_changed': kind('An order moved on', orderEventData['order.status_changed'], {
    ...order,
    oldStatus: 'READY_FOR_PICKING',
    newStatus: 'PICKING',
    move: 'legal',
  }),
  'order.items_picked': kind('What was picked of an order is known', orderEventData['order.items_picked'], {
    ...order,
    lines: [
      {
        lineId: '1',
        sku: 'banana',
        requestedQuantity: 6,
        pickedQuantity: 5,
        shortQuantity: 1,
        substituted: false,
        weightGrams: 612,
        priceMinor: 499,
      },
    ],
    additions: [],
  }),
  'order.ready_for_invoicing': kind('An order can be invoiced', orderEventData['order.ready_for_invoicing'], {
    ...order,
    currency: 'EUR',
    itemsMinor: 4990,
  }),
  'order.canceled': kind('An order is canceled', orderEventData['order.canceled'], {
    ...order,
    reason: 'out of stock',
  }),
  'order.problem': kind('Something is wrong with an order', orderEventData['order.problem'], {
    ...order,
    code: 'nash.refused',
    detail: 'the address is outside of every zone',
    source: 'nash',
  }),
  'order.returned': kind('Goods of an order are back', orderEventData['order.returned'], {
    ...order,
    returnId: `ret_${tail}`,
    items: [{ lineId: '1', quantity: 2 }],
    whole: false,
  }),
  'shipment.created': kind('A parcel is heard of for the first time', orderEventData['shipment.created'], {
    ...parcel,
    status: 'PRE_TRANSIT',
  }),
  'shipment.status_changed': kind('A parcel moved on', orderEventData['shipment.status_changed'], {
    ...parcel,
    oldStatus: 'IN_TRANSIT',
    newStatus: 'OUT_FOR_DELIVERY',
    statusAt: '2026-01-15T07:12:00.000Z',
  }),
  'tracking.updated': kind('More is known of a parcel', orderEventData['tracking.updated'], {
    ...parcel,
    status: 'IN_TRANSIT',
    delayed: true,
    expectedOn: '2026-01-16',
  }),
  'service.requested': kind('A platform asks a carrier for a service', serviceEventData['service.requested'], service),
  'service.canceled': kind('A platform cancels a service', serviceEventData['service.canceled'], service),
  'service.paused': kind('A platform wants a service to wait', serviceEventData['service.paused'], service),
  'service.resumed': kind('A service is to go on', serviceEventData['service.resumed'], service),
  'inventory.run_completed': kind('A run of stock is over', runEventData['inventory.run_completed'], {
    ...run,
    kind: 'inventory',
  }),
  'catalog.run_completed': kind('A run of products is over', runEventData['catalog.run_completed'], {
    ...run,
    kind: 'products',
  }),
  'inventory.drift_found': kind('A partner has other stock', driftEventData['inventory.drift_found'], {
    ...drift,
    kind: 'inventory',
  }),
  'catalog.drift_found': kind('A partner has other products', driftEventData['catalog.drift_found'], {
    ...drift,
    kind: 'products',
  }),
  'connection.unhealthy': kind('A connection does not work', connectionEventData['connection.unhealthy'], {
    ...connection,
    code: 'nash.unauthorized',
    source: 'you',
    since: '2026-01-15T01:55:00.000Z',
  }),
  'connection.recovered': kind('A connection works again', connectionEventData['connection.recovered'], connection),
  'endpoint.warned': kind('An endpoint takes nothing, and will be disabled', endpointEventData['endpoint.warned'], {
    ...endpoint,
    percent: 70,
    failures: 31,
    failingSince: '2026-01-11T14:00:00.000Z',
    code: 'http_503',
    disablesAt: '2026-01-16T14:00:00.000Z',
  }),
  'endpoint.disabled': kind('Nothing more is sent to an endpoint', endpointEventData['endpoint.disabled'], {
    ...endpoint,
    reason: 'gone',
  }),
  'endpoint.enabled': kind('An endpoint is sent events again', endpointEventData['endpoint.enabled'], {
    ...endpoint,
    by: 'probe',
  }),
  'endpoint.recovered': kind(
    'An endpoint that was warned takes events again',
    endpointEventData['endpoint.recovered'],
    endpoint,
  ),
  'endpoint.test': kind(
    'Somebody asked for a test, or a disabled endpoint is asked whether it is there',
    z.strictObject({ endpointId: IdSchema('endpoint') }),
    endpoint,
  ),
  'issue.opened': kind('Something fails, for the first time or again', issueEventData['issue.opened'], {
    ...issue,
    reopened: 0,
    openedAt: '2026-01-15T01:59:58.000Z',
  }),
  'issue.resolved': kind('What failed is done', issueEventData['issue.resolved'], {
    ...issue,
    openedAt: '2026-01-15T01:30:00.000Z',
    resolvedAt: '2026-01-15T02:00:00.000Z',
  }),
  'issue.digest': kind('More issues than are told of one by one', issueEventData['issue.digest'], {
    merchantId: `mer_${tail}`,
    opened: 12,
    resolved: 1,
    issues: [{ issueId: issue.issueId, status: 'open', code: issue.code, title: issue.title }],
  }),
};

/** The whole body of one type of event: what is signed and sent. */
export const eventSchemaOf = (type: EventType) =>
  z.strictObject({ type: z.literal(type), timestamp: InstantSchema, data: eventCatalogue[type].data });

export const eventExampleOf = (type: EventType) => ({
  type,
  timestamp: '2026-01-15T02:00:00.000Z',
  data: eventCatalogue[type].example,
});

/** By type, made when it is first asked for. */
const jsonSchemas = new Map<EventType, JsonSchema>();
/** What of JSON Schema (2020-12) the schemas of events are made of. */
export const JsonSchemaNode = z.record(z.string(), z.unknown());
export type JsonSchema = z.infer<typeof JsonSchemaNode>;

/** The schema of an event's body for anybody's validator. */
export function eventJsonSchemaOf(type: EventType): JsonSchema {
  const known = jsonSchemas.get(type);
  if (known !== undefined) return known;
  const title = eventCatalogue[type].summary;
  const made = { ...z.toJSONSchema(eventSchemaOf(type)), title, examples: [eventExampleOf(type)] };
  jsonSchemas.set(type, made);
  return made;
}
