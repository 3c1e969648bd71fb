import type { Order } from '../domain/order.ts';
import { isTerminal, type OrderStatus } from '../domain/order-status.ts';
import { waitsSinceMs, type StuckRules } from '../domain/stuck-rules.ts';
import type { StoreDeps } from './deps.ts';
import { parseStored } from './stored-json.ts';

/** For an order's next version: since when it has been in its status, found by status and time without reading orders. */
export function inStatusWrites({ keys, clock }: StoreDeps, before: Order, after: Order): string[][] {
  const { id, merchantId, status } = after;
  const isMoved = before.status !== status;
  const entered = (enteredMs: number): string[][] =>
    isTerminal(status)
      ? []
      : [
          [
            'ZADD',
            keys.inStatus(merchantId, status),
            String(waitsSinceMs(status, enteredMs, after.content.window)),
            id,
          ],
        ];
  // Accepting an order writes no such line: its first change does.
  if (!isMoved) return before.version === 1 ? entered(Date.parse(before.createdAt)) : [];
  return [['ZREM', keys.inStatus(merchantId, before.status), id], ...entered(clock.now())];
}

export async function readStuckRules({ redis, keys }: StoreDeps, merchantId: string): Promise<StuckRules> {
  const text = await redis.get(keys.stuckRules(merchantId));
  return text === null ? {} : parseStored<StuckRules>(text);
}

export async function writeStuckRules(
  { redis, keys }: StoreDeps,
  merchantId: string,
  rules: StuckRules,
): Promise<void> {
  await redis.set(keys.stuckRules(merchantId), JSON.stringify(rules));
}

/** Orders that have been in a status since before `cutoffMs`: how many, since when, and those that came to it behind `lastMs`. */
export interface Stuck {
  count: number;
  oldestMs: number | null;
  /** At most `max` of those that are stuck since the last look; `nextMs` is where the next look begins. */
  fresh: readonly string[];
  nextMs: number;
}

export async function findStuck(
  { redis, keys }: StoreDeps,
  { merchantId, status }: { merchantId: string; status: OrderStatus },
  { cutoffMs, lastMs, max }: { cutoffMs: number; lastMs: number; max: number },
): Promise<Stuck> {
  const key = keys.inStatus(merchantId, status);
  const [count, oldest] = await Promise.all([
    redis.zcount(key, '-inf', cutoffMs),
    redis.zrange(key, '0', '0', 'WITHSCORES'),
  ]);
  if (count === 0) return { count, oldestMs: null, fresh: [], nextMs: cutoffMs };
  const found = await redis.zrangebyscore(key, `(${lastMs}`, cutoffMs, 'WITHSCORES', 'LIMIT', 0, max);
  const fresh = found.filter((_, at) => at % 2 === 0);
  const nextMs = fresh.length < max ? cutoffMs : Number(found.at(-1));
  return { count, oldestMs: Number(oldest[1]), fresh, nextMs };
}
