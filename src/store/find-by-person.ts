import type { StoreDeps } from './deps.ts';
import { readOrder, type StoredOrder } from './orders.ts';
import { hashesOf, isReachedBy, openPerson, type PersonQuery } from './persons.ts';

/** The orders of a merchant whose person, or the one of an amendment that waits, has this e-mail address or phone. */
export async function findByPerson(deps: StoreDeps, merchantId: string, query: PersonQuery): Promise<StoredOrder[]> {
  const { redis, keys } = deps;
  const members = await Promise.all(
    hashesOf(deps, merchantId, query).map((hash) =>
      redis.zrangebylex(keys.persons(merchantId), `[${hash}:`, `(${hash};`),
    ),
  );
  const ids = new Set(members.flat().map((member) => member.slice(member.indexOf(':') + 1)));
  const found = await Promise.all([...ids].map((id) => readOrder(deps, id)));
  // An amendment may have put somebody else in this person's place.
  return found.filter((stored) => stored !== null).filter((stored) => isOrderOf(deps, stored, query));
}

const isOrderOf = (deps: StoreDeps, stored: StoredOrder, query: PersonQuery): boolean =>
  (['current', 'pending'] as const).some((which) => {
    const person = openPerson(deps, stored, which);
    return person !== null && isReachedBy(person.recipient, query);
  });
