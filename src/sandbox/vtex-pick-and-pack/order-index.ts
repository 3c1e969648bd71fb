import type { PnpOrder, PnpShipment } from './pnp-order.ts';

/** The orders of one account, found by whatever a path may name. */
export interface OrderIndex {
  readonly orders: ReadonlyMap<string, PnpOrder>;
  byWorksheet(id: string): PnpOrder | undefined;
  /** Any order of the facility. */
  byFacility(id: string): PnpOrder | undefined;
  /** By the shipment's own id, or by the carrier's. */
  byShipment(id: string, filter: ShipmentFilter): PnpOrder | undefined;
  add(order: PnpOrder): void;
  addShipment(order: PnpOrder, shipment: PnpShipment): void;
  clear(): void;
}

export const shipmentFilters = ['BY_INTERNAL_ID', 'BY_EXTERNAL_ID'] as const;
export type ShipmentFilter = (typeof shipmentFilters)[number];

export function createOrderIndex(): OrderIndex {
  const orders = new Map<string, PnpOrder>();
  const worksheets = new Map<string, PnpOrder>();
  const facilities = new Map<string, PnpOrder>();
  const shipments = { BY_INTERNAL_ID: new Map<string, PnpOrder>(), BY_EXTERNAL_ID: new Map<string, PnpOrder>() };
  return {
    orders,
    byWorksheet: (id) => worksheets.get(id),
    byFacility: (id) => facilities.get(id),
    byShipment: (id, filter) => shipments[filter].get(id),
    add(order) {
      orders.set(order.orderId, order);
      worksheets.set(order.worksheetId, order);
      facilities.set(order.facilityId, order);
    },
    addShipment(order, { id, serviceId }) {
      shipments.BY_INTERNAL_ID.set(id, order);
      shipments.BY_EXTERNAL_ID.set(serviceId, order);
    },
    clear() {
      for (const map of [orders, worksheets, facilities, ...Object.values(shipments)]) map.clear();
    },
  };
}
