import type { PnpAccountSettings } from './account-settings.ts';
import type { PnpOrder } from './pnp-order.ts';

/**
 * The way of an order through the store, by its status. It stops at READY_FOR_INVOICING: Pick and Pack never invoices, and
 * goes on when the OMS says that somebody has.
 */
export function nextStatus(
  { status, isPickup }: Pick<PnpOrder, 'status' | 'isPickup'>,
  packing: PnpAccountSettings['packing'],
): string | null {
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
      return packsLate ? 'PREPARING_SHIPPING' : 'READY_FOR_INVOICING';
    case 'INVOICING':
      return 'INVOICED';
    case 'INVOICED':
      return packsLate ? 'READY_FOR_PACKING' : 'PREPARING_SHIPPING';
    case 'PREPARING_SHIPPING':
      return 'READY_FOR_SHIPPING';
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
