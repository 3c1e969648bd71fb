import type * as z from 'zod';
import { segment, type Session } from './session.ts';
import {
  FacilitySchema,
  ShipmentReplySchema,
  WorksheetListSchema,
  WorksheetSchema,
  type WireFacility,
  type WireShipmentDocument,
  type WireWorksheet,
} from './document-wire.ts';
import { ShipmentListSchema, TrackingReplySchema, WireOrderSchema, type WireOrder, type WireShipment } from './wire.ts';

/** `PATCH /orders/{orderId}/tracking`. Marks the order delivered, and tells the OMS. */
export interface TrackingBody {
  deliveredDate?: string | null;
  events?: readonly { city: string; state: string; description: string; date: string }[];
}

/**
 * The Pick and Pack API (OpenAPI, "VTEX - Pick and Pack API"); `POST /token` is in token.ts. Its reads are answered from a
 * cache of 30 seconds, except the list of shipments: what a hook has just said may not be in them yet.
 */
export class PickAndPackClient {
  readonly #session: Session;

  constructor(session: Session) {
    this.#session = session;
  }

  getOrder(orderId: string): Promise<WireOrder> {
    const path = `/orders/${segment(orderId)}`;
    return this.#session.send('api', { operation: 'order.get', method: 'GET', path }, WireOrderSchema);
  }

  /** Refused (`vtex-pick-and-pack.not_invoiced`) until the order is invoiced. */
  updateTracking(orderId: string, body: TrackingBody): Promise<z.infer<typeof TrackingReplySchema>> {
    const path = `/orders/${segment(orderId)}/tracking`;
    return this.#session.send(
      'api',
      { operation: 'tracking.update', method: 'PATCH', path, body },
      TrackingReplySchema,
    );
  }

  getWorksheet(worksheetId: string): Promise<WireWorksheet> {
    const path = `/worksheets/${segment(worksheetId)}`;
    return this.#session.send('api', { operation: 'worksheet.get', method: 'GET', path }, WorksheetSchema);
  }

  listWorksheets(orderId: string): Promise<WireWorksheet[]> {
    const path = `/worksheets?${ofOrder(orderId)}`;
    return this.#session.send('api', { operation: 'worksheet.list', method: 'GET', path }, WorksheetListSchema);
  }

  getFacility(facilityId: string): Promise<WireFacility> {
    const path = `/facilities/${segment(facilityId)}`;
    return this.#session.send('api', { operation: 'facility.get', method: 'GET', path }, FacilitySchema);
  }

  /** By the shipment's own id (internal), or by the carrier's tracking number (external). */
  getShipment(shipmentId: string, filterMethod: 'BY_INTERNAL_ID' | 'BY_EXTERNAL_ID'): Promise<WireShipmentDocument> {
    const path = `/shipments/${segment(shipmentId)}`;
    const headers = { 'x-pnp-filtermethod': filterMethod };
    return this.#session.send('api', { operation: 'shipment.get', method: 'GET', path, headers }, ShipmentReplySchema);
  }

  listShipments(orderId: string): Promise<WireShipment[]> {
    const path = `/shipments?${ofOrder(orderId)}`;
    return this.#session.send('api', { operation: 'shipment.list', method: 'GET', path }, ShipmentListSchema);
  }
}

const ofOrder = (orderId: string): string => new URLSearchParams({ orderId }).toString();
