import type { PnpAccountSettings } from './account-settings.ts';
import type { PnpOrder, PnpPick } from './pnp-order.ts';

/** Enum A, which the OpenAPI document prints on every level. */
const enumA: Readonly<Record<string, string>> = {
  PENDING: 'PENDING',
  READY_FOR_HANDLING: 'PENDING',
  READY_FOR_PICKING: 'PENDING',
  PICKING: 'IN_PROGRESS',
  READY_FOR_PACKING: 'READY_FOR_PACKING',
  PACKING: 'PACKING',
  CANCELED: 'CANCELLED',
  ...Object.fromEntries(
    [
      ...['READY_FOR_INVOICING', 'INVOICING', 'INVOICED', 'PREPARING_SHIPPING', 'READY_FOR_SHIPPING', 'IDLE'],
      ...['WAITING_FOR_DELIVERY_COMPANY', 'WAITING_FOR_PICKUP', 'ON_ROUTE', 'DELIVERED', 'RETURNED'],
    ].map((status) => [status, 'COMPLETED']),
  ),
};
/** The values of an earlier draft of the document. */
const draft16: Readonly<Record<string, string>> = {
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

const statusOf = (status: string, style: PnpAccountSettings['statusStyle']): string =>
  (style === 'draft16' ? draft16[status] : enumA[status]) ?? status;

const instant = (ms: number): string => new Date(ms).toISOString();

function toItem(order: PnpOrder, line: PnpPick | (PnpOrder['lines'][number] & { pickedQuantity?: number })) {
  const picked = 'pickedMultiplier' in line ? line : null;
  const multiplier = picked?.pickedMultiplier ?? line.unitMultiplier;
  return {
    id: line.sku,
    sku: line.sku,
    referenceCode: line.sku,
    itemName: line.name,
    price: line.price,
    pickingPrice: picked === null ? null : Math.trunc((line.price * multiplier) / line.unitMultiplier),
    quantity: picked === null ? null : picked.pickedQuantity,
    originalQuantity: line.quantity,
    replacedBy: picked?.replacedBy === null || picked === null ? null : [picked.replacedBy.sku],
    weighableProduct: line.unit !== 'un',
    unitMultiplier: multiplier,
    originalUnitMultiplier: line.unitMultiplier,
    unitOfMeasure: line.unit === 'un' ? 'UNITS' : 'KILOGRAMS',
    images: [`https://images.example.com/${line.sku}.jpg`],
    ean: line.ean,
    status: picked === null ? 'PENDING' : 'COMPLETED',
    packedQuantity: picked === null ? null : picked.pickedQuantity,
    reasons: picked?.rejected === true ? [{ reasonType: order.orderId, reasonDetail: 'out-of-stock' }] : null,
    pickers: ['picker-1'],
    worksheets: [order.worksheetId],
    warehouses: [{ warehouseId: order.warehouseId, warehouseName: order.warehouseId, quantity: line.quantity }],
    createdAt: instant(order.createdAt),
  };
}

/** `GET /orders/{orderId}`: every field of the document's Order. */
export function toOrderBody(order: PnpOrder, { statusStyle }: PnpAccountSettings): Record<string, unknown> {
  const picks = order.picks ?? [];
  const replacements = picks.flatMap((row) =>
    row.replacedBy === null
      ? []
      : [{ ...row.replacedBy, pickedQuantity: row.quantity, pickedMultiplier: 1, rejected: false, replacedBy: null }],
  );
  const bagged = [...picks.filter((row) => row.pickedQuantity > 0), ...replacements];
  return {
    orderId: order.orderId,
    sequence: order.sequence,
    status: statusOf(order.status, statusStyle),
    createdAt: instant(order.createdAt),
    updatedAt: instant(order.updatedAt),
    shippingEstimatedDateMin: instant(order.createdAt + 3_600_000).replace('Z', '1586+00:00'),
    tags: [],
    pickingTime: 27.116,
    packingTime: 14.533,
    shippingTime: 0,
    invoices: order.invoices,
    unhandledItems: order.picks === null ? order.lines.map((line) => toItem(order, line)) : [],
    pickedItems: bagged.map((row) => toItem(order, row)),
    rejectedItems: picks
      .filter((row) => row.rejected)
      .map((row) => ({ ...toItem(order, row), quantity: row.quantity })),
    replacedItems: picks
      .filter((row) => row.replacedBy !== null)
      .map((row) => ({
        ...toItem(order, row),
        quantity: row.quantity,
        orderSource: order.orderId,
        image: '',
        temperature: null,
      })),
    packages:
      bagged.length === 0 ? [] : [{ id: order.worksheetId, status: 'PACKED', itemsIds: bagged.map(({ sku }) => sku) }],
    payment: [],
  };
}

/** The legacy guide's answer. */
export const toLegacyBody = (order: PnpOrder, hostname: string): Record<string, unknown> => ({
  message: 'success',
  data: {
    hostname,
    orderId: order.orderId,
    fulfillmentStatus: order.status,
    pickedItems: (order.picks ?? [])
      .filter((row) => row.pickedQuantity > 0)
      .map((row) => ({
        image: '',
        sellingPrice: row.price,
        ean: row.ean,
        quantity: row.pickedQuantity,
        name: row.name,
        id: row.sku,
        refId: row.sku,
        categories: [{ name: 'Groceries', id: '1' }],
      })),
    ...(order.shipment === null
      ? {}
      : {
          shipping: {
            trackingId: order.shipment.id,
            trackingStatus: order.shipment.status,
            services: [
              {
                serviceId: order.shipment.serviceId,
                courier: 'Sandbox couriers',
                serviceStatus: order.shipment.status,
                createdAt: instant(order.updatedAt),
              },
            ],
          },
        }),
  },
});
