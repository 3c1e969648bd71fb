import { eventCatalogue } from '../domain/event-catalogue.ts';
import { passes } from '../domain/event-filter.ts';
import type { EventType, OrderHappening } from '../domain/events.ts';
import type { DeliveryStatus } from '../domain/delivery-status.ts';
import { Failure } from '../domain/failure.ts';
import { timeOf } from '../domain/ids.ts';
import { isSentAs } from '../domain/payload-form.ts';
import { toInstant } from '../platform/clock.ts';
import type { CommitPlan, NewEntry } from './commit.ts';
import { newId, type StoreDeps } from './deps.ts';
import { deliveryIndexWrites, eventIndexWrites } from './delivery-index.ts';
import type { Subscriber } from './endpoints.ts';
import { missedWrites } from './missed-counts.ts';
import type { Order } from '../domain/order.ts';
import { parseStored } from './stored-json.ts';

/** Something that happened, as it is announced. `body` is exactly what is signed and sent, on every attempt. */
export interface StoredEvent {
  schema: 1;
  id: string;
  merchantId: string;
  type: EventType;
  orderId: string | null;
  body: string;
  createdAt: string;
  /** When somebody had its body removed: then it is sent to nobody any more. */
  wipedAt: string | null;
}

/** One event on its way to one endpoint. */
export interface Delivery {
  schema: 1;
  id: string;
  merchantId: string;
  endpointId: string;
  eventId: string;
  type: EventType;
  orderId: string | null;
  status: DeliveryStatus;
  attempts: number;
  nextAttemptAt: string | null;
  /** Since when it has been tried in vain while those behind it in its order waited for it. */
  headSince: string | null;
  /** From then on it no longer holds them back. */
  parkedAt: string | null;
  createdAt: string;
  /** Which replay has made it, not what happened. */
  replayId: string | null;
}

/** The work that a delivery is; `ordered`: it waits for those before it of its order. */
export type DeliveryWork = (delivery: Delivery, ordered: boolean) => NewEntry;

/** Those of the endpoints that are enabled and that this event is for. */
export function subscribersOf(
  { type, body }: Pick<StoredEvent, 'type' | 'body'>,
  endpoints: readonly Subscriber[],
): Subscriber[] {
  const asked = endpoints.filter(
    ({ disabled, eventTypes, payload }) =>
      !disabled && (eventTypes.length === 0 || eventTypes.includes(type)) && isSentAs(payload, type),
  );
  if (asked.every(({ filter }) => filter === null)) return asked;
  const parsed: unknown = JSON.parse(body);
  return asked.filter(({ filter }) => filter === null || passes(filter, parsed));
}

/** Those that are disabled miss it. */
function missedBy(deps: StoreDeps, event: StoredEvent, endpoints: readonly Subscriber[]): string[][] {
  const asleep = endpoints.filter(({ disabled }) => disabled).map((endpoint) => ({ ...endpoint, disabled: false }));
  return subscribersOf(event, asleep).flatMap(({ id }) => missedWrites(deps, id, event));
}

/**
 * The part of an order's commit that announces what happened: event documents and one delivery for each endpoint that
 * subscribes, appended to that endpoint's sequence for this order, if it wants them in order. Commits of one order are serialised by its version,
 * so the sequence has the order in which things happened, without anybody keeping it.
 */
export function eventWrites(
  deps: StoreDeps,
  order: Pick<Order, 'id' | 'merchantId'>,
  happenings: readonly OrderHappening[],
  endpoints: readonly Subscriber[],
  work: DeliveryWork,
): Required<Pick<CommitPlan, 'writes' | 'enqueue' | 'entries'>> {
  const writes: string[][] = [];
  const entries: NewEntry[] = [];
  const enqueue: { list: string; member: string; entry: NewEntry }[] = [];
  // Their ids sort as they happened, also within one millisecond: by them they are sent again in order.
  const ids = happenings.map(() => newId('event', deps.clock)).toSorted();
  for (const [at, { type, data }] of happenings.entries()) {
    const event = makeEvent(deps, order.merchantId, type, data, order.id, ids[at]);
    writes.push(...eventDocWrites(deps, event), ...missedBy(deps, event, endpoints));
    for (const { id, ordered } of subscribersOf(event, endpoints)) {
      const delivery = makeDelivery(deps, event, id);
      writes.push(...deliveryWrites(deps, delivery));
      const entry = work(delivery, ordered);
      if (ordered) enqueue.push({ list: deps.keys.sequence(id, order.id), member: delivery.id, entry });
      else entries.push(entry);
    }
  }
  return { writes, enqueue, entries };
}

/** The same for what happened to no order: its deliveries wait for no other. */
export function announceWrites(
  deps: StoreDeps,
  merchantId: string,
  { type, data }: { type: EventType; data: Record<string, unknown> },
  endpoints: readonly Subscriber[],
  work: DeliveryWork,
): Required<Pick<CommitPlan, 'writes' | 'entries'>> {
  const event = makeEvent(deps, merchantId, type, data, null);
  const deliveries = subscribersOf(event, endpoints).map(({ id }) => makeDelivery(deps, event, id));
  return {
    writes: [
      ...eventDocWrites(deps, event),
      ...missedBy(deps, event, endpoints),
      ...deliveries.flatMap((delivery) => deliveryWrites(deps, delivery)),
    ],
    entries: deliveries.map((delivery) => work(delivery, false)),
  };
}

/**
 * An event as it will be stored, its data checked against the type's schema: 2 µs for most, 10 µs for what was picked of 30
 * lines. @throws Failure `transient` `packline.unexpected`: a defect of ours, which shows as work that fails.
 */
export function makeEvent(
  deps: StoreDeps,
  merchantId: string,
  type: EventType,
  data: Record<string, unknown>,
  orderId: string | null,
  id = newId('event', deps.clock),
): StoredEvent {
  const checked = eventCatalogue[type].data.safeParse(data);
  if (!checked.success) {
    const fields = checked.error.issues.map(({ path }) => path.join('.'));
    throw new Failure('transient', 'packline.unexpected', `an event of the type ${type} does not fit its schema`, {
      detail: { type, fields },
    });
  }
  // To the millisecond: whoever asks for the events since this one gets this one, too.
  const createdAt = toInstant(timeOf(id));
  const body = JSON.stringify({ type, timestamp: createdAt, data });
  return { schema: 1, id, merchantId, type, orderId, body, createdAt, wipedAt: null };
}

/** A delivery that begins now. */
export const makeDelivery = (
  deps: StoreDeps,
  event: StoredEvent,
  endpointId: string,
  { id = newId('delivery', deps.clock), replayId = null, at = toInstant(deps.clock.now()) }: Partial<Made> = {},
): Delivery => ({
  schema: 1,
  id,
  merchantId: event.merchantId,
  endpointId,
  eventId: event.id,
  type: event.type,
  orderId: event.orderId,
  status: 'pending',
  attempts: 0,
  nextAttemptAt: at,
  headSince: null,
  parkedAt: null,
  createdAt: at,
  replayId,
});
interface Made {
  id: string;
  replayId: string | null;
  at: string;
}

export const eventDocWrites = (deps: StoreDeps, event: StoredEvent): string[][] => [
  ['SET', deps.keys.event(event.id), JSON.stringify(event), 'EX', String(deps.retention.eventSeconds)],
  ...eventIndexWrites(deps, event),
];

/** The delivery as it now stands. */
export const deliveryDocWrite = (deps: StoreDeps, delivery: Delivery): string[] => [
  'SET',
  deps.keys.delivery(delivery.id),
  JSON.stringify(delivery),
  'EX',
  String(deps.retention.eventSeconds),
];

export const deliveryWrites = (deps: StoreDeps, delivery: Delivery): string[][] => [
  deliveryDocWrite(deps, delivery),
  ...deliveryIndexWrites(deps, delivery),
];

async function readJson<T>(deps: StoreDeps, key: string): Promise<T | null> {
  const doc = await deps.redis.get(key);
  return doc === null ? null : parseStored<T>(doc);
}
export const readEvent = (deps: StoreDeps, id: string) => readJson<StoredEvent>(deps, deps.keys.event(id));
export const readDelivery = (deps: StoreDeps, id: string) => readJson<Delivery>(deps, deps.keys.delivery(id));
