import type { PnpAccountSettings } from './account-settings.ts';
import type { PnpLine, PnpOrder, PnpReturn, PnpShipment } from './pnp-order.ts';

type Shipped = PnpOrder & { shipment: PnpShipment; back?: PnpReturn };
const isShipped = (order: PnpOrder): order is Shipped => order.shipment !== null;

/** The order once for each of its shipments: to the customer, and back. */
export const toShipped = (order: PnpOrder): Shipped[] => [
  ...(isShipped(order) ? [order] : []),
  ...order.returns.map((back) => ({ ...order, shipment: back.shipment, back })),
];

const instant = (ms: number): string => new Date(ms).toISOString();
/** Required by the document, and without a meaning before it is delivered. */
const deliveredDateOf = ({ shipment, updatedAt }: Shipped): string => instant(shipment.deliveredAt ?? updatedAt);
/** What lies in the one package. */
const packedOf = ({ lines, picks, back }: Shipped): PnpLine[] => {
  if (back !== undefined) {
    const known = [...lines, ...(picks ?? []).flatMap(({ replacedBy }) => replacedBy ?? [])];
    const [first] = lines;
    return back.items.flatMap(({ sku, quantity }) => {
      const line = known.find((one) => one.sku === sku) ?? first;
      return line === undefined ? [] : [{ ...line, sku, quantity }];
    });
  }
  if (picks === null) return lines;
  return picks
    .flatMap((row) =>
      row.replacedBy === null
        ? { ...row, quantity: row.pickedQuantity }
        : { ...row.replacedBy, quantity: row.quantity },
    )
    .filter(({ quantity }) => quantity > 0);
};
/** Whose account it is, and who drives for it. */
type Store = Pick<PnpAccountSettings, 'account' | 'courier'>;
const carrier = { carrierId: '627eb3b93a19fdc0cf5fe087', carrierName: 'Sandbox couriers' };

/** A row of `GET /shipments?orderId=`. */
export const toShipmentSummary = (order: Shipped, { account: seller, courier: courierName }: Store) => ({
  id: order.shipment.id,
  serviceId: order.shipment.serviceId,
  orderId: order.orderId,
  ...carrier,
  status: order.shipment.status,
  paymentMethod: 'ONLINE',
  tags: [],
  deliveredDate: deliveredDateOf(order),
  customerId: '-',
  customerAddressId: '-',
  source: 'Rio de Janeiro-BRA',
  destination: 'Rio de Janeiro-BRA',
  courierId: '1977157',
  courierName,
  seller,
  packagesQuantity: 1,
  itemsQuantity: packedOf(order).reduce((sum, { quantity }) => sum + quantity, 0),
  serviceType: 'PICKUP_DELIVERY',
  creationDate: instant(order.shipment.createdAt),
});

/** `GET /shipments/{shipmentId}`. */
export const toShipment = (order: Shipped, { account: seller, courier }: Store) => {
  const { orderId, shipment } = order;
  const packed = packedOf(order);
  return {
    id: shipment.id,
    orderId,
    ...carrier,
    serviceId: shipment.serviceId,
    seller,
    comments: '',
    trackingUrl: `https://tracking.example.com/${shipment.serviceId}`,
    status: shipment.status,
    agent: { id: '1977157', name: courier, vehicle: 'BIKE' },
    totalDistanceTraveled: 1200,
    evidences:
      shipment.deliveredAt === null
        ? []
        : [{ date: instant(shipment.deliveredAt), type: 'IMAGE', content: `https://images.example.com/${shipment.id}.jpg`, author: courier }], // prettier-ignore
    packages: [
      {
        id: shipment.id,
        orderId,
        envelope: '',
        totalValue: packed.reduce((sum, { price, quantity }) => sum + price * quantity, 0),
        weight: '1.2',
        description: '',
        categories: [],
        items: packed.map(({ sku, name, ean, quantity, price }) => ({
          id: sku,
          name,
          image: `https://images.example.com/${sku}.jpg`,
          ean,
          quantity,
          price,
        })),
        dimensions: { width: '10', length: '20', height: '30' },
      },
    ],
    type: order.back === undefined ? 'PICKUP_DELIVERY' : 'RETURN',
    notes:
      shipment.deliveredAt === null
        ? []
        : [{ date: instant(shipment.deliveredAt), type: 'COMMENT', content: `Handed over by ${courier}`, author: courier }], // prettier-ignore
    paymentMethod: 'ONLINE',
    carrierServiceType: 'LOCAL',
    timezone: { offset: 0, value: 'America/Sao_Paulo' },
    tags: [],
    deliveredDate: deliveredDateOf(order),
    sender: {
      name: seller,
      city: 'Rio de Janeiro',
      state: 'RJ',
      country: 'BRA',
      pickupDate: instant(shipment.createdAt),
      zipCode: '22630-011',
    },
    receiver: {
      name: 'Sam Sandbox',
      city: 'Rio de Janeiro',
      state: 'RJ',
      country: 'BRA',
      deliveryDate: deliveredDateOf(order),
      zipCode: '22630-011',
    },
    labels: [],
  };
};
