import type { Evidence } from './evidence.ts';
import type { Vocabularies } from './order-change.ts';
import type { Order } from './order.ts';
import { orderStatuses, statusTable as ranks, type OrderStatus } from './order-status.ts';
import { meaningOf, reachedOf, timeOf } from './order-steps.ts';
import { shownStatuses, type ShipmentStatus } from './shown-status.ts';

/** One delivery of an order, by whichever system makes it. */
export interface Parcel {
  /** What its evidence is about: `delivery:<id>` or `shipment:<id>`. */
  subject: string;
  /** Under which the system that delivers it knows it. */
  externalId: string;
  /** Connector id of that system. */
  system: string;
  status: ShipmentStatus;
  createdAt: string;
  /** When it was handed over; null before. */
  deliveredAt: string | null;
  /** When it was last heard of. */
  heardAt: string;
}

const subjectPattern = /^(?:delivery|shipment):(.+)$/;

/** The deliveries that systems have told of, oldest first. */
export function parcelsOf({ evidence }: Pick<Order, 'evidence'>, vocabularies: Vocabularies): Parcel[] {
  const subjects = Map.groupBy(
    evidence.filter(({ subject }) => subjectPattern.test(subject)),
    ({ system, subject }) => `${system} ${subject}`,
  );
  return [...subjects.values()]
    .flatMap((said) => toParcel(said, vocabularies))
    .sort((a, b) => (a.createdAt < b.createdAt ? -1 : 1));
}

function toParcel(said: readonly Evidence[], vocabularies: Vocabularies): Parcel[] {
  const [first] = said;
  const externalId = subjectPattern.exec(first?.subject ?? '')?.[1];
  if (first === undefined || externalId === undefined) return [];
  const times = said.map(timeOf).sort();
  const [createdAt = first.receivedAt] = times;
  const delivered = said
    .filter((one) => reachedOf(one, vocabularies) === 'DELIVERED')
    .map(timeOf)
    .sort()[0];
  return [
    {
      subject: first.subject,
      externalId,
      system: first.system,
      status: statusOf(said, vocabularies),
      createdAt,
      deliveredAt: delivered ?? null,
      heardAt: times.at(-1) ?? createdAt,
    },
  ];
}

/** The furthest that it came; called off, unless it arrived all the same. */
function statusOf(said: readonly Evidence[], vocabularies: Vocabularies): ShipmentStatus {
  const furthest = said
    .flatMap((one) => reachedOf(one, vocabularies) ?? [])
    .reduce<OrderStatus>((best, one) => (ranks[one].rank > ranks[best].rank ? one : best), orderStatuses[0]);
  const isOver = said
    .map((one) => meaningOf(one, vocabularies))
    .some((one) => one !== undefined && ('ended' in one || 'canceled' in one));
  return isOver && ranks[furthest].rank < ranks.DELIVERED.rank ? 'CANCELLED' : shownStatuses[furthest].shipment;
}
