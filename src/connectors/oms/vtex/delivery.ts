import * as z from 'zod';
import type { OrderInput } from '../../../domain/order-input.ts';
import { toInstant } from '../../vendor/vtex/to-instant.ts';
import type { Remark } from './order-lines.ts';
import type { VtexSettings } from './settings.ts';
import type { WireAddress, WireLogistics, WireOrder } from './wire.ts';

const present = <T>(value: T | null | undefined): value is T => value !== null && value !== undefined;
/** Undefined for what says nothing. */
const textOf = (text: string | null | undefined, max: number): string | undefined => {
  const trimmed = text?.trim();
  return trimmed === undefined || trimmed === '' ? undefined : trimmed.slice(0, max);
};

export const logisticsOf = (order: WireOrder): WireLogistics[] =>
  (order.shippingData?.logisticsInfo ?? []).filter(present);

const isPickup = (info: WireLogistics): boolean =>
  (info.deliveryChannel ?? info.selectedDeliveryChannel) === 'pickup-in-point';

/** One order, one way: where VTEX mixes them, what is to be delivered decides. */
export function toFulfilment(order: WireOrder, remarks: Remark[]): OrderInput['fulfilment'] {
  const infos = logisticsOf(order);
  const pickups = infos.filter(isPickup).length;
  if (pickups > 0 && pickups < infos.length) {
    remarks.push({ code: 'vtex.mixed_channels', detail: 'some lines are to be delivered and some picked up' });
  }
  return infos.length > 0 && pickups === infos.length ? 'pickup' : 'delivery';
}

/** The store, by the merchant's own id for it. */
export function toStore(order: WireOrder, settings: VtexSettings, remarks: Remark[]): string {
  const { storeLocation: from } = settings;
  const found = new Set(
    from === 'seller'
      ? (order.items ?? []).flatMap((item) => textOf(item?.seller, 128) ?? [])
      : logisticsOf(order).flatMap((info) => storesOf(info, from)),
  );
  const [first, another] = found;
  if (another !== undefined) {
    const detail = `the order's lines are at ${[...found].slice(0, 5).join(', ')}; it goes to the first`;
    remarks.push({ code: 'order.several_stores', detail });
  }
  if (first === undefined) {
    remarks.push({ code: 'vtex.store_missing', detail: `no ${from} is named for the order` });
    return 'unknown';
  }
  return settings.storeLocations[first] ?? first;
}

function storesOf(info: WireLogistics, from: Exclude<VtexSettings['storeLocation'], 'seller'>): string[] {
  if (from === 'pickupPoint') return [textOf(info.pickupPointId, 128)].filter(present);
  const ids = (info.deliveryIds ?? []).filter(present);
  return ids.flatMap(({ warehouseId, dockId }) => textOf(from === 'dock' ? dockId : warehouseId, 128) ?? []);
}

const dayMs = 24 * 3_600_000;

/** The chosen window; without one, from now until the promised time; without that, a day. */
export function toWindow(order: WireOrder, remarks: Remark[]): OrderInput['window'] {
  const infos = logisticsOf(order);
  for (const { deliveryWindow } of infos) {
    const from = toInstant(deliveryWindow?.startDateUtc);
    const to = toInstant(deliveryWindow?.endDateUtc);
    if (from !== null && to !== null && from < to) return { from, to };
  }
  const from = toInstant(order.creationDate) ?? '';
  const promised = infos.flatMap((info) => toInstant(info.shippingEstimateDate) ?? []).sort();
  const to = promised.at(-1);
  if (to !== undefined && from < to) return { from, to };
  remarks.push({
    code: 'vtex.window_missing',
    detail: 'neither a delivery window nor a promised time: a day is assumed',
  });
  return { from, to: from === '' ? '' : new Date(Date.parse(from) + dayMs).toISOString() };
}

const EmailSchema = z.email().max(254);

export function toRecipient(order: WireOrder, fulfilment: OrderInput['fulfilment'], remarks: Remark[]) {
  const client = order.clientProfileData;
  const shipping = order.shippingData;
  const address = shipping?.address ?? (shipping?.selectedAddresses ?? []).find(present);
  const clientName = [client?.firstName, client?.lastName].flatMap((part) => textOf(part, 80) ?? []).join(' ');
  const name = textOf(address?.receiverName, 160) ?? textOf(clientName, 160);
  if (name === undefined) remarks.push({ code: 'vtex.recipient_missing', detail: 'the order names nobody' });
  const phone = textOf(client?.phone, 32);
  const email = EmailSchema.safeParse(client?.email).data;
  return {
    name: name ?? 'Customer',
    ...(phone !== undefined && phone.length >= 3 ? { phone } : {}),
    ...(email === undefined ? {} : { email }),
    ...(fulfilment === 'delivery' && address !== undefined ? { address: toAddress(address) } : {}),
  };
}

function toAddress(address: WireAddress) {
  const [longitude, latitude] = address.geoCoordinates ?? [];
  const complement = [address.complement, address.reference].flatMap((part) => textOf(part, 200) ?? []).join(', ');
  const city = textOf(address.city, 120) ?? '';
  return {
    street: textOf(address.street, 200) ?? '',
    number: textOf(address.number, 40),
    complement: textOf(complement, 200),
    neighborhood: textOf(address.neighborhood, 120),
    city,
    // Countries without states or postal codes leave them out; our partners want something there.
    state: textOf(address.state, 60) ?? city.slice(0, 60),
    postalCode: textOf(address.postalCode, 20) ?? '-',
    country: textOf(address.country, 3)?.toUpperCase() ?? '',
    ...(isOnEarth(latitude, longitude) ? { location: { latitude, longitude } } : {}),
  };
}

const isOnEarth = (latitude: number | undefined, longitude: number | undefined): boolean =>
  latitude !== undefined && longitude !== undefined && Math.abs(latitude) <= 90 && Math.abs(longitude) <= 180;
