import type { Evidence } from '../../../domain/evidence.ts';
import type { Order } from '../../../domain/order.ts';
import { orderStatuses, statusTable as ranks, type OrderStatus } from '../../../domain/order-status.ts';
import { shipmentUuid } from './partner-ids.ts';
import { meaningOf, reachedOf, timeOf } from './steps.ts';
import { statusTable, type ShipmentStatus } from './statuses.ts';

/** One delivery of an order, by whichever system makes it. */
export interface Parcel {
  id: string;
  /** Under which the system that delivers it knows it. */
  serviceId: string;
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
export function parcelsOf({ id, evidence }: Order): Parcel[] {
  const subjects = Map.groupBy(
    evidence.filter(({ subject }) => subjectPattern.test(subject)),
    ({ system, subject }) => `${system} ${subject}`,
  );
  return [...subjects.values()]
    .flatMap((said) => toParcel(id, said))
    .sort((a, b) => (a.createdAt < b.createdAt ? -1 : 1));
}

function toParcel(orderId: string, said: readonly Evidence[]): Parcel[] {
  const [first] = said;
  const serviceId = subjectPattern.exec(first?.subject ?? '')?.[1];
  if (first === undefined || serviceId === undefined) return [];
  const times = said.map(timeOf).sort();
  const [createdAt = first.receivedAt] = times;
  const delivered = said
    .filter((one) => reachedOf(one) === 'DELIVERED')
    .map(timeOf)
    .sort()[0];
  return [
    {
      id: shipmentUuid(orderId, first.subject),
      serviceId,
      system: first.system,
      status: statusOf(said),
      createdAt,
      deliveredAt: delivered ?? null,
      heardAt: times.at(-1) ?? createdAt,
    },
  ];
}

/** The furthest that it came; called off, unless it arrived all the same. */
function statusOf(said: readonly Evidence[]): ShipmentStatus {
  const furthest = said
    .flatMap((one) => reachedOf(one) ?? [])
    .reduce<OrderStatus>((best, one) => (ranks[one].rank > ranks[best].rank ? one : best), orderStatuses[0]);
  const isOver = said.map(meaningOf).some((one) => one !== undefined && ('ended' in one || 'canceled' in one));
  return isOver && ranks[furthest].rank < ranks.DELIVERED.rank ? 'CANCELLED' : statusTable[furthest].shipment;
}
