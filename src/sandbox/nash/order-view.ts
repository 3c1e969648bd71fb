import { toNashTime } from './nash-time.ts';
import { orderInputSchema, type OrderFields } from './order-schema.ts';
import type { Order } from './orders.ts';

/** Taken in, never answered (in `OrderInput`, not in `OrderOutputExample`). */
const writeOnlyFields: ReadonlySet<string> = new Set([
  'pickupStoreLocationIds', 'pickupEmail', 'dropoffEmail', 'deliveryWindowId', 'optimizationParameters', 'reapplyAutomations',
]); // prettier-ignore

/** Numbers that an order answers as strings (`OrderOutputExample`). */
const stringNumbers: ReadonlySet<string> = new Set([
  'itemsCount', 'valueCents', 'tipAmountCents', 'width', 'depth', 'height', 'weight', 'maxDeliveryFeeCents',
]); // prettier-ignore

const portal = 'https://portal.sandbox.usenash.com';
const tracking = 'https://tracking.sandbox.usenash.com';

/** `OrderOutputExample`: every field, null when unset. No job, delivery or picked items: those are read from the job. */
export function toOrderBody(order: Order): Record<string, unknown> {
  const given: Record<string, unknown> = order.fields;
  const fields = Object.keys(orderInputSchema.shape).flatMap((key) => {
    if (writeOnlyFields.has(key)) return [];
    const value = given[key] ?? null;
    return [[key, stringNumbers.has(key) && typeof value === 'number' ? String(value) : value]];
  });
  return {
    id: order.id,
    createdAt: toNashTime(order.createdAt),
    externalGroupId: null,
    portalUrl: `${portal}/orders/${order.id}`,
    publicTrackingUrl: `${tracking}/${order.id}`,
    status: order.status,
    ...Object.fromEntries(fields),
    pickupStoreLocationId: order.pickupStoreLocationId,
    dropoffStoreLocationId: null,
    volume: null,
    documents: null,
    validationErrors: Object.keys(order.validationErrors).length === 0 ? null : order.validationErrors,
    quotes: null,
    failedQuotes: null,
  };
}

/** `JobLocationSummary`, and the beginning of `OrderLocationSummary`. */
export const toPlaceSummary = (fields: OrderFields, side: 'pickup' | 'dropoff') => ({
  businessName: fields[`${side}BusinessName`] ?? null,
  firstName: fields[`${side}FirstName`] ?? null,
  lastName: fields[`${side}LastName`] ?? null,
  address: addressLine(fields, side),
  city: fields[`${side}AddressCity`] ?? null,
  state: fields[`${side}AddressState`] ?? null,
  country: fields[`${side}AddressCountry`] ?? null,
});

/** `OrderListItem`: no items, and the value as a number here. */
export const toOrderListItem = (order: Order): Record<string, unknown> => ({
  id: order.id,
  externalId: order.fields.externalId ?? null,
  status: order.status,
  tags: order.fields.tags ?? null,
  createdAt: toNashTime(order.createdAt),
  updatedAt: toNashTime(order.updatedAt),
  valueCents: isNil(order.fields.valueCents) ? null : Number(order.fields.valueCents),
  currency: order.fields.currency ?? null,
  pickup: {
    ...toPlaceSummary(order.fields, 'pickup'),
    startTime: order.fields.pickupStartTime ?? null,
    endTime: order.fields.pickupEndTime ?? null,
  },
  dropoff: {
    ...toPlaceSummary(order.fields, 'dropoff'),
    startTime: order.fields.dropoffStartTime ?? null,
    endTime: order.fields.dropoffEndTime ?? null,
  },
  routeId: null,
  portalUrl: `${portal}/orders/${order.id}`,
});

/** `LocationSerializer` of a package; a pickup at a store has only the store's name for an address here. */
export const toLocation = (fields: OrderFields, side: 'pickup' | 'dropoff', id: string): Record<string, unknown> => {
  const address = addressLine(fields, side) ?? `Store ${fields.pickupExternalStoreLocationId ?? ''}`.trim();
  return {
    ...toPlaceSummary(fields, side),
    id,
    address,
    formattedAddress: address,
    addressNumber: fields[`${side}AddressNumber`] ?? null,
    addressFormattedStreet: fields[`${side}AddressFormattedStreet`] ?? null,
    addressCity: fields[`${side}AddressCity`] ?? '',
    addressCounty: fields[`${side}AddressCounty`] ?? null,
    addressState: fields[`${side}AddressState`] ?? null,
    addressZip: fields[`${side}AddressZip`] ?? null,
    addressCountry: fields[`${side}AddressCountry`] ?? '',
    timezoneId: 'Etc/UTC',
    timezoneName: 'Coordinated Universal Time',
    instructions: fields[`${side}Instructions`] ?? null,
    phoneNumber: fields[`${side}PhoneNumber`] ?? null,
    email: fields[`${side}Email`] ?? null,
    lat: fields[`${side}Lat`] ?? null,
    lng: fields[`${side}Lng`] ?? null,
  };
};

const isNil = (value: unknown): value is null | undefined => value === null || value === undefined;

function addressLine(fields: OrderFields, side: 'pickup' | 'dropoff'): string | null {
  const line = fields[`${side}Address`] ?? fields[`${side}PlaceId`];
  if (!isNil(line)) return line;
  const parts = [
    [fields[`${side}AddressNumber`], fields[`${side}AddressFormattedStreet`]].filter((part) => !isNil(part)).join(' '),
    fields[`${side}AddressSecondarynumber`], fields[`${side}AddressCity`], fields[`${side}AddressState`],
    fields[`${side}AddressZip`], fields[`${side}AddressCountry`],
  ].filter((part) => !isNil(part) && part !== ''); // prettier-ignore
  return parts.length === 0 ? null : parts.join(', ');
}
