import { canonicalJson } from './canonical-json.ts';
import { identityOf, type CarrierEvent } from './carrier-event.ts';
import { isDecisive, trackingTable } from './tracking-status.ts';

/** More than any parcel's way has. What is pushed in a loop must not grow without end. */
export const eventsKeptMax = 300;
/** An event cannot have happened after we heard of it; a zone that is wrong moves it by 14 hours. */
const aheadMsMax = 24 * 3_600_000;

/**
 * The union of two sets of events of one number at one carrier, in the order in which they happened. Commutative,
 * associative and idempotent: events may come by push and poll, in any order and any number of times. Of one event told in
 * two ways, the telling that we heard last stands; that is how a carrier corrects one.
 *
 * At most `eventsKeptMax` are kept: those that decide how the way ended, then the newest by their local clock. What an
 * event is kept by is part of its identity, so that it makes no difference when others are dropped; only a carrier that
 * takes the decisive word out of one among more than 300 events may see it dropped in one order and not in another.
 */
export function mergeTracking(
  history: readonly CarrierEvent[],
  events: readonly CarrierEvent[],
): readonly CarrierEvent[] {
  const known = new Map<string, CarrierEvent>();
  for (const event of [...history, ...events]) {
    const identity = identityOf(event);
    const before = known.get(identity);
    known.set(identity, before === undefined ? event : heardLast(before, event));
  }
  return inOrder(bound(known));
}

/** Those of the events that tell more than the history has, or in other words. An event told again is none. */
export function newsAmong(history: readonly CarrierEvent[], events: readonly CarrierEvent[]): readonly CarrierEvent[] {
  const known = new Map(history.map((event) => [identityOf(event), event]));
  return events.filter((event) => {
    const before = known.get(identityOf(event));
    return before === undefined || textOf(before) !== textOf(heardLast(before, event));
  });
}

/**
 * What a carrier has taken back: decisive events that a poll told once and the newest one leaves out. `complete` is the whole
 * history as polled now. What is older than all of it was not taken back, but forgotten: carriers keep months, not years.
 */
export function withdrawnSince(
  history: readonly CarrierEvent[],
  complete: readonly CarrierEvent[],
  receivedAt: string,
): readonly CarrierEvent[] {
  const listed = new Set(complete.map(identityOf));
  const scopes = new Set(complete.map(({ scope }) => scope));
  const oldest = complete.reduce<string | null>(
    (known, { local, overall }) => (local === null || overall || (known !== null && known <= local) ? known : local),
    null,
  );
  if (oldest === null) return [];
  return history
    .filter(
      (event) =>
        event.source === 'poll' &&
        event.withdrawn !== true &&
        event.overall !== true &&
        event.receivedAt < receivedAt &&
        isDecisive(event.status) &&
        scopes.has(event.scope) &&
        (event.local ?? '') > oldest &&
        !listed.has(identityOf(event)),
    )
    .map((event) => ({ ...event, withdrawn: true, receivedAt }));
}

/**
 * Events as they happened: by instant where each has one; by the clock on the wall as soon as one lacks its zone, since two
 * clocks cannot be mixed. What has no time, or one that had not come when we heard of it, says nothing of the order and
 * stands before the rest. At one moment the lesser status comes first, and what is said of the whole last.
 */
export function inOrder(events: readonly CarrierEvent[]): readonly CarrierEvent[] {
  const byWall = events.some(({ at, local }) => at === null && local !== null);
  return events
    .map((event) => ({ event, keys: keysOf(event, byWall) }))
    .sort((a, b) => compareAll(a.keys, b.keys))
    .map(({ event }) => event);
}

const keysOf = (event: CarrierEvent, byWall: boolean): readonly (string | number)[] => [
  isAhead(event) ? '' : ((byWall ? event.local : event.at) ?? ''),
  event.overall === true ? 1 : 0,
  event.status === null ? 0 : trackingTable[event.status].rank,
  identityOf(event),
];

export function isAhead({ at, local, receivedAt }: Pick<CarrierEvent, 'at' | 'local' | 'receivedAt'>): boolean {
  const ms = Date.parse(at ?? (local === null ? '' : local.length === 10 ? local : `${local}Z`));
  return ms - Date.parse(receivedAt) > aheadMsMax;
}

function bound(known: ReadonlyMap<string, CarrierEvent>): readonly CarrierEvent[] {
  if (known.size <= eventsKeptMax) return [...known.values()];
  return [...known]
    .map(([identity, event]) => ({
      event,
      keys: [isDecisive(event.status) ? 1 : 0, event.overall === true ? 1 : 0, event.local ?? '', identity],
    }))
    .sort((a, b) => compareAll(b.keys, a.keys))
    .slice(0, eventsKeptMax)
    .map(({ event }) => event);
}

function compareAll(left: readonly (string | number)[], right: readonly (string | number)[]): number {
  for (const [i, a] of left.entries()) {
    const b = right[i] ?? '';
    if (a !== b) return a < b ? -1 : 1;
  }
  return 0;
}

/**
 * Of two tellings of one event, the one heard last; at the same moment the greater in writing: any rule would do that does not
 * ask which came first. Its zone is kept once somebody has told it: the next telling may leave it out.
 */
function heardLast(one: CarrierEvent, other: CarrierEvent): CarrierEvent {
  const isOther =
    one.receivedAt === other.receivedAt ? contentOf(one) < contentOf(other) : one.receivedAt < other.receivedAt;
  const told = isOther ? other : one;
  if (told.overall === true) return told;
  const { at, zone } = instantOf(one) < instantOf(other) ? other : one;
  return told.at === at && told.zone === zone ? told : { ...told, at, zone };
}

const instantOf = ({ at, zone }: CarrierEvent): string => (at === null ? '' : `${at} ${zone}`);
const contentOf = (event: CarrierEvent): string =>
  canonicalJson(event.overall === true ? event : { ...event, at: null, zone: null });

/** What was told, without how and when we heard it. */
const textOf = ({ source: _source, receivedAt: _receivedAt, ...told }: CarrierEvent): string => canonicalJson(told);
