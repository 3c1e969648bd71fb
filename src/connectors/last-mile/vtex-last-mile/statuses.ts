import type { ServiceStatus } from '../../../domain/service-status.ts';

/** How VTEX is told of each status (guide, "Carriers integration protocol"): cancel and hold have calls of their own. */
export const tellBy: Readonly<Record<ServiceStatus, 'update' | 'cancel' | 'hold'>> = {
  CREATED: 'update', // VTEX's own; never told, as services begin PENDING here
  PENDING: 'update',
  ASSIGNED: 'update',
  PICKED: 'update',
  ON_ROUTE: 'update',
  INCIDENT: 'update',
  RETURNED: 'update',
  DELIVERED: 'update',
  CANCELED: 'cancel', // POST /cancel
  ON_HOLD: 'hold', // POST /on-hold
};
