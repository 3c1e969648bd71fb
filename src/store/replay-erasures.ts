import * as z from 'zod';
import type { RedisClient } from '../platform/redis.ts';
import type { StoreDeps } from './deps.ts';
import { applyErasure, type ErasureLine } from './erasures.ts';
import { globalKeys } from './keys.ts';
import type { Merchant } from './merchants.ts';
import { applyServiceErasure, type ServiceErasureLine } from './service-erasures.ts';
import { parseStored } from './stored-json.ts';

const shared = { at: z.string(), merchantId: z.string() };
const claim = z.object({ bucket: z.string(), field: z.string() });
const LineSchema = z.union([
  z.object({ ...shared, orderId: z.string(), claim }) satisfies z.ZodType<ErasureLine>,
  z.object({ ...shared, serviceId: z.string() }) satisfies z.ZodType<ServiceErasureLine>,
]);
type Line = z.infer<typeof LineSchema>;
const idOf = (line: Line): string => ('orderId' in line ? line.orderId : line.serviceId);

export interface Replay {
  /** Erasures in the log. */
  lines: number;
  /** Of them, those that this Redis had not heard of, and that are done now. */
  applied: number;
  /** Numbers of lines (from 1) that cannot be read: cut short by a crash before they were answered, or damaged. */
  unreadable: number[];
}

const batchSize = 1_000;

/**
 * Does what a log of erasures says and this Redis has not done: it came out of a backup that is older than the log, or a
 * process died between the two. Costs one look-up a thousand lines when nothing is missing.
 */
export async function replayErasures(
  redis: RedisClient,
  stores: readonly StoreDeps[],
  log: readonly string[],
): Promise<Replay> {
  const lines: Line[] = [];
  const unreadable: number[] = [];
  for (const [index, text] of log.entries()) {
    const line = LineSchema.safeParse(parseOrNull(text)).data;
    if (line === undefined) unreadable.push(index + 1);
    else lines.push(line);
  }
  const shardOf = await readShards(redis, new Set(lines.map(({ merchantId }) => merchantId)));
  let applied = 0;
  for (const store of stores) {
    // A merchant that this Redis does not know has nothing in it.
    const own = lines.filter(({ merchantId }) => shardOf.get(merchantId) === store.keys.shard);
    for (let at = 0; at < own.length; at += batchSize) {
      const batch = own.slice(at, at + batchSize);
      const done = await redis.hmget(store.keys.erasures, ...batch.map(idOf));
      for (const [index, line] of batch.entries()) {
        if (done[index] !== null) continue;
        await ('orderId' in line ? applyErasure(store, line) : applyServiceErasure(store, line));
        applied += 1;
      }
    }
  }
  return { lines: lines.length, applied, unreadable };
}

async function readShards(redis: RedisClient, merchantIds: ReadonlySet<string>): Promise<Map<string, number>> {
  if (merchantIds.size === 0) return new Map();
  const docs = await redis.hmget(globalKeys.merchants, ...merchantIds);
  const merchants = docs.flatMap((doc) => (doc === null ? [] : [parseStored<Merchant>(doc)]));
  return new Map(merchants.map(({ id, shard }) => [id, shard]));
}

function parseOrNull(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
