import type { OrderPerson } from '../domain/order.ts';
import type { DataKey } from '../platform/secrets.ts';
import type { StoreDeps } from './deps.ts';
import type { StoredOrder } from './orders.ts';
import { parseStored } from './stored-json.ts';

/** What a person is found by when he asks to be erased. */
export type PersonQuery = { email: string } | { phone: string };

/** A person as it is stored: sealed under the order's own key, with the keyed hashes that it is found by. */
export interface SealedPerson {
  sealed: string;
  foundBy: readonly string[];
}

const orderContext = (orderId: string): string => `order:${orderId}`;

/** A fresh data key for an order, and the person sealed under it. */
export function sealPerson(
  deps: StoreDeps,
  order: { id: string; merchantId: string },
  person: OrderPerson,
): SealedPerson & { key: string } {
  const context = orderContext(order.id);
  const { wrapped, key } = deps.keyring.newDataKey(context);
  return {
    key: wrapped,
    sealed: key.seal(JSON.stringify(person), context),
    foundBy: foundByOf(deps, order.merchantId, person),
  };
}

/** Another version of the person, under the order's existing key. */
export function resealPerson(deps: StoreDeps, { order, key }: StoredOrder, person: OrderPerson): SealedPerson {
  const context = orderContext(order.id);
  const sealed = deps.keyring.unwrapDataKey(key, context).seal(JSON.stringify(person), context);
  return { sealed, foundBy: foundByOf(deps, order.merchantId, person) };
}

/** The person of an order; null once erased. `pending` reads the amendment that waits, if one does. */
export function openPerson(deps: StoreDeps, stored: StoredOrder, which: 'current' | 'pending'): OrderPerson | null {
  const sealed = which === 'pending' ? (stored.pendingPerson ?? stored.person) : stored.person;
  if (isErased(stored) || sealed === '') return null;
  const context = orderContext(stored.order.id);
  return parseStored<OrderPerson>(deps.keyring.unwrapDataKey(stored.key, context).openText(sealed, context));
}

/**
 * The person of an amendment that was taken, sealed when it was asked for; what was told of the parcel meanwhile stands. Null
 * for one that was erased.
 */
export function amendedPerson(deps: StoreDeps, stored: StoredOrder, sealed: string): SealedPerson | null {
  const amended = openPerson(deps, { ...stored, pendingPerson: sealed }, 'pending');
  if (amended === null) return null;
  const { trackingEvents } = openPerson(deps, stored, 'current') ?? {};
  return resealPerson(deps, stored, { ...amended, trackingEvents });
}

/** The order's own data key; null once its person was erased. */
export const orderKey = ({ keyring }: StoreDeps, { order, key }: StoredOrder): DataKey | null =>
  key === '' ? null : keyring.unwrapDataKey(key, orderContext(order.id));

/** What seals whatever shows an order's person; null once that is erased, and with it what was sealed. */
export async function findOrderKey(deps: StoreDeps, orderId: string): Promise<DataKey | null> {
  return openOrderKey(deps, orderId, await deps.redis.hget(deps.keys.order(orderId), 'key'));
}
export const openOrderKey = ({ keyring }: StoreDeps, orderId: string, wrapped: string | null): DataKey | null =>
  wrapped === null ? null : keyring.unwrapDataKey(wrapped, orderContext(orderId));

/** Without its key nothing that was sealed for the order can be opened again. */
export const isErased = ({ key }: Pick<StoredOrder, 'key'>): boolean => key === '';

/** The field of an order's hash that says: it stands in the index under this keyed hash. */
export const foundByField = (hash: string): string => `by:${hash}`;
export const personMember = (hash: string, orderId: string): string => `${hash}:${orderId}`;

/** The writes by which an order is found through a person; what it was found by before stays until its end. */
export const foundByWrites = (
  { keys }: StoreDeps,
  { id, merchantId }: { id: string; merchantId: string },
  { foundBy }: SealedPerson,
): string[][] =>
  foundBy.flatMap((hash) => [
    ['HSET', keys.order(id), foundByField(hash), ''],
    ['ZADD', keys.persons(merchantId), '0', personMember(hash, id)],
  ]);

/** Everything that this order was ever found by. */
export async function readFoundBy({ redis, keys }: StoreDeps, orderId: string): Promise<string[]> {
  const fields = await redis.hkeys(keys.order(orderId));
  const prefix = foundByField('');
  return fields.flatMap((field) => (field.startsWith(prefix) ? [field.slice(prefix.length)] : []));
}

/** Under which hashes an order of this person may stand: one for each master key while a rotation overlaps. */
export const hashesOf = ({ keyring }: StoreDeps, merchantId: string, query: PersonQuery): string[] => {
  const text = queryText(query);
  return text === undefined ? [] : keyring.keyedHashes(text, contextOf(merchantId)).map(shorten);
};

/** How somebody is reached, where it is known. */
interface Reach {
  email?: string | null | undefined;
  phone?: string | null | undefined;
}

/** Whether this is who was asked for. */
export const isReachedBy = (reach: Reach, query: PersonQuery): boolean => {
  const text = queryText(query);
  return text !== undefined && textsOf(reach).includes(text);
};

/** Whether a text of whatever form names who is asked for: an address in any case, a number however its digits are grouped. */
export function isNamedIn(text: string, query: PersonQuery): boolean {
  const wanted = queryText(query);
  if (wanted === undefined) return false;
  const value = wanted.slice(wanted.indexOf(':') + 1);
  if ('email' in query) return text.toLowerCase().includes(value);
  return new RegExp(`(?<!\\d)(?:00)?${Array.from(value).join(String.raw`[\s().-]*`)}(?!\\d)`).test(text);
}

const contextOf = (merchantId: string): string => `person ${merchantId}`;
/** 132 bits: enough that no two people meet. */
const shorten = (hash: string): string => hash.slice(0, 22);

const foundByOf = ({ keyring }: StoreDeps, merchantId: string, person: OrderPerson): string[] =>
  textsOf(person.recipient).map((text) => shorten(keyring.keyedHash(text, contextOf(merchantId))));

function textsOf({ email, phone }: Reach): string[] {
  return [queryText({ email: email ?? '' }), queryText({ phone: phone ?? '' })].filter((text) => text !== undefined);
}

/**
 * Two spellings of one address or number are one: e-mail in lower case without blanks around it, of a phone its digits
 * (`00` before a country code is `+`). A number without its country code is another number: nobody here knows the country.
 */
function queryText(query: PersonQuery): string | undefined {
  if ('email' in query) {
    const email = query.email.trim().toLowerCase();
    return email === '' ? undefined : `email:${email}`;
  }
  const digits = query.phone.replaceAll(/\D/g, '').replace(/^00/, '');
  return digits === '' ? undefined : `phone:${digits}`;
}
