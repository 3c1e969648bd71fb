import { z } from 'zod';
import { shippingPrice } from './order-items.ts';
import { toVtexTime } from './vtex-time.ts';

/** How and where an order goes, as a test or a demo asks for it. */
export const shippingShape = {
  /** Whose stock it takes. */
  warehouseId: z.string().default('store-2'),
  fulfilment: z.enum(['delivery', 'pickup']).default('delivery'),
  /** The promised window; null for an order without one. By default two hours, from two hours after it was made. */
  window: z
    .strictObject({ start: z.iso.datetime({ offset: true }), end: z.iso.datetime({ offset: true }) })
    .nullable()
    .optional(),
  /** Fields of `shippingData.address` that differ from the usual ones. */
  address: z
    .strictObject({
      receiverName: z.string().nullable(),
      postalCode: z.string().nullable(),
      city: z.string().nullable(),
      state: z.string().nullable(),
      country: z.string(),
      street: z.string().nullable(),
      number: z.string().nullable(),
      neighborhood: z.string().nullable(),
      complement: z.string().nullable(),
      reference: z.string().nullable(),
      geoCoordinates: z.array(z.number()),
    })
    .partial()
    .default({}),
};
const shippingSchema = z.object(shippingShape);

const hourMs = 3_600_000;

/** `shippingData`: one element of `logisticsInfo` for each line, and decimals where VTEX has decimals. */
export function makeShipping(
  lines: readonly { quantity: number }[],
  { warehouseId, fulfilment, window, address: changes }: z.output<typeof shippingSchema>,
  createdAtMs: number,
) {
  const isPickup = fulfilment === 'pickup';
  const deliveryChannel = isPickup ? 'pickup-in-point' : 'delivery';
  const address = {
    addressType: isPickup ? 'pickup' : 'residential',
    receiverName: 'Sam Sandbox',
    addressId: isPickup ? `1_${warehouseId}` : 'address-1',
    versionId: null,
    entityId: null,
    postalCode: '22630-011',
    city: 'Rio de Janeiro',
    state: 'RJ',
    country: 'BRA',
    street: 'Avenida Exemplo',
    number: '126',
    neighborhood: 'Barra da Tijuca',
    complement: '10',
    reference: null,
    geoCoordinates: [-43.3373718, -23.0105873],
    ...changes,
  };
  const { start, end } = window ?? { start: createdAtMs + 2 * hourMs, end: createdAtMs + 4 * hourMs };
  const deliveryWindow =
    window === null
      ? null
      : {
          startDateUtc: toVtexTime(new Date(start).getTime()),
          endDateUtc: toVtexTime(new Date(end).getTime()),
          price: 0,
        };
  const place = {
    pickupStoreInfo: {
      additionalInfo: null,
      address: isPickup ? { ...address, receiverName: null } : null,
      dockId: isPickup ? `dock-${warehouseId}` : null,
      friendlyName: isPickup ? `Store ${warehouseId}` : null,
      isPickupStore: isPickup,
    },
    polygonName: null,
    pickupPointId: isPickup ? `1_${warehouseId}` : null,
    transitTime: '0d',
  };
  const sla = {
    id: 'Normal',
    name: 'Normal',
    shippingEstimate: '1d',
    deliveryWindow,
    price: shippingPrice,
    deliveryChannel,
    ...place,
    lockTTL: '10d',
    pickupDistance: 0.5,
  };
  return {
    id: 'shippingData',
    address,
    logisticsInfo: lines.map(({ quantity }, itemIndex) => ({
      itemIndex,
      selectedSla: 'Normal',
      lockTTL: '10d',
      price: shippingPrice,
      listPrice: shippingPrice,
      sellingPrice: shippingPrice,
      deliveryWindow,
      deliveryCompany: 'Sandbox',
      shippingEstimate: '1d',
      shippingEstimateDate: toVtexTime(createdAtMs + 24 * hourMs),
      slas: [sla],
      shipsTo: ['BRA'],
      deliveryIds: [
        {
          courierId: 'courier-1',
          courierName: 'Sandbox',
          dockId: `dock-${warehouseId}`,
          quantity,
          warehouseId,
          accountCarrierName: 'sandbox',
          kitItemDetails: [],
        },
      ],
      deliveryChannels: [
        { id: 'delivery', stockBalance: 0 },
        { id: 'pickup-in-point', stockBalance: 0 },
      ],
      deliveryChannel,
      ...place,
      addressId: address.addressId,
      versionId: null,
      entityId: null,
    })),
    trackingHints: null,
    selectedAddresses: [address],
    contactInformation: [],
  };
}
