import { mountedAt } from '../../src/ops/page-host.ts';
import { pages } from '../../src/ops/pages.ts';
import { startSession } from '../../src/store/sessions.ts';
import { createUser, type Role } from '../../src/store/users.ts';
import { dataOf, type Acts, type World } from './acts.ts';

export interface Visited {
  place: string;
  status: number;
  text: string;
}

/** Every page of the console, as somebody of this role is shown it: about each order, delivery and issue, and one of all else. */
export async function visitPages(
  { packline }: World,
  { owner }: Acts,
  role: Role,
  ids: Readonly<Record<string, string>>,
): Promise<Visited[]> {
  const { base, baseUrl, merchantId } = packline;
  const logIn = async (n: number): Promise<string> => {
    const user = await createUser(base, { name: `canary-${role}-${n}`, role, password: null });
    if (user === null) throw new Error('the name is taken');
    return `packline=${await startSession(base, user)}`;
  };
  const listed = async (list: string): Promise<string[]> => {
    const all = dataOf(await owner(`GET /v1/${list}`, { query: '?limit=40' }));
    return all.map(({ id }) => id);
  };
  const many: Readonly<Record<string, readonly string[]>> = {
    orderId: await listed('orders'),
    deliveryId: await listed('deliveries'),
    shipmentId: await listed('shipments'),
  };
  const visited: Visited[] = [];
  let cookie = '';
  for (const page of pages) {
    const place = mountedAt(page);
    const name = Object.keys(many).find((one) => place.includes(`:${one}`)) ?? '';
    for (const id of many[name] ?? ['']) {
      const own = { ...ids, ...(id !== '' && { [name]: id }), merchantId, ownerId: merchantId };
      const path = place.replaceAll(/:(\w+)/g, (_, param: string) =>
        encodeURIComponent(Reflect.get(own, param) ?? 'x'),
      );
      // Each may open so many pages in a minute.
      if (visited.length % 50 === 0) cookie = await logIn(visited.length);
      const response = await fetch(`${baseUrl}${path}`, { headers: { cookie }, redirect: 'manual' });
      visited.push({ place, status: response.status, text: await response.text() });
    }
  }
  return visited;
}
