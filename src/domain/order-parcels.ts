import type { CarrierEvent } from './carrier-event.ts';
import type { OrderHappening } from './events.ts';
import type { Evidence } from './evidence.ts';
import { factsOf, learn, raiseProblem, type Changed, type Vocabularies } from './order-change.ts';
import type { OrderParcel, OrderTracking } from './order-tracking.ts';
import { withoutProblem, type Order, type TrackingEvent } from './order.ts';
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
  const happenings: OrderHappening[] = [
    { type: 'tracking.updated', data: { ...facts, status, delayed, expectedOn } },
    ...(oldStatus === status
      ? []
      : [{ type: 'shipment.status_changed', data: { ...facts, oldStatus, newStatus: status, statusAt } } as const]),
  ];
  const evidence = evidenceOf(tracking.trackingNumber, parcels, parcel, now);
  const found = { ...order, problems: withoutProblem(order.problems, missingProblem) };
  const heardOf = learn({ order: found, happenings }, [evidence], vocabularies, now);
  const detail = `${carrier} has not known ${trackingNumber} for three days: is the number right?`;
  const problem = { code: missingProblem, detail, source: 'you', raisedAt: now };
  const learnt = parcel.missing === true && status === 'UNKNOWN' ? raiseProblem(heardOf, problem) : heardOf;
  return { ...learnt, order: { ...learnt.order, tracking } };
}

const isSame = ({ carrier, trackingNumber }: OrderParcel, parcel: Parcel): boolean =>
  carrier === parcel.carrier && trackingNumber === parcel.number;

/**
 * At its end the order is only when the last of its parcels is. A number that was replaced and never moved was a slip of the
 * pen, and nobody waits for it.
 */
function evidenceOf(
  current: string | undefined,
  parcels: readonly OrderParcel[],
  { status, statusAt, newsAt }: Parcel,
  receivedAt: string,
): Evidence {
  const hasMoved = (one: OrderParcel): boolean => trackingTable[one.status].rank >= trackingTable.PICKED_UP.rank;
  const counted = parcels.filter(
    (one) =>
      one.status !== 'CANCELLED' &&
      one.status !== 'EXPIRED' &&
      (one.trackingNumber === toTrackingNumber(current ?? '') || hasMoved(one)),
  );
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
 * What happened on the way, as an order keeps it. What has no zone has no moment, and is not passed on: whoever reads it
 * would take it for UTC.
 */
export const toTrackingEvents = (history: readonly CarrierEvent[]): TrackingEvent[] =>
  history
    .filter((event) => event.withdrawn !== true && event.overall !== true)
    .flatMap(({ at, place, description, code }) =>
      at === null
        ? []
        : [{ city: place?.city ?? '', state: place?.state ?? '', description: description ?? code, date: at }],
    );

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
