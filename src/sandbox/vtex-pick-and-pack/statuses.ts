import type { PnpAccountSettings } from './account-settings.ts';
import type { PnpOrder } from './pnp-order.ts';

type Style = PnpAccountSettings['statusStyle'];
type Table = Readonly<Record<string, string>>;

/** Enum A, which the OpenAPI document prints on every level. */
const enumA: Table = {
  PENDING: 'PENDING',
  READY_FOR_HANDLING: 'PENDING',
  READY_FOR_PICKING: 'PENDING',
  PICKING: 'IN_PROGRESS',
  READY_FOR_PACKING: 'READY_FOR_PACKING',
  PACKING: 'PACKING',
  READY_FOR_INVOICING: 'COMPLETED',
  INVOICING: 'COMPLETED',
  INVOICED: 'COMPLETED',
  PREPARING_SHIPPING: 'COMPLETED',
  READY_FOR_SHIPPING: 'COMPLETED',
  WAITING_FOR_DELIVERY_COMPANY: 'COMPLETED',
  WAITING_FOR_PICKUP: 'COMPLETED',
  ON_ROUTE: 'COMPLETED',
  DELIVERED: 'COMPLETED',
  RETURNED: 'COMPLETED',
  IDLE: 'COMPLETED',
  CANCELED: 'CANCELLED',
};

/** The 16 order statuses of an earlier draft of the document (2025-10-14). */
const draft16: Table = {
  PENDING: 'READY_FOR_HANDLING',
  READY_FOR_HANDLING: 'READY_FOR_HANDLING',
  READY_FOR_PICKING: 'READY_FOR_PICKING',
  PICKING: 'PICKING',
  READY_FOR_PACKING: 'READY_FOR_PACKING',
  PACKING: 'PACKING',
  READY_FOR_INVOICING: 'COLLECTED',
  INVOICING: 'COLLECTED',
  INVOICED: 'COLLECTED',
  PREPARING_SHIPPING: 'PREPARING_SHIPPING',
  READY_FOR_SHIPPING: 'READY_FOR_SHIPPING',
  WAITING_FOR_DELIVERY_COMPANY: 'READY_FOR_SHIPPING',
  WAITING_FOR_PICKUP: 'READY_FOR_SHIPPING',
  ON_ROUTE: 'SHIPPING',
  DELIVERED: 'DELIVERED',
  RETURNED: 'REJECTED',
  CANCELED: 'CANCELED',
  IDLE: 'PAUSED',
};

/** A status that somebody has set by hand and no table knows stays as it is. */
export const orderStatusOf = ({ status }: PnpOrder, style: Style): string =>
  (style === 'draft16' ? draft16 : enumA)[status] ?? status;

/** Enum A: a worksheet is done with the picking and the packing. */
export const worksheetStatusOf = (status: string): string => enumA[status] ?? 'IN_PROGRESS';

const onItsWay: Table = { ON_ROUTE: 'SHIPPED', DELIVERED: 'DELIVERED', RETURNED: 'RETURNED' };

/** In enum A whatever is handled is COMPLETED, as in the document's example; what was rejected, too. */
export function itemStatusOf(order: PnpOrder, outcome: 'COLLECTED' | 'REJECTED' | 'REPLACED', style: Style): string {
  if (order.picks === null) return 'PENDING';
  if (style === 'enumA') return 'COMPLETED';
  return outcome === 'COLLECTED' && order.isPacked ? packageStatusOf(order, style) : outcome;
}

export const packageStatusOf = ({ status }: PnpOrder, style: Style): string =>
  (style === 'draft16' ? onItsWay[status] : undefined) ?? 'PACKED';

/** Enum B: how the carrier's service stands when the order has this status. */
const serviceStatuses: Table = {
  PREPARING_SHIPPING: 'CREATED',
  READY_FOR_SHIPPING: 'PENDING',
  WAITING_FOR_DELIVERY_COMPANY: 'ASSIGNED',
  WAITING_FOR_PICKUP: 'ASSIGNED',
  ON_ROUTE: 'ON_ROUTE',
  DELIVERED: 'DELIVERED',
  RETURNED: 'RETURNED',
};

/** Undefined where nothing is shipped yet. */
export const serviceStatusOf = (status: string): string | undefined => serviceStatuses[status];
