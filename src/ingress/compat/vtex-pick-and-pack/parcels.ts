import type { Order } from '../../../domain/order.ts';
import { parcelsOf as deliveriesOf, type Parcel as Delivery } from '../../../domain/parcels.ts';
import { vocabularies } from '../../../connectors/registry.ts';
import { shipmentUuid } from './partner-ids.ts';

/** One delivery of an order, with its ids in Pick and Pack's view. */
export type Parcel = Delivery & {
  id: string;
  /** Under which the system that delivers it knows it. */
  serviceId: string;
};

/** The deliveries that systems have told of, oldest first. */
export const parcelsOf = (order: Order): Parcel[] =>
  deliveriesOf(order, vocabularies).map((delivery) => ({
    ...delivery,
    id: shipmentUuid(order.id, delivery.subject),
    serviceId: delivery.externalId,
  }));
