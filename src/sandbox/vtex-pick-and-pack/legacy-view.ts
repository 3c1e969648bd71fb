import type { PnpOrder } from './pnp-order.ts';

/** `GET /picking-tracking/{orderId}`. Prices are a float there, which we read as major units. */
export const toLegacyBody = ({ orderId, status, picks, shipment }: PnpOrder, hostname: string) => ({
  message: 'success',
  data: {
    hostname,
    orderId,
    fulfillmentStatus: status,
    pickedItems: (picks ?? [])
      .map((row) => (row.replacedBy === null ? row : { ...row, ...row.replacedBy, pickedQuantity: row.quantity }))
      .filter((row) => row.pickedQuantity > 0)
      .map((row) => ({
        image: `https://images.example.com/${row.sku}.jpg`,
        sellingPrice: row.price / 100,
        ean: row.ean,
        quantity: row.pickedQuantity,
        name: row.name,
        id: row.sku,
        refId: row.refId,
        categories: [{ name: 'Groceries', id: '1' }],
      })),
    ...(shipment !== null && {
      shipping: {
        trackingId: shipment.id,
        trackingStatus: shipment.status,
        services: [
          {
            serviceId: shipment.serviceId,
            courier: 'Sandbox couriers',
            serviceStatus: shipment.status,
            createdAt: new Date(shipment.createdAt).toISOString(),
          },
        ],
      },
    }),
  },
});
