import type { Service } from '../domain/service.ts';
import type { StoreDeps } from './deps.ts';
import { readService } from './services.ts';

/** For one request; the cursor goes on from there. */
const walkedMax = 2_000;
const walkedAtOnce = 100;

/** Newest first. The cursor is the last id of the page before, or of those that were looked through for it. */
export async function listServices(
  store: StoreDeps,
  merchantId: string,
  { cursor: after, limit, keep }: { cursor?: string | undefined; limit: number; keep: (service: Service) => boolean },
): Promise<{ services: Service[]; nextCursor: string | null }> {
  const { redis, keys } = store;
  const services: Service[] = [];
  let cursor = after;
  for (let walked = 0; walked < walkedMax && services.length < limit;) {
    const max = cursor === undefined ? '+' : `(${cursor}`;
    const ids = await redis.zrange(keys.services(merchantId), max, '-', 'BYLEX', 'REV', 'LIMIT', 0, walkedAtOnce);
    const found = await Promise.all(ids.map((id) => readService(store, id)));
    for (const [at, stored] of found.entries()) {
      cursor = ids[at];
      walked += 1;
      if (stored !== null && keep(stored.service)) services.push(stored.service);
      if (services.length === limit) break;
    }
    if (ids.length < walkedAtOnce && (ids.length === 0 || cursor === ids.at(-1))) return { services, nextCursor: null };
  }
  return { services, nextCursor: cursor ?? null };
}
