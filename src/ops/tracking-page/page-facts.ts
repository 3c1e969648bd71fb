import { isHttps } from '../../domain/branding.ts';
import type { CarrierEvent } from '../../domain/carrier-event.ts';
import { statusTable, type OrderStatus } from '../../domain/order-status.ts';
import type { Order, OrderPerson } from '../../domain/order.ts';
import type { FollowedParcel } from '../../domain/parcel.ts';
import { trackingTable, type TrackingStatus } from '../../domain/tracking-status.ts';
import type { TimelineLine } from '../../store/orders.ts';
import type { Stage, ToldStatus } from './words.ts';

/** Something that happened: by an instant, or by the clock on the wall of where it happened. */
export interface ShownEvent {
  what: { stage: Stage } | { parcel: ToldStatus };
  at: string | null;
  /** `2026-01-15T10:00:00` without a zone, as the carrier wrote it. */
  local: string | null;
  city: string | null;
}

/** All that a tracking page says of an order: what is not named here is not shown. */
export interface PageFacts {
  externalId: string;
  isPickup: boolean;
  firstName: string | null;
  city: string | null;
  stage: Stage;
  /** Of the parcel that needs its customer most; null where the stage says it all. */
  parcel: ToldStatus | null;
  delayed: boolean;
  /** Null at an order's end. A day, or a time window. */
  expected: { day: string } | { from: string; to: string } | null;
  carrier: { name: string; url: string } | null;
  /** Newest first. */
  events: readonly ShownEvent[];
}

const eventsMax = 12;

export function toPageFacts(
  order: Order,
  person: OrderPerson,
  followed: readonly FollowedParcel[],
  timeline: readonly TimelineLine[],
): PageFacts {
  const { recipient } = person;
  const stage = seenOf(stageOf(order.status), followed);
  const isOver = stage === 'delivered' || stage === 'returned' || stage === 'canceled';
  const parcels = followed.map(({ parcel }) => parcel);
  const day = parcels.map(({ expectedOn }) => expectedOn).filter((one) => one !== null).sort().at(-1); // prettier-ignore
  const url = order.tracking?.trackingUrl;
  return {
    externalId: order.externalId,
    isPickup: order.fulfilmentMethod === 'pickup',
    firstName: firstNameOf(recipient.name),
    city: recipient.address?.city ?? null,
    stage,
    parcel: isOver ? null : mostPressing(parcels.map(({ status }) => status)),
    delayed: !isOver && parcels.some(({ delayed }) => delayed),
    expected: isOver ? null : day === undefined ? { ...order.content.window } : { day },
    carrier: url !== undefined && isHttps(url) ? { name: order.tracking?.carrier ?? '', url } : null,
    events: [...timeline.flatMap(toStageEvent), ...followed.flatMap(({ history }) => history.flatMap(toParcelEvent))]
      .sort((a, b) => (sortKey(a) < sortKey(b) ? 1 : -1))
      .slice(0, eventsMax),
  };
}

/** The first word of a name, where it is one: systems write e-mail addresses and numbers there, too. */
const firstNameOf = (name: string): string | null => {
  const [first = ''] = name.trim().split(/\s+/);
  return /^\p{L}[\p{L}\p{M}'’.-]{0,39}$/u.test(first) ? first : null;
};

/** What a carrier has in its hands is on its way, whoever else has not heard of it yet. */
function seenOf(stage: Stage, followed: readonly FollowedParcel[]): Stage {
  const isAhead = stage === 'received' || stage === 'preparing' || stage === 'ready';
  const hasMoved = followed.some(({ parcel: { status } }) => isMoving.has(status));
  return isAhead && hasMoved ? 'onTheWay' : stage;
}
const isMoving: ReadonlySet<TrackingStatus> = new Set([
  'PICKED_UP',
  'IN_TRANSIT',
  'OUT_FOR_DELIVERY',
  'DELIVERY_ATTEMPTED',
  'AVAILABLE_FOR_PICKUP',
]);

const stageOf = (status: OrderStatus): Stage => {
  if (status === 'CANCELED') return 'canceled';
  if (status === 'RETURNED') return 'returned';
  if (status === 'DELIVERED') return 'delivered';
  // Handled elsewhere: nothing is known of its way here.
  if (status === 'IDLE') return 'preparing';
  const { rank } = statusTable[status];
  if (rank >= statusTable.ON_ROUTE.rank) return 'onTheWay';
  if (rank >= statusTable.PREPARING_SHIPPING.rank) return 'ready';
  return rank >= statusTable.PICKING.rank ? 'preparing' : 'received';
};

/** What a customer has to know of first, if the carriers say anything. */
const pressing: readonly ToldStatus[] = [
  'AVAILABLE_FOR_PICKUP',
  'DELIVERY_ATTEMPTED',
  'EXCEPTION',
  'OUT_FOR_DELIVERY',
  'RETURN_IN_PROGRESS',
];
const mostPressing = (statuses: readonly TrackingStatus[]): ToldStatus | null =>
  pressing.find((one) => statuses.includes(one)) ?? null;

const isTold = (status: TrackingStatus | null): status is ToldStatus =>
  status !== null && status !== 'UNKNOWN' && status !== 'EXPIRED' && status !== 'CANCELLED';

/** The carrier's own text stays away: it may name who took the parcel, and where. */
function toParcelEvent({ status, at, local, place, withdrawn, overall }: CarrierEvent): ShownEvent[] {
  if (!isTold(status) || withdrawn === true || overall === true) return [];
  return [{ what: { parcel: status }, at, local, city: place?.city ?? null }];
}

function toStageEvent({ at, what, detail }: TimelineLine): ShownEvent[] {
  if (what === 'order.accepted') return [{ what: { stage: 'received' }, at, local: null, city: null }];
  const [before, after] = [detail?.['oldStatus'], detail?.['newStatus']];
  if (what !== 'order.status_changed' || !isStatus(before) || !isStatus(after)) return [];
  const stage = stageOf(after);
  return stage === stageOf(before) ? [] : [{ what: { stage }, at, local: null, city: null }];
}

const isStatus = (word: unknown): word is OrderStatus => typeof word === 'string' && Object.hasOwn(statusTable, word);

/** At one moment the carrier's further word stands above. */
const sortKey = ({ at, local, what }: ShownEvent): string =>
  `${at ?? local ?? ''} ${'parcel' in what ? String(trackingTable[what.parcel].rank).padStart(2, '0') : ''}`;
