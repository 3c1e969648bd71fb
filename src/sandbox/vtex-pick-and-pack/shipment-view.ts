import type { PnpOrder } from './pnp-order.ts';

type Shipped = PnpOrder & { shipment: NonNullable<PnpOrder['shipment']> };
export const isShipped = (order: PnpOrder): order is Shipped => order.shipment !== null;

const instant = (ms: number | null): string => new Date(ms ?? 0).toISOString();
const carrier = { carrierId: '627eb3b93a19fdc0cf5fe087', carrierName: 'Sandbox couriers' };

/** A row of `GET /shipments?orderId=`. */
export const toShipmentSummary = ({ orderId, lines, shipment, updatedAt }: Shipped, seller: string) => ({
  id: shipment.id,
  serviceId: shipment.serviceId,
  orderId,
  ...carrier,
  status: shipment.status,
  paymentMethod: 'ONLINE',
  tags: [],
  deliveredDate: instant(shipment.deliveredAt ?? updatedAt),
  customerId: '-',
  customerAddressId: '-',
  source: 'Rio de Janeiro-BRA',
  destination: 'Rio de Janeiro-BRA',
  courierId: '1977157',
  courierName: 'Courier One',
  seller,
  packagesQuantity: 1,
  itemsQuantity: lines.length,
  serviceType: 'PICKUP_DELIVERY',
  creationDate: instant(updatedAt),
});

/** `GET /shipments/{shipmentId}`. */
export const toShipment = ({ orderId, lines, shipment, updatedAt }: Shipped, seller: string) => ({
  id: shipment.id,
  orderId,
  ...carrier,
  serviceId: shipment.serviceId,
  seller,
  comments: '',
  trackingUrl: `https://tracking.example.com/${shipment.serviceId}`,
  status: shipment.status,
  agent: { id: '1977157', name: 'Courier One', vehicle: 'BIKE' },
  totalDistanceTraveled: 1200,
  evidences: [],
  packages: [
    {
      id: shipment.id,
      orderId,
      envelope: '',
      totalValue: lines.reduce((sum, { price, quantity }) => sum + price * quantity, 0),
      weight: '1.2',
      description: '',
      categories: [],
      items: lines.map(({ sku, name, ean, quantity, price }) => ({ id: sku, name, image: '', ean, quantity, price })),
      dimensions: { width: '10', length: '20', height: '30' },
    },
  ],
  type: 'PICKUP_DELIVERY',
  notes: [],
  paymentMethod: 'ONLINE',
  carrierServiceType: 'LOCAL',
  timezone: { offset: 0, value: 'America/Sao_Paulo' },
  tags: [],
  deliveredDate: instant(shipment.deliveredAt ?? updatedAt),
  sender: {
    name: seller,
    city: 'Rio de Janeiro',
    state: 'RJ',
    country: 'BRA',
    pickupDate: instant(updatedAt),
    zipCode: '22630-011',
  },
  receiver: {
    name: 'Sam Sandbox',
    city: 'Rio de Janeiro',
    state: 'RJ',
    country: 'BRA',
    deliveryDate: instant(updatedAt),
    zipCode: '22630-011',
  },
  labels: [],
});
