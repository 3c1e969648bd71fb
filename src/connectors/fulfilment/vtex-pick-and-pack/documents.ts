import { AddressSchema } from '../../../domain/address.ts';
import type { ToldFacility } from '../../../domain/facility.ts';
import type { ToldNote, ToldShipment, ToldWorksheet, ToldWorksheetItem } from '../../../domain/fulfilment-documents.ts';
import { toGrams } from '../../../domain/weight.ts';
import { toInstant } from '../../vendor/vtex/to-instant.ts';
import type { WireFacility, WireNote, WireShipmentDocument, WireWorksheet } from './document-wire.ts';
import { toCode } from './statuses.ts';
import type { WireShipment } from './wire.ts';

/** Longer notes are cut: whoever writes more is not writing for a list. */
const noteCharsMax = 2_000;

const toStatus = (word: string | null | undefined): string | null => toCode(word)?.toUpperCase() ?? null;

const toNote = ({ date, type, content, author }: WireNote): ToldNote => ({
  date: toInstant(date),
  type: type ?? null,
  content: content.slice(0, noteCharsMax),
  author: author ?? null,
});

/** A worksheet, of its items the share of this order: a picker may work off several orders at once. */
export const toWorksheet = (worksheet: WireWorksheet, orderId: string): ToldWorksheet => ({
  externalId: worksheet.worksheetId,
  facilityId: worksheet.facilityId ?? null,
  status: toStatus(worksheet.status),
  createdAt: toInstant(worksheet.createdAt),
  startedAt: toInstant(worksheet.initDate),
  finishedAt: toInstant(worksheet.finishedDate),
  pickers: worksheet.pickerAssignment.map((one) => ({
    id: one.pickerId,
    active: one.active ?? false,
    method: one.method ?? null,
    assignedAt: toInstant(one.assignmentDate),
    finishedAt: toInstant(one.finishedDate),
    notes: one.notes.map(toNote),
  })),
  items: worksheet.items.flatMap((item) => toItem(item, orderId)),
});

function toItem({ id, name, orderSource }: WireWorksheet['items'][number], orderId: string): ToldWorksheetItem[] {
  const mine = orderSource.filter((source) => source.orderId === orderId);
  if (mine.length === 0) return [];
  const sum = (of: (source: (typeof mine)[number]) => number | null | undefined): number =>
    mine.reduce((total, source) => total + (of(source) ?? 0), 0);
  return [
    {
      sku: id,
      name: name ?? null,
      requestedQuantity: sum(({ quantity }) => quantity),
      pickedQuantity: sum(({ pickedQuantity }) => pickedQuantity),
      rejectedQuantity: sum(({ rejectedQuantity }) => rejectedQuantity),
      replacedQuantity: sum(({ replacedQuantity }) => replacedQuantity),
      replacedBy: [...new Set(mine.flatMap(({ replacedBy }) => replacedBy))],
      notes: mine.flatMap(({ notes }) => notes).map(toNote),
    },
  ];
}

/** `listed` is from the one read that VTEX does not cache: its status is the newer one. */
export function toShipment(listed: WireShipment, document: WireShipmentDocument): ToldShipment {
  const status = toStatus(listed.status ?? document.status);
  return {
    externalId: listed.id,
    serviceId: document.serviceId ?? null,
    status,
    type: document.type ?? null,
    carrier: document.carrierName ?? null,
    trackingUrl: document.trackingUrl ?? null,
    courier: toCourier(document),
    createdAt: toInstant(listed.creationDate),
    // Always there, and of a meaning only then.
    deliveredAt: status === 'DELIVERED' ? toInstant(listed.deliveredDate ?? document.deliveredDate) : null,
    packages: document.packages.map(({ id, description, weight, totalValue, items }, index) => ({
      externalId: id ?? String(index + 1),
      description: description ?? null,
      weightGrams: weight === null || weight === undefined ? null : (toGrams(weight) ?? null),
      valueMinor: Number.isSafeInteger(totalValue) ? (totalValue ?? null) : null,
      items: items.map((item) => ({ sku: item.id, name: item.name ?? null, quantity: item.quantity })),
    })),
    evidences: document.evidences.map(toNote),
    notes: document.notes.map(toNote),
  };
}

function toCourier({ agent }: WireShipmentDocument): ToldShipment['courier'] {
  const name = agent?.name ?? '';
  return name === '' || name === '-' ? null : { name, vehicle: agent?.vehicle ?? null };
}

export function toFacility(facility: WireFacility): ToldFacility {
  const text = (value: string | number | null | undefined): string | undefined =>
    value === null || value === undefined || value === '' ? undefined : String(value);
  const address = AddressSchema.safeParse({
    street: text(facility.address),
    number: text(facility.number),
    complement: text(facility.addressComplement),
    neighborhood: text(facility.neighborhood),
    city: text(facility.city),
    state: text(facility.state),
    postalCode: text(facility.postalCode),
    country: text(facility.country),
    ...(facility.location && { location: facility.location }),
  });
  return { externalId: facility.id, name: text(facility.name) ?? null, address: address.data ?? null };
}
