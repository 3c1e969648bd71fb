import * as z from 'zod';
import { fulfilmentConnectors } from '../../../connectors/fulfilment/registry.ts';
import type { Order, OrderPerson } from '../../../domain/order.ts';
import { bagOf, unitsIn } from '../../../domain/bag.ts';
import { contentOf, wayOf } from '../../../domain/parcel-content.ts';
import { unknownText } from './facilities.ts';
import type { Parcel } from './parcels.ts';
import { shipmentStatuses } from '../../../domain/shown-status.ts';

const instant = z.iso.datetime();
const NoteSchema = z.strictObject({ date: z.string(), type: z.string(), content: z.string(), author: z.string() });
const headFields = {
  id: z.guid(),
  serviceId: z.string(),
  orderId: z.string(),
  carrierId: z.string(),
  carrierName: z.string(),
  status: z.enum(shipmentStatuses),
  paymentMethod: z.enum(['ONLINE', 'CASH', 'CREDIT_CARD', 'DEBIT_CARD', 'OTHER']),
  tags: z.array(z.string()),
  deliveredDate: instant.meta({ description: 'When it was last heard of, until it is delivered' }),
  seller: z.string(),
};

/** A row of `GET /shipments?orderId=`. */
export const ShipmentSummarySchema = z
  .strictObject({
    ...headFields,
    customerId: z.string(),
    customerAddressId: z.string(),
    source: z.string(),
    destination: z.string(),
    courierId: z.string(),
    courierName: z.string(),
    packagesQuantity: z.int(),
    itemsQuantity: z.number(),
    serviceType: z.enum(['PICKUP_DELIVERY', 'DELIVERY', 'PICKUP']),
    creationDate: instant,
  })
  .meta({ id: 'PickAndPackShipmentSummary' });

const placeFields = { name: z.string(), city: z.string(), state: z.string(), country: z.string(), zipCode: z.string() };

/** `GET /shipments/{shipmentId}`. */
export const ShipmentSchema = z
  .strictObject({
    ...headFields,
    comments: z.string(),
    trackingUrl: z.string(),
    agent: z.strictObject({
      id: z.string(),
      name: z.string(),
      vehicle: z.enum(['SCOOTER', 'VAN', 'CAR', 'TRUCK', 'BIKE', 'WALK', 'DRONE']),
    }),
    totalDistanceTraveled: z.int(),
    evidences: z.array(NoteSchema),
    packages: z.array(
      z.strictObject({
        id: z.string(),
        orderId: z.string(),
        envelope: z.string(),
        totalValue: z.int(),
        weight: z.string().meta({ description: 'Kilograms' }),
        description: z.string(),
        categories: z.array(z.string()),
        items: z.array(
          z.strictObject({
            id: z.string(),
            name: z.string(),
            image: z.string(),
            ean: z.string(),
            quantity: z.number(),
            price: z.number(),
          }),
        ),
        dimensions: z.strictObject({ width: z.string(), length: z.string(), height: z.string() }),
      }),
    ),
    type: z.enum(['PICKUP', 'DELIVERY', 'PICKUP_DELIVERY', 'TRANSFER', 'RETURN']),
    notes: z.array(NoteSchema),
    carrierServiceType: z.enum(['LOCAL', 'NATIONAL', 'INTERNATIONAL']),
    timezone: z.strictObject({ offset: z.int(), value: z.string() }),
    sender: z.strictObject({ ...placeFields, pickupDate: instant }),
    receiver: z.strictObject({ ...placeFields, deliveryDate: instant }),
    labels: z.array(z.unknown()).max(0),
  })
  .meta({ id: 'PickAndPackShipment' });

/** What both answers have. */
const headOf = (order: Order, parcel: Parcel) => ({
  id: parcel.id,
  serviceId: parcel.serviceId,
  orderId: order.externalId,
  carrierId: parcel.system,
  carrierName: fulfilmentConnectors.get(parcel.system)?.title ?? parcel.system,
  status: parcel.status,
  paymentMethod: 'OTHER' as const,
  tags: [],
  deliveredDate: parcel.deliveredAt ?? parcel.heardAt,
  seller: order.merchantId,
});

/** The store collects and somebody brings it, or the customer comes. */
const typeOf = ({ fulfilmentMethod }: Order) => (fulfilmentMethod === 'pickup' ? 'PICKUP' : 'PICKUP_DELIVERY');

/** `person` is null once erased. */
export function toShipmentSummary(
  order: Order,
  person: OrderPerson | null,
  parcel: Parcel,
): z.input<typeof ShipmentSummarySchema> {
  const { city, country } = person?.recipient.address ?? { city: unknownText, country: unknownText };
  return {
    ...headOf(order, parcel),
    customerId: unknownText,
    customerAddressId: unknownText,
    source: order.storeLocationId,
    destination: `${city}-${country}`,
    courierId: unknownText,
    courierName: unknownText,
    packagesQuantity: 1,
    itemsQuantity: unitsIn(bagOf(order)?.rows ?? order.content.lines.map(({ quantity }) => ({ units: quantity }))),
    serviceType: typeOf(order),
    creationDate: parcel.createdAt,
  };
}

/** Nobody tells who drives what: where VTEX's document leaves no word for that, the plainest of its words stands. */
export function toShipment(order: Order, person: OrderPerson | null, parcel: Parcel): z.input<typeof ShipmentSchema> {
  const { items, grams, totalValue } = contentOf(order);
  const address = person?.recipient.address;
  const unknown = { city: unknownText, state: unknownText, country: unknownText, zipCode: unknownText };
  return {
    ...headOf(order, parcel),
    comments: '',
    trackingUrl: '',
    agent: { id: unknownText, name: unknownText, vehicle: 'CAR' },
    totalDistanceTraveled: 0,
    evidences: [],
    packages: [
      {
        id: parcel.id,
        orderId: order.externalId,
        envelope: '',
        totalValue,
        weight: String(grams / 1000),
        description: '',
        categories: [],
        items,
        dimensions: { width: '0', length: '0', height: '0' },
      },
    ],
    type: typeOf(order),
    notes: wayOf(order, person),
    carrierServiceType: 'LOCAL',
    timezone: { offset: 0, value: 'Etc/UTC' },
    sender: { name: order.storeLocationId, ...unknown, pickupDate: parcel.createdAt },
    receiver: {
      name: person?.recipient.name ?? unknownText,
      ...(address === undefined
        ? unknown
        : { city: address.city, state: address.state, country: address.country, zipCode: address.postalCode }),
      deliveryDate: parcel.deliveredAt ?? order.content.window.to,
    },
    labels: [],
  };
}
