import type { Address } from '../../../domain/address.ts';
import { notesOfLine } from '../../../domain/order.ts';
import type { Line } from '../../../domain/order-input.ts';
import { fromGrams } from '../../../domain/weight.ts';
import type { OrderToFulfil } from '../port.ts';
import type { NashSettings } from './settings.ts';

const nameCharsMax = 80;
const textCharsMax = 280;

/** OpenAPI `OrderInputWithReturnFirstQuoteApiOnly`. */
export type OrderBody = ReturnType<typeof fromOrder>;
/** OpenAPI `UpdateJobInputSerializer`. */
export type AmendmentBody = ReturnType<typeof fromAmendment>;

/**
 * An order as Nash's upsert takes it. What the order may have and does not is sent as null and not left out: an update
 * changes only the fields it is given, so a note that was taken back would otherwise stay.
 *
 * - `orderMetadata` says which Packline order this is: how another one under the same externalId is told apart. Nash
 *   keeps its keys and only adds its own.
 * - Times of the pickup are left out of deliveries: when the courier has to be in the store is for Nash to work out from
 *   the customer's window.
 * - An order that the customer collects: Nash has no such order, only couriers who pick and then drive somewhere, and no
 *   field for "stays in the store". It is sent with the window as the time by which it must be picked and without a
 *   dropoff address, although the customer's own may be known: a courier would drive there. Nash then refuses it or says
 *   `needs_attention`, unless the organisation has rules for it; nobody is sent out by mistake.
 */
export function fromOrder(order: OrderToFulfil, settings: NashSettings) {
  const { content, fulfilmentMethod } = order;
  const { from, to } = toWindow(order);
  const times =
    fulfilmentMethod === 'pickup'
      ? { pickupStartTime: from, pickupEndTime: to, description: 'The customer collects this order in the store.' }
      : { dropoffStartTime: from, dropoffEndTime: to };
  return {
    externalId: order.externalRef,
    referenceId: order.externalId,
    orderMetadata: { packline_order_id: order.id, packline_source: order.source },
    requirements: [...new Set(['pick_and_pack', ...settings.requirements])],
    pickupExternalStoreLocationId: order.storeLocationId,
    pickupPhoneNumber: settings.pickupPhoneNumber && toPhone(settings.pickupPhoneNumber),
    pickupBusinessName: settings.pickupBusinessName,
    pickupInstructions: settings.pickupInstructions,
    ...toDropoff(order),
    deliveryMode: 'scheduled',
    ...times,
    currency: order.currency,
    valueCents: content.totals.itemsMinor,
    itemsCount: countItems(content.lines),
    items: toItems(order),
  };
}

/** The same content for an order that is a job already. `packageValue` has no documented unit, so it is not touched. */
export function fromAmendment(order: OrderToFulfil) {
  const { content, fulfilmentMethod } = order;
  const { from, to } = toWindow(order);
  const times =
    fulfilmentMethod === 'pickup'
      ? { packagePickupStartTime: from, packagePickupEndTime: to }
      : { packageDropoffStartTime: from, packageDropoffEndTime: to };
  return { ...toDropoff(order), ...times, itemsCount: countItems(content.lines), packageItems: toItems(order) };
}

const countItems = (lines: readonly Line[]): number => lines.reduce((count, line) => count + line.quantity, 0);

/** "UTC in the form 'YYYY-MM-DDTHH:MM:SSZ'". */
const toWindow = ({ content: { window } }: OrderToFulfil): { from: string; to: string } => ({
  from: toSeconds(window.from),
  to: toSeconds(window.to),
});
const toSeconds = (instant: string): string => new Date(instant).toISOString().replace(/\.\d{3}Z$/, 'Z');

function toDropoff({ person: { recipient, notes }, fulfilmentMethod }: OrderToFulfil) {
  const [firstName = '', ...rest] = recipient.name.trim().split(/\s+/);
  const { address } = recipient;
  return {
    // One form of the address and never two, or Nash refuses it. The text: the components want ISO alpha-2 and coordinates.
    dropoffAddress: address === undefined || fulfilmentMethod === 'pickup' ? undefined : toAddressText(address),
    dropoffFirstName: cut(firstName, nameCharsMax),
    dropoffLastName: rest.length === 0 ? null : cut(rest.join(' '), nameCharsMax),
    dropoffPhoneNumber: recipient.phone === undefined ? null : toPhone(recipient.phone),
    dropoffEmail: recipient.email ?? null,
    dropoffInstructions: notes === undefined ? null : cut(notes, textCharsMax),
  };
}

/** "[Number] [Street], [second line], [city], [state], [zip code], [country]" (Nash, "Create Job"). */
function toAddressText({
  number,
  street,
  complement,
  neighborhood,
  city,
  state,
  postalCode,
  country,
}: Address): string {
  const door = number === undefined ? street : `${number} ${street}`;
  const parts = [door, complement, neighborhood, city, state, postalCode, country];
  return parts.filter((part) => part !== undefined && part.trim() !== '').join(', ');
}

/** E.164 where it is written in full with its `+`. Anything else stays as it is: which country it means, only Nash can say. */
export function toPhone(phone: string): string {
  const digits = phone.replace(/[\s().-]/g, '');
  return /^\+[1-9]\d{6,14}$/.test(digits) ? digits : phone;
}

/** One container with the lines in it: `sku` and `substitution` exist on sub-items only. */
function toItems(order: OrderToFulfil) {
  const { content, externalRef } = order;
  return [
    {
      id: externalRef,
      description: cut(`Order ${order.externalId}`, textCharsMax),
      count: 1,
      valueCents: content.totals.itemsMinor,
      subItems: content.lines.map((line) => toSubItem(line, notesOfLine(order.person, line.id))),
    },
  ];
}

function toSubItem(line: Line, notes: string | undefined) {
  const { substitution } = line;
  const metadata = {
    ...(line.aisle === undefined ? {} : { aisle: line.aisle }),
    ...(line.imageUrl === undefined ? {} : { image_url: line.imageUrl }),
    ...(notes === undefined ? {} : { notes: cut(notes, textCharsMax) }),
    // Nash knows refund and substitute. Saying either would be a decision that the customer wants to be asked about.
    ...(substitution?.preference === 'contact' ? { substitution_preference: 'contact_customer' } : {}),
  };
  return {
    id: line.id,
    sku: line.sku,
    description: cut(line.name, textCharsMax),
    count: line.quantity,
    valueCents: line.unitPriceMinor * line.quantity,
    ...weightOfOne(line.requestedWeightGrams, line.quantity),
    ...(line.gtin === undefined ? {} : { barcode: line.gtin }),
    ...(substitution === undefined || substitution.preference === 'contact'
      ? {}
      : { substitution: toSubstitution(substitution) }),
    ...(Object.keys(metadata).length === 0 ? {} : { metadata }),
  };
}

/**
 * Kilograms "of the item", next to a `count` of them: Nash's own example has two packs of 130 g that weigh 0.145 each, and
 * a value of both together. Ours are of all.
 */
const weightOfOne = (grams: number | undefined, quantity: number): { weight?: number } =>
  grams === undefined ? {} : { weight: fromGrams(grams / quantity) };

const toSubstitution = (substitution: NonNullable<Line['substitution']>) => ({
  preference: substitution.preference,
  source: substitution.source,
  substituteItems: substitution.substitutes?.map(({ sku, quantity, weightGrams }) => ({
    sku,
    quantity,
    ...weightOfOne(weightGrams, quantity),
  })),
});

/** The first `max` characters as Nash counts them: a code point is never cut in half. */
const cut = (text: string, max: number): string =>
  text.length <= max ? text : Array.from(text).slice(0, max).join('');
