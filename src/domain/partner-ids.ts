import type { Order } from './order.ts';

const ofDelivery = /^(?:delivery|shipment):(.+)$/;

/**
 * Under what an order is known at its partners, beside its external id: what somebody reads on a partner's screen and
 * comes to search for. Lower case.
 */
export function partnerIdsOf({ externalId, fulfilment, evidence, documents, tracking }: Order): ReadonlySet<string> {
  const deliveries = evidence.flatMap(({ subject }) => ofDelivery.exec(subject)?.[1] ?? []);
  const ids = [
    fulfilment?.externalRef,
    fulfilment?.partnerOrderId,
    fulfilment?.jobId,
    ...deliveries,
    ...namesIn(documents),
    tracking?.trackingNumber,
    ...(tracking?.parcels ?? []).map(({ trackingNumber }) => trackingNumber),
  ];
  return new Set(ids.flatMap((id) => (id === undefined || id === externalId ? [] : [id.toLowerCase()])));
}

const namesIn = (documents: Order['documents']): string[] =>
  documents === undefined
    ? []
    : [
        ...documents.worksheets.map(({ externalId }) => externalId),
        ...documents.shipments.flatMap(({ externalId, serviceId }) => [externalId, serviceId ?? externalId]),
      ];
