import type { PnpAccountSettings } from './account-settings.ts';
import type { LegacyStatus, PnpOrder } from './pnp-order.ts';

const shipping = ['PREPARING_SHIPPING', 'READY_FOR_SHIPPING'] as const;

/**
 * The way of an order through the store, by its status. It stops at READY_FOR_INVOICING: Pick and Pack never invoices, and
 * goes on when the OMS says that somebody has.
 */
export function nextStatus(
  { status, isPickup }: Pick<PnpOrder, 'status' | 'isPickup'>,
  packing: PnpAccountSettings['packing'],
): LegacyStatus | null {
  const packsLate = packing === 'afterInvoice';
  switch (status) {
    case 'PENDING':
      return 'READY_FOR_HANDLING';
    case 'READY_FOR_HANDLING':
      return 'READY_FOR_PICKING';
    case 'READY_FOR_PICKING':
      return 'PICKING';
    case 'PICKING':
      return packsLate ? 'READY_FOR_INVOICING' : 'READY_FOR_PACKING';
    case 'READY_FOR_PACKING':
      return 'PACKING';
    case 'PACKING':
      return packsLate ? shipping[0] : 'READY_FOR_INVOICING';
    case 'INVOICING':
      return 'INVOICED';
    case 'INVOICED':
      return packsLate ? 'READY_FOR_PACKING' : shipping[0];
    case 'PREPARING_SHIPPING':
      return shipping[1];
    case 'READY_FOR_SHIPPING':
      return isPickup ? 'WAITING_FOR_PICKUP' : 'WAITING_FOR_DELIVERY_COMPANY';
    case 'WAITING_FOR_DELIVERY_COMPANY':
      return 'ON_ROUTE';
    case 'WAITING_FOR_PICKUP':
    case 'ON_ROUTE':
      return 'DELIVERED';
    default:
      return null;
  }
}

/** How the carrier's service stands when the order has this status. */
export const serviceStatuses: Readonly<Record<string, string>> = {
  PREPARING_SHIPPING: 'CREATED',
  READY_FOR_SHIPPING: 'PENDING',
  WAITING_FOR_DELIVERY_COMPANY: 'ASSIGNED',
  WAITING_FOR_PICKUP: 'ASSIGNED',
  ON_ROUTE: 'ON_ROUTE',
  DELIVERED: 'DELIVERED',
  RETURNED: 'RETURNED',
  CANCELED: 'CANCELLED',
};
