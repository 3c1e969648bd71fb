import { RecipientSchema, type OrderInput } from '../../../domain/order-input.ts';
import { toInstant } from '../../vendor/vtex/to-instant.ts';
import type { Remarks } from './remarks.ts';
import type { VtexSettings } from './settings.ts';
import { toText } from './to-text.ts';
import type { WireAddress, WireLogistics, WireOrder } from './wire.ts';

const present = <T>(value: T | null | undefined): value is T => value !== null && value !== undefined;

const logisticsOf = (order: WireOrder): WireLogistics[] => (order.shippingData?.logisticsInfo ?? []).filter(present);

const isPickup = (info: WireLogistics): boolean =>
  (info.deliveryChannel ?? info.selectedDeliveryChannel) === 'pickup-in-point';

/** One order, one way: where VTEX mixes them, what is to be delivered decides. */
export function toFulfilment(order: WireOrder, remarks: Remarks): OrderInput['fulfilment'] {
  const infos = logisticsOf(order);
  const pickups = infos.filter(isPickup).length;
  if (pickups > 0 && pickups < infos.length) {
    remarks.add('vtex.mixed_channels', 'some lines are to be delivered and some picked up');
  }
  return infos.length > 0 && pickups === infos.length ? 'pickup' : 'delivery';
}

/** The store, by the merchant's own id for it. */
export function toStore(order: WireOrder, settings: VtexSettings, remarks: Remarks): string {
  const { storeLocation: from, storeLocations } = settings;
  const named =
    from === 'seller'
      ? (order.items ?? []).map((item) => item?.seller)
      : logisticsOf(order).flatMap((info) => storesOf(info, from));
  const found = new Set(named.flatMap((id) => toText(id, Infinity) ?? []));
  const [first, another] = found;
  if (first === undefined) {
    remarks.add('vtex.store_missing', `no ${from} is named for the order`);
    return 'unknown';
  }
  if (another !== undefined) {
    const shown = toText([...found].slice(0, 5).join(', '), 300) ?? '';
    remarks.add('order.several_stores', `the order's lines are at ${shown}; it goes to the first`);
  }
  return Object.hasOwn(storeLocations, first) ? (storeLocations[first] ?? first) : first;
}

function storesOf(info: WireLogistics, from: Exclude<VtexSettings['storeLocation'], 'seller'>) {
  if (from === 'pickupPoint') return [info.pickupPointId];
  return (info.deliveryIds ?? []).map((ids) => (from === 'dock' ? ids?.dockId : ids?.warehouseId));
}

const dayMs = 24 * 3_600_000;

/** The chosen window; without one, from the order's placing until the promised time; without that, a day. */
export function toWindow(order: WireOrder, remarks: Remarks): OrderInput['window'] {
  const infos = logisticsOf(order);
  for (const { deliveryWindow } of infos) {
    const from = toInstant(deliveryWindow?.startDateUtc);
    const to = toInstant(deliveryWindow?.endDateUtc);
    if (from !== null && to !== null && from < to) return { from, to };
  }
  const from = toInstant(order.creationDate) ?? '';
  const to = infos
    .flatMap((info) => toInstant(info.shippingEstimateDate) ?? [])
    .toSorted()
    .at(-1);
  if (to !== undefined && from < to) return { from, to };
  remarks.add('vtex.window_missing', 'neither a delivery window nor a promised time: a day is assumed');
  return { from, to: from === '' ? '' : new Date(Date.parse(from) + dayMs).toISOString() };
}

const { email: EmailSchema, phone: PhoneSchema } = RecipientSchema.shape;

/** Where VTEX masks a number (`55******22`), nobody can call it. A number or an address that is cut is another's. */
export function toRecipient(order: WireOrder, fulfilment: OrderInput['fulfilment'], remarks: Remarks) {
  const client = order.clientProfileData;
  const shipping = order.shippingData;
  const address = shipping?.address ?? shipping?.selectedAddresses?.find(present);
  const clientName = [client?.firstName, client?.lastName].flatMap((part) => toText(part, 160) ?? []).join(' ');
  const name = toText(address?.receiverName, 160) ?? toText(clientName, 160);
  if (name === undefined) remarks.add('vtex.recipient_missing', 'the order names nobody');
  const phone = PhoneSchema.safeParse(toText(client?.phone, Infinity)).data;
  const email = EmailSchema.safeParse(client?.email?.trim()).data;
  return {
    name: name ?? 'Customer',
    ...(phone === undefined || phone.includes('*') ? {} : { phone }),
    ...(email === undefined ? {} : { email }),
    ...(fulfilment === 'delivery' && address !== undefined ? { address: toAddress(address) } : {}),
  };
}

function toAddress(address: WireAddress) {
  const [longitude, latitude] = address.geoCoordinates ?? [];
  const complement = [address.complement, address.reference].flatMap((part) => toText(part, 200) ?? []).join(', ');
  const city = toText(address.city, 120) ?? '';
  return {
    street: toText(address.street, 200) ?? '',
    number: toText(address.number, 40),
    complement: toText(complement, 200),
    neighborhood: toText(address.neighborhood, 120),
    city,
    // Countries without states or postal codes leave them out; our partners want something there.
    state: toText(address.state, 60) ?? toText(city, 60) ?? '',
    postalCode: toText(address.postalCode, 20) ?? '-',
    country: toText(address.country, Infinity)?.toUpperCase() ?? '',
    ...(isOnEarth(latitude, longitude) ? { location: { latitude, longitude } } : {}),
  };
}

const isOnEarth = (latitude: number | undefined, longitude: number | undefined): boolean =>
  latitude !== undefined && longitude !== undefined && Math.abs(latitude) <= 90 && Math.abs(longitude) <= 180;
