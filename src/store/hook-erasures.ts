import { commit } from './commit.ts';
import { listConnections } from './connections.ts';
import type { StoreDeps } from './deps.ts';
import { erasedHookWrites, readMessage } from './inbox.ts';
import type { StoredOrder } from './orders.ts';
import { isNamedIn, openPerson, type PersonQuery } from './persons.ts';

/** Who is to be forgotten: orders, before they are erased, and how else somebody was named. */
export interface Forgotten {
  orders: readonly StoredOrder[];
  query: PersonQuery | null;
}

/**
 * The hooks of a merchant that wait and name these people by e-mail address or phone, or one of their orders at a system that
 * never had it. Nothing says whose they are: each is opened (some 30 µs). Who stands there by name alone is not found.
 */
export async function findWaitingHooks(deps: StoreDeps, merchantId: string, who: Forgotten): Promise<string[]> {
  const { redis, keys } = deps;
  const queries = queriesOf(deps, who);
  const found = new Set(await listUnmatched(deps, merchantId, who.orders));
  if (queries.length === 0) return [...found];
  for (const inboxId of await redis.zrange(keys.waitingHooks(merchantId), '0', '-1')) {
    const text = await readText(deps, inboxId);
    if (text !== null && queries.some((query) => isNamedIn(text, query))) found.add(inboxId);
  }
  return [...found];
}

/** Takes their bytes. What they would have told is forgotten with them, and no issue comes of it. */
export async function eraseHooks(deps: StoreDeps, merchantId: string, inboxIds: readonly string[]): Promise<void> {
  if (inboxIds.length > 0) await commit(deps, { writes: erasedHookWrites(deps, merchantId, inboxIds) });
}

function queriesOf(deps: StoreDeps, { orders, query }: Forgotten): PersonQuery[] {
  const recipients = orders.flatMap((stored) =>
    (['current', 'pending'] as const).flatMap((which) => openPerson(deps, stored, which)?.recipient ?? []),
  );
  return [
    ...(query === null ? [] : [query]),
    ...recipients.flatMap(({ email, phone }) => [{ email: email ?? '' }, { phone: phone ?? '' }]),
  ];
}

async function listUnmatched(deps: StoreDeps, merchantId: string, orders: readonly StoredOrder[]): Promise<string[]> {
  const connections = orders.length === 0 ? [] : await listConnections(deps, merchantId);
  const references = orders.flatMap(({ order: { externalId, fulfilment } }) => [externalId, fulfilment?.externalRef ?? externalId]); // prettier-ignore
  const lists = connections.flatMap(({ id }) => [...new Set(references)].map((reference) => deps.keys.unmatched(id, reference))); // prettier-ignore
  return (await Promise.all(lists.map((list) => deps.redis.lrange(list, 0, -1)))).flat();
}

/** What the bytes say, without the escapes of JSON; null where they are past or erased. */
async function readText(deps: StoreDeps, inboxId: string): Promise<string | null> {
  if ((await deps.redis.hexists(deps.keys.inbox(inboxId), 'sealed')) === 0) return null;
  const message = await readMessage(deps, inboxId);
  if (message === null) return null;
  const text = Buffer.from(message.body).toString();
  try {
    return JSON.stringify(JSON.parse(text));
  } catch {
    return text;
  }
}
