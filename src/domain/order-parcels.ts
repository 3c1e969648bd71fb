import type { CarrierEvent } from './carrier-event.ts';
import type { OrderHappening } from './events.ts';
import type { Evidence } from './evidence.ts';
import { factsOf, learn, raiseProblem, type Changed, type Vocabularies } from './order-change.ts';
import type { OrderParcel, OrderTracking } from './order-tracking.ts';
import { withoutProblem, type Order, type Problem, type TrackingEvent } from './order.ts';
import { toCarrierSlug, toTrackingNumber, type Parcel, type ParcelName } from './parcel.ts';
import type { Vocabulary } from './resolve-status.ts';
import { trackingTable, type TrackingStatus } from './tracking-status.ts';

/** What carriers say of an order's parcels, as evidence about the order. */
export const carrierSystem = 'carrier';
export const carrierVocabulary = {
  unknown: { ignored: true },
  pre_transit: { ignored: true },
  picked_up: { reached: 'ON_ROUTE' },
  in_transit: { reached: 'ON_ROUTE' },
  out_for_delivery: { reached: 'ON_ROUTE' },
  delivery_attempted: { reached: 'ON_ROUTE' },
  // Where parcels are kept for those who were not at home: the order is no less on its way.
  available_for_pickup: { reached: 'ON_ROUTE' },
  exception: { ignored: true },
  expired: { ignored: true },
  cancelled: { ignored: true },
  delivered: { reached: 'DELIVERED' },
  return_in_progress: { ignored: true },
  returned: { reached: 'RETURNED' },
} as const satisfies Record<Lowercase<TrackingStatus>, Vocabulary[string]>;

const parcelsMax = 50;
const missingProblem = 'tracking.not_found';
const silentProblem = 'tracking.silent';

/**
 * The order after one of its parcels moved: what is announced, and what follows for its status. Null where it has heard that
 * already.
 */
export function learnParcel(
  order: Order,
  parcel: Parcel,
  vocabularies: Vocabularies,
  now: string,
): (Changed & { order: Order & { tracking: OrderTracking } }) | null {
  const known = order.tracking?.parcels ?? [];
  const before = known.find((one) => isSame(one, parcel));
  if (before !== undefined && before.version >= parcel.version) return null;
  const { carrier, number: trackingNumber, status, version, delayed, expectedOn, statusAt } = parcel;
  const heard: OrderParcel = { carrier, trackingNumber, status, version };
  const parcels = [...known.filter((one) => !isSame(one, parcel)), heard].slice(-parcelsMax);
  const tracking = { version: 0, toldVersion: 0, ...order.tracking, parcels };
  const facts = { ...factsOf(order), carrier, trackingNumber };
  const oldStatus = before?.status ?? 'UNKNOWN';
  const created = { type: 'shipment.created', data: { ...facts, status } } as const;
  const happenings: OrderHappening[] = [
    ...(before === undefined ? [created] : []),
    { type: 'tracking.updated', data: { ...facts, status, delayed, expectedOn } },
    ...(oldStatus === status
      ? []
      : [{ type: 'shipment.status_changed', data: { ...facts, oldStatus, newStatus: status, statusAt } } as const]),
  ];
  const evidence = evidenceOf(tracking.trackingNumber, parcels, parcel, now);
  const problems = withoutProblem(withoutProblem(order.problems, missingProblem), silentProblem);
  const found = { ...order, problems };
  const heardOf = learn({ order: found, happenings }, [evidence], vocabularies, now);
  const problem = problemOf(parcel, now);
  const learnt = problem === null ? heardOf : raiseProblem(heardOf, problem);
  return { ...learnt, order: { ...learnt.order, tracking } };
}

function problemOf({ carrier, number, status, missing, silent }: Parcel, raisedAt: string): Problem | null {
  const said = (code: string, detail: string): Problem => ({ code, detail, source: 'you', raisedAt });
  if (missing === true && status === 'UNKNOWN') {
    return said(missingProblem, `${carrier} has not known ${number} for three days: is the number right?`);
  }
  if (silent !== true) return null;
  return said(silentProblem, `${carrier} cannot be asked, and has said nothing of ${number} for three days`);
}

const isSame = ({ carrier, trackingNumber }: OrderParcel, parcel: Parcel): boolean =>
  carrier === parcel.carrier && trackingNumber === parcel.number;

/**
 * The parcels that an order is made of. A number that was replaced and never moved was a slip of the pen, and nobody waits for
 * it.
 */
export function countedParcels(current: string | undefined, parcels: readonly OrderParcel[]): readonly OrderParcel[] {
  const hasMoved = (one: OrderParcel): boolean => trackingTable[one.status].rank >= trackingTable.PICKED_UP.rank;
  return parcels.filter(
    (one) =>
      one.status !== 'CANCELLED' &&
      one.status !== 'EXPIRED' &&
      (one.trackingNumber === toTrackingNumber(current ?? '') || hasMoved(one)),
  );
}

/** At its end the order is only when the last of its parcels is. */
function evidenceOf(
  current: string | undefined,
  parcels: readonly OrderParcel[],
  { status, statusAt, newsAt }: Parcel,
  receivedAt: string,
): Evidence {
  const counted = countedParcels(current, parcels);
  const ended = counted.filter((one) => one.status === 'DELIVERED' || one.status === 'RETURNED');
  const said = (code: keyof typeof carrierVocabulary, occurredAt: string | null): Evidence => ({
    system: carrierSystem,
    subject: 'order',
    code,
    occurredAt,
    receivedAt,
  });
  if (ended.length === 0) return said(codeOf(status), statusAt);
  // One that has arrived was at least on its way.
  if (ended.length < counted.length) return said('in_transit', null);
  return said(ended.every((one) => one.status === 'RETURNED') ? 'returned' : 'delivered', statusAt ?? newsAt);
}

function codeOf(status: TrackingStatus): keyof typeof carrierVocabulary {
  const code: string = status.toLowerCase();
  return isCode(code) ? code : 'unknown';
}
const isCode = (code: string): code is keyof typeof carrierVocabulary => Object.hasOwn(carrierVocabulary, code);

/**
 * What happened on the way, as an order keeps it and an OMS takes it: each with a date. What has no zone has no moment: its date
 * is when we first heard of it, and its description says so and what the clock on the wall there showed. `known`: what the order
 * has, so that such an event keeps its date when it is told again.
 */
export const toTrackingEvents = (
  history: readonly CarrierEvent[],
  known: readonly TrackingEvent[] = [],
): TrackingEvent[] =>
  history
    .filter((event) => event.withdrawn !== true && event.overall !== true)
    .map(({ at, local, place, description, code, receivedAt }) => {
      const said = { city: place?.city ?? '', state: place?.state ?? '', description: description ?? code };
      if (at !== null) return { ...said, date: at };
      const clock = local === null ? 'no time told' : `${local.replace('T', ' ')} local time`;
      const undated = { ...said, description: `${said.description} (${clock}; dated by when it was heard of)` };
      return { ...undated, date: known.find((one) => isSaid(one, undated))?.date ?? receivedAt };
    });

const isSaid = (one: TrackingEvent, other: Omit<TrackingEvent, 'date'>): boolean =>
  one.city === other.city && one.state === other.state && one.description === other.description;

/** By what the parcels are known that an order names or has heard of. */
export function parcelNamesOf({ merchantId, tracking }: Order): ParcelName[] {
  const number = toTrackingNumber(tracking?.trackingNumber ?? '');
  const carrier = toCarrierSlug(tracking?.carrier ?? '');
  const current = number === null || carrier === '' ? [] : [{ merchantId, carrier, number }];
  const heard = (tracking?.parcels ?? []).map((one) => ({
    merchantId,
    carrier: one.carrier,
    number: one.trackingNumber,
  }));
  return [...current, ...heard.filter((one) => one.carrier !== carrier || one.number !== number)];
}
