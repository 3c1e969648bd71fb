import type { TrackingReason } from './carrier-event.ts';
import type { ServiceStatus } from './service-status.ts';
import type { TrackingStatus } from './tracking-status.ts';

/** What each canonical status of a parcel means for the service that carries it; null: nothing that a platform needs to hear. */
const table: Readonly<Record<TrackingStatus, ServiceStatus | null>> = {
  UNKNOWN: null,
  PRE_TRANSIT: 'PENDING', // "sent to and created at the carrier"
  PICKED_UP: 'PICKED', // "the courier has the package"
  IN_TRANSIT: 'ON_ROUTE', // "left the store or warehouse"
  OUT_FOR_DELIVERY: 'ON_ROUTE',
  DELIVERY_ATTEMPTED: 'INCIDENT', // "a problem was reported"; there will be another attempt
  EXCEPTION: 'INCIDENT',
  // DELIVERED is "to the address or the pickup point", and ends the service and the order: it waits for whom it is for.
  AVAILABLE_FOR_PICKUP: 'ON_ROUTE',
  EXPIRED: null, // silence is no news
  CANCELLED: 'CANCELED',
  DELIVERED: 'DELIVERED',
  // "The customer was not reached or refused": said when the courier turns round, and nothing else follows it.
  RETURN_IN_PROGRESS: 'RETURNED',
  RETURNED: 'RETURNED',
};

/** `hasAgent`: a courier is known by name, which is what ASSIGNED means and no carrier's status says. */
export function toServiceStatus(
  status: TrackingStatus,
  { hasAgent = false, reason }: { hasAgent?: boolean; reason?: TrackingReason | undefined } = {},
): ServiceStatus | null {
  if (status === 'PRE_TRANSIT' && hasAgent) return 'ASSIGNED';
  // The customer asked the carrier to keep it for now.
  if (status === 'EXCEPTION' && reason === 'consignee_hold') return 'ON_HOLD';
  return table[status];
}
