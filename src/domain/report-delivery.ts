import { learn, ownEvidence, type Changed, type Vocabularies } from './order-change.ts';
import type { Order, TrackingEvent } from './order.ts';
import { ownSystem } from './resolve-status.ts';

/**
 * The merchant says that the order was delivered. `deliveredAt` is null where they do not say when: then it was now, unless
 * they have said it before.
 */
export function reportDelivery(
  order: Order,
  deliveredAt: string | null,
  vocabularies: Vocabularies,
  now: string,
): Changed {
  const known = order.evidence.filter(({ system, code }) => system === ownSystem && code === 'delivered');
  if (known.length > 0 && (deliveredAt === null || known.some(({ occurredAt }) => occurredAt === deliveredAt))) {
    return { order, happenings: [] };
  }
  const evidence = { ...ownEvidence('delivered', deliveredAt ?? now), receivedAt: now };
  return learn({ order, happenings: [] }, [evidence], vocabularies, now);
}

/** More than a parcel's way has; what is told in a loop must not grow without end. */
const eventsKeptMax = 200;

/** Each event once, in the order in which they were told. */
export function withTrackingEvents(
  known: readonly TrackingEvent[],
  told: readonly TrackingEvent[],
): readonly TrackingEvent[] {
  const textOf = ({ city, state, description, date }: TrackingEvent) =>
    JSON.stringify([city, state, description, date]);
  const seen = new Set(known.map(textOf));
  const news = told.filter((event) => {
    const isNew = !seen.has(textOf(event));
    seen.add(textOf(event));
    return isNew;
  });
  return news.length === 0 ? known : [...known, ...news].slice(-eventsKeptMax);
}
