import type { OrderStatus } from './order-status.ts';

/** Of orders, items, packages and worksheets ("enum A" of the Pick and Pack API: its document prints one list on all levels). */
export const workStatuses = [
  'IN_PROGRESS',
  'PENDING',
  'COLLECTED',
  'COMPLETED',
  'READY_FOR_PACKING',
  'PACKING',
  'PACKED',
  'SORTING',
  'CANCELLED',
  'REJECTED',
] as const;
export type WorkStatus = (typeof workStatuses)[number];

/** Of shipments and their services ("enum B"). */
export const shipmentStatuses = [
  'CREATED',
  'PENDING',
  'ASSIGNED',
  'PICKED',
  'ON_ROUTE',
  'INCIDENT',
  'RETURNED',
  'DELIVERED',
  'CANCELLED',
  'ON_HOLD',
  'TRANSFER',
] as const;
export type ShipmentStatus = (typeof shipmentStatuses)[number];

interface StatusRow {
  /** `status` of the order and of its worksheet. */
  work: WorkStatus;
  /** `status` of a shipment that has come as far. */
  shipment: ShipmentStatus;
  /** `fulfillmentStatus` of the legacy API; null for an order that no fulfilment system has. */
  legacy: Exclude<OrderStatus, 'RECEIVED'> | null;
}

/**
 * Our statuses in the words of the two Pick and Pack APIs: the one table. The legacy API's 17 are ours. The new API's list is
 * a worksheet's, so that everything after the packing is COMPLETED, and a reader goes on with the shipments.
 */
export const shownStatuses = {
  RECEIVED: { work: 'PENDING', shipment: 'CREATED', legacy: null },
  READY_FOR_HANDLING: { work: 'PENDING', shipment: 'CREATED', legacy: 'READY_FOR_HANDLING' },
  READY_FOR_PICKING: { work: 'PENDING', shipment: 'ASSIGNED', legacy: 'READY_FOR_PICKING' },
  PICKING: { work: 'IN_PROGRESS', shipment: 'ASSIGNED', legacy: 'PICKING' },
  READY_FOR_PACKING: { work: 'READY_FOR_PACKING', shipment: 'ASSIGNED', legacy: 'READY_FOR_PACKING' },
  PACKING: { work: 'PACKING', shipment: 'ASSIGNED', legacy: 'PACKING' },
  // An invoice before this would turn an order of VTEX's own Pick and Pack IDLE, so nothing earlier is COMPLETED.
  READY_FOR_INVOICING: { work: 'COMPLETED', shipment: 'ASSIGNED', legacy: 'READY_FOR_INVOICING' },
  INVOICING: { work: 'COMPLETED', shipment: 'ASSIGNED', legacy: 'INVOICING' },
  INVOICED: { work: 'COMPLETED', shipment: 'ASSIGNED', legacy: 'INVOICED' },
  PREPARING_SHIPPING: { work: 'COMPLETED', shipment: 'CREATED', legacy: 'PREPARING_SHIPPING' },
  READY_FOR_SHIPPING: { work: 'COMPLETED', shipment: 'PENDING', legacy: 'READY_FOR_SHIPPING' },
  WAITING_FOR_DELIVERY_COMPANY: { work: 'COMPLETED', shipment: 'ASSIGNED', legacy: 'WAITING_FOR_DELIVERY_COMPANY' },
  // It has left the store and is not with the customer: VTEX's DELIVERED would say more than is known.
  WAITING_FOR_PICKUP: { work: 'COMPLETED', shipment: 'ON_ROUTE', legacy: 'WAITING_FOR_PICKUP' },
  ON_ROUTE: { work: 'COMPLETED', shipment: 'ON_ROUTE', legacy: 'ON_ROUTE' },
  DELIVERED: { work: 'COMPLETED', shipment: 'DELIVERED', legacy: 'DELIVERED' },
  RETURNED: { work: 'COMPLETED', shipment: 'RETURNED', legacy: 'RETURNED' },
  // Not COMPLETED: nobody will pick it, and it must not be invoiced for what was picked.
  IDLE: { work: 'REJECTED', shipment: 'CANCELLED', legacy: 'IDLE' },
  CANCELED: { work: 'CANCELLED', shipment: 'CANCELLED', legacy: 'CANCELED' },
} as const satisfies Record<OrderStatus, StatusRow>;
