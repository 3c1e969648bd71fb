import { EventBodySchema } from '../domain/events.ts';
import type { EventOutcome, ReplayScope } from '../domain/replay.ts';
import { readEach } from './delivery-log.ts';
import type { StoreDeps } from './deps.ts';
import type { Subscriber } from './endpoints.ts';
import { subscribersOf, type Delivery, type StoredEvent } from './events.ts';
import { idRange } from './walk-index.ts';

export interface MissedEvent {
  event: StoredEvent;
  outcome: EventOutcome;
}

/** A part of the way through the events of a scope, oldest first. */
export interface MissedStep {
  found: MissedEvent[];
  /** Events that would be among them if their bodies had not been removed. */
  wiped: number;
  looked: number;
  /** The last one that was looked at: the next step begins behind it. */
  position: string | null;
  isLast: boolean;
}

const byWorth: readonly EventOutcome[] = ['delivered', 'pending', 'failed', 'dropped'];
export const outcomeOf = (deliveries: readonly Delivery[]): EventOutcome =>
  byWorth.find((outcome) => deliveries.some(({ status }) => status === outcome)) ?? 'missing';

/**
 * The events behind `position` that the endpoint is to have, as they stand now: those whose outcome there is one of the
 * scope's; what never was a delivery only if the endpoint, as it is now, would have it. Looks at `looks` events at the most, and stops
 * behind the one that makes `foundMax`.
 */
export async function readMissed(
  deps: StoreDeps,
  merchantId: string,
  scope: ReplayScope,
  endpoint: Subscriber,
  { position, looks, foundMax }: { position: string | null; looks: number; foundMax: number },
): Promise<MissedStep> {
  const { redis, keys } = deps;
  const { min, max } = idRange('event', scope);
  const index = scope.orderId === null ? keys.events(merchantId) : keys.about(scope.orderId);
  const from = position === null ? min : `(${position}`;
  const ids = await redis.zrange(index, from, max, 'BYLEX', 'LIMIT', 0, looks);
  const events = await readEach<StoredEvent>(deps, ids.map(keys.event));
  const candidates = events.filter((event) => event !== null).filter((event) => isMeant(event, merchantId, scope));
  const deliveries = await readDeliveriesOf(deps, candidates, scope.endpointId);
  const step: MissedStep = { found: [], wiped: 0, looked: 0, position, isLast: ids.length < looks };
  for (const [at, event] of events.entries()) {
    if (step.found.length === foundMax) return { ...step, isLast: false };
    step.position = ids[at] ?? step.position;
    step.looked += 1;
    if (event === null || !candidates.includes(event)) continue;
    const outcome = outcomeOf(deliveries.get(event.id) ?? []);
    if (!scope.outcomes.includes(outcome)) continue;
    if (event.wipedAt !== null) step.wiped += 1;
    else if (outcome !== 'missing' || isFor(event, endpoint)) step.found.push({ event, outcome });
  }
  return step;
}

const isFor = (event: StoredEvent, endpoint: Subscriber): boolean => subscribersOf(event, [endpoint]).length > 0;

/** A test is for the one endpoint that it was made for, and what becomes of an endpoint is told to the others. */
const isMeant = (event: StoredEvent, merchantId: string, { types, endpointId }: ReplayScope): boolean =>
  event.merchantId === merchantId &&
  event.type !== 'endpoint.test' &&
  (types.length === 0 || types.includes(event.type)) &&
  !isAbout(event, endpointId);

function isAbout({ orderId, body }: StoredEvent, endpointId: string): boolean {
  if (orderId !== null) return false;
  const { data } = EventBodySchema.parse(JSON.parse(body));
  return data['endpointId'] === endpointId || data['target'] === endpointId;
}

/** The deliveries of each of these events, newest first; those to one endpoint, or all. */
export async function readDeliveriesOf(
  deps: StoreDeps,
  events: readonly StoredEvent[],
  endpointId?: string,
): Promise<Map<string, Delivery[]>> {
  const { redis, keys } = deps;
  const subjects = [...new Set(events.map(({ orderId, id }) => orderId ?? id))];
  const { min, max } = idRange('delivery', {});
  const ids = await Promise.all(subjects.map((subject) => redis.zrange(keys.about(subject), max, min, 'BYLEX', 'REV')));
  const deliveries = await readEach<Delivery>(deps, ids.flat().map(keys.delivery));
  const wanted = new Set(events.map(({ id }) => id));
  return Map.groupBy(
    deliveries
      .filter((delivery) => delivery !== null)
      .filter(({ eventId, ...of }) => wanted.has(eventId) && (endpointId ?? of.endpointId) === of.endpointId),
    ({ eventId }) => eventId,
  );
}
