import { toItemGrams, toWeightUnit } from '../../../domain/item-weight.ts';
import type { ServicePackage, ServicePlace, ServiceRequest } from '../../../domain/service-request.ts';
import type { ServiceThere } from '../port.ts';
import { toInstant } from '../../vendor/vtex/to-instant.ts';
import { type ServiceReplySchema, WireRequestSchema, type WirePackage, type WirePlace } from './wire.ts';
import type * as z from 'zod';

const idCharsMax = 128;

/** What VTEX asks for; or the names of the members without which nobody could know which service it is. */
export function toServiceRequest(body: unknown): { request: ServiceRequest } | { missing: readonly string[] } {
  const read = WireRequestSchema.safeParse(body).data;
  const [orderId, carrierId] = [idOf(read?.orderId), idOf(read?.carrierId)];
  if (read === undefined || orderId === null || carrierId === null) {
    return { missing: [...(orderId === null ? ['orderId'] : []), ...(carrierId === null ? ['carrierId'] : [])] };
  }
  return {
    request: {
      orderId,
      carrierId,
      seller: read.seller,
      type: read.type?.toUpperCase() ?? null,
      carrierServiceType: read.carrierServiceType,
      paymentMethod: read.paymentMethod,
      comments: read.comments,
      orderValue: read.orderValue,
      timezone: read.timezone.value,
      sender: toPlace(read.sender),
      receiver: toPlace(read.receiver),
      packages: read.packages.map(toPackage),
    },
  };
}

/** An id that travels in URLs: without control characters, and short. */
const idOf = (text: string | null | undefined): string | null =>
  // oxlint-disable-next-line no-control-regex
  text == null || text.length > idCharsMax || /[\u0000-\u001f\u007f]/.test(text) || /^\.{1,2}$/.test(text)
    ? null
    : text;

function toPlace({ location, pickupDate, deliveryDate, deliveryWindow, ...rest }: WirePlace): ServicePlace {
  const { latitude, longitude } = location;
  const isPlace = latitude !== null && longitude !== null && Math.abs(latitude) <= 90 && Math.abs(longitude) <= 180;
  return {
    ...rest,
    location: isPlace ? { latitude, longitude } : null,
    at: toInstant(pickupDate ?? deliveryDate),
    window: { from: toInstant(deliveryWindow.initialDate), until: toInstant(deliveryWindow.finalDate) },
  };
}

const toPackage = ({ id, weight, items, categories, ...rest }: WirePackage, index: number): ServicePackage => ({
  ...rest,
  // A package without an id is known by its place.
  id: idOf(id) ?? `#${index + 1}`,
  weightGrams: toGrams(weight),
  categories: categories.flatMap((one) => one ?? []),
  items: items.map(({ weight: itemWeight, ...item }) => ({ ...item, weightGrams: toGrams(itemWeight) })),
});

/** Documented as grams, written as "19" and as "4 kg": a unit that is there is believed. Null for what is no weight. */
export function toGrams(weight: string | null): number | null {
  const [, number = '', word = ''] = /^(\d+(?:[.,]\d+)?)\s*([a-z]*)$/i.exec(weight ?? '') ?? [];
  const unit = word === '' ? 'g' : toWeightUnit(word);
  if (number === '' || unit === undefined) return null;
  return toItemGrams(unit, Number(number.replace(',', '.')), 1) ?? null;
}

type WireService = z.infer<typeof ServiceReplySchema>['data'];

export const toServiceThere = ({ status, labels, notes, evidences, timeline }: WireService): ServiceThere => ({
  status: status ?? null,
  labelIds: labels.flatMap((label) => textsIn(label, ['id'])),
  // What a note says is `content` where it is read and `note` in the timeline; evidences show in the timeline alone at times.
  texts: [notes, evidences, timeline].flatMap((one) => textsIn(one, ['content', 'note'])),
});

const depthMax = 6;

/** Every text under one of these names, and every text of a list. */
function textsIn(value: unknown, names: readonly string[], depth = 0): string[] {
  if (depth > depthMax || typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, member]) => {
    if (typeof member === 'string') return Array.isArray(value) || names.includes(name) ? [member] : [];
    return textsIn(member, names, depth + 1);
  });
}
