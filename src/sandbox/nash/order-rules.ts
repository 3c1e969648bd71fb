import { NashRefusal } from './nash-refusal.ts';
import type { OrderFields, SubItem } from './order-schema.ts';

type Side = 'pickup' | 'dropoff';

/** The three ways to give an address, of which exactly one may be used. Coordinates are none of them. */
const addressForms = (side: Side) =>
  ({
    text: [`${side}Address`],
    placeId: [`${side}PlaceId`],
    components: (
      ['Number', 'Secondarynumber', 'FormattedStreet', 'City', 'County', 'State', 'Zip', 'Country'] as const
    ).map((part) => `${side}Address${part}` as const),
  }) as const;

const isGiven = (value: unknown): boolean => value !== undefined && value !== null && value !== '';

/** The forms in use at one side of the order. */
const formsGiven = (fields: OrderFields, side: Side): string[] =>
  Object.entries(addressForms(side)).flatMap(([form, keys]) =>
    keys.some((key) => isGiven(fields[key])) ? [form] : [],
  );

/**
 * Refuses what Nash answers with 400: a phone number that is not E.164 (`INVALID_PHONE_NUMBER`), an address given in
 * several forms (`INVALID_ADDRESS`), and windows that end before they start (`INVALID_TIME_CONSTRAINT`).
 */
export function refuseBadFields(fields: OrderFields): void {
  for (const key of ['pickupPhoneNumber', 'dropoffPhoneNumber'] as const) {
    const phone = fields[key];
    if (isGiven(phone) && !/^\+[1-9]\d{6,14}$/.test(phone ?? '')) {
      throw new NashRefusal(400, 'INVALID_PHONE_NUMBER', `${key} is not a valid E.164 phone number`);
    }
  }
  for (const side of ['pickup', 'dropoff'] as const) {
    if (formsGiven(fields, side).length > 1) {
      throw new NashRefusal(400, 'INVALID_ADDRESS', `Give exactly one form of the ${side} address`);
    }
    const [start, end] = [fields[`${side}StartTime`], fields[`${side}EndTime`]];
    if (typeof start === 'string' && typeof end === 'string' && Date.parse(start) > Date.parse(end)) {
      throw new NashRefusal(400, 'INVALID_TIME_CONSTRAINT', `${side}StartTime is after ${side}EndTime`);
    }
  }
}

/** Refuses an order that goes nowhere or comes from nowhere: one form of the dropoff address, and a store or an address to pick up at. */
export function refuseMissingAddress(fields: OrderFields): void {
  if (formsGiven(fields, 'dropoff').length === 0) {
    throw new NashRefusal(400, 'INVALID_ADDRESS', 'The dropoff address is missing');
  }
  const stores = [fields.pickupExternalStoreLocationId, fields.pickupStoreLocationId, fields.pickupStoreLocationIds, fields.pickupZoneIds]; // prettier-ignore
  if (formsGiven(fields, 'pickup').length === 0 && !stores.some(isGiven)) {
    throw new NashRefusal(400, 'INVALID_ADDRESS', 'The pickup address is missing');
  }
}

/** The stored order, or job, with the fields of an update: a new form of an address replaces the old one. */
export function withChanges<Fields extends OrderFields>(stored: Fields, changes: Fields): Fields {
  const kept = { ...stored };
  for (const side of ['pickup', 'dropoff'] as const) {
    if (formsGiven(changes, side).length === 0) continue;
    for (const key of Object.values(addressForms(side)).flat()) delete kept[key];
  }
  return { ...kept, ...changes };
}

type Items = NonNullable<OrderFields['items']>;

/** The items of an update as Nash keeps them: they replace the stored ones as a whole, but each `substitution` stays what it was by item id. */
export function withStoredSubstitutions(stored: OrderFields, items: Items): Items {
  const known = new Map<string, SubItem['substitution']>();
  const collect = (of: readonly SubItem[]): void => {
    for (const item of of) {
      if (typeof item.id === 'string') known.set(item.id, item.substitution);
      collect(item.subItems ?? []);
    }
  };
  collect(stored.items ?? []);
  const restore = (item: SubItem): SubItem => ({
    ...item,
    substitution: known.get(item.id ?? ''),
    subItems: item.subItems?.map(restore),
  });
  return items.map((item) => ({ ...item, subItems: item.subItems?.map(restore) }));
}

/**
 * What makes an order `needs_attention` though the call is a 200: the words of Nash's own example. An address that
 * contains "nowhere" cannot be found in this simulation.
 */
export function findProblems(
  fields: OrderFields,
  { duplicates, nowMs }: { duplicates: readonly string[]; nowMs: number | undefined },
): Record<string, string> {
  const problems: Record<string, string> = {};
  if (duplicates.length > 0) {
    problems['externalId'] = `'${fields.externalId ?? ''}' is used in other order(s): ${duplicates.join(', ')}`;
  }
  if (/nowhere/i.test(fields.dropoffAddress ?? '')) problems['dropoffAddress'] = 'Address not found';
  for (const key of ['pickupStartTime', 'pickupEndTime', 'dropoffStartTime', 'dropoffEndTime'] as const) {
    const time = fields[key];
    if (nowMs !== undefined && typeof time === 'string' && Date.parse(time) < nowMs)
      problems[key] = 'Time is in the past';
  }
  return problems;
}
