import type { Vocabularies } from './order-change.ts';
import type { Order } from './order.ts';
import { parcelsOf } from './parcels.ts';

/** A worksheet or a shipment of an order, as far as it is followed. */
export interface OrderPart {
  kind: 'worksheet' | 'shipment';
  /** What it is called in its order; its id follows from it. */
  name: string;
  externalId: string;
  /** Of a shipment, what the carrier calls it. */
  serviceId: string | null;
  status: string;
}

/** Of a word that nobody said. */
const unknownStatus = 'UNKNOWN';

/** The name of the worksheet that an order has whose fulfilment system shows none of its own. */
export const soleWorksheet = 'worksheet';
export const worksheetName = (externalId: string): string => `worksheet ${externalId}`;
export const shipmentName = (system: string, subject: string): string => `${system} ${subject}`;

/** What systems have shown or told of: what is only made up of the order follows from its status. */
export function partsOf(order: Order, vocabularies: Vocabularies): OrderPart[] {
  const { documents, fulfilment } = order;
  const worksheets = (documents?.worksheets ?? []).map(({ externalId, status }): OrderPart => ({
    kind: 'worksheet',
    name: worksheetName(externalId),
    externalId,
    serviceId: null,
    status: status ?? unknownStatus,
  }));
  const services = new Map((documents?.shipments ?? []).map((one) => [one.externalId, one.serviceId]));
  const parcels = parcelsOf(order, vocabularies).map(({ system, subject, externalId, status }): OrderPart => ({
    kind: 'shipment',
    name: shipmentName(system, subject),
    externalId,
    serviceId: services.get(externalId) ?? null,
    status,
  }));
  const known = new Set(parcels.map(({ name }) => name));
  const others = (documents?.shipments ?? []).map(({ externalId, serviceId, status }): OrderPart => ({
    kind: 'shipment',
    name: shipmentName(fulfilment?.connector ?? '', `shipment:${externalId}`),
    externalId,
    serviceId,
    status: status ?? unknownStatus,
  }));
  return [...worksheets, ...parcels, ...others.filter(({ name }) => !known.has(name))];
}
