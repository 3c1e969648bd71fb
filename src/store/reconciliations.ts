import type { Order } from '../domain/order.ts';
import { findRepairs, type Repair } from '../domain/reconciliation.ts';
import { toInstant } from '../platform/clock.ts';
import { commit, type NewEntry } from './commit.ts';
import { newId, type StoreDeps } from './deps.ts';
import { defineScript, runScript } from './script.ts';
import { parseStored } from './stored-json.ts';

/** One comparison of a merchant's open orders with its partners. */
export interface Reconciliation {
  id: string;
  merchantId: string;
  cause: 'schedule' | 'request';
  startedAt: string;
  /** `incomplete`: after a day some reads have not come back; their issues say why. */
  status: 'running' | 'done' | 'incomplete';
  /** Orders that were open when it began. */
  orders: number;
  /** Reads asked for, at the OMS and at the fulfilment system together, and of these: */
  reads: number;
  agreed: number;
  repaired: number;
  /** What was repaired, the first 1,000. */
  repairs: readonly RepairLine[];
}

export interface RepairLine extends Repair {
  at: string;
  orderId: string;
  system: string;
}

const repairsKeptMax = 1_000;
/** Of a merchant; older ones are forgotten. */
const keptMax = 100;
const givesUpAfterMs = 24 * 3_600_000;
const todoOf = (deps: StoreDeps, id: string): string => `${deps.keys.reconciliation(id)}:todo`;
const repairsOf = (deps: StoreDeps, id: string): string => `${deps.keys.reconciliation(id)}:repairs`;

/** The orders that are open now, as they stand in one moment: the list itself moves while it is worked off. */
const copyScript = defineScript(`
redis.call('ZRANGESTORE', KEYS[3], KEYS[2], 0, -1)
redis.call('EXPIRE', KEYS[3], ARGV[1])
return redis.call('ZCARD', KEYS[3])`);

/**
 * Begins one, with the work that it makes. `guard`: only if the merchant was last reconciled at this moment (null: never);
 * answers null where somebody else began meanwhile.
 */
export async function beginReconciliation(
  deps: StoreDeps,
  request: {
    merchantId: string;
    cause: Reconciliation['cause'];
    guard?: { last: string | null };
    work: (reconciliationId: string) => NewEntry;
  },
): Promise<string | null> {
  const { redis, keys, clock, retention } = deps;
  const { merchantId, cause } = request;
  const id = newId('reconciliation', clock);
  const now = clock.now();
  await runScript(redis, copyScript, [keys.tag, keys.open, todoOf(deps, id)], [givesUpAfterMs / 1_000]);
  const key = keys.reconciliation(id);
  const outcome = await commit(deps, {
    ...(request.guard && { guards: [{ key: keys.reconciled, field: merchantId, expected: request.guard.last }] }),
    writes: [
      ['HSET', key, 'merchantId', merchantId, 'cause', cause, 'startedAt', toInstant(now)],
      ['EXPIRE', key, String(retention.eventSeconds)],
      ['HSET', keys.reconciled, merchantId, String(now)],
      ['ZADD', keys.reconciliations(merchantId), '0', id],
      ['ZREMRANGEBYRANK', keys.reconciliations(merchantId), '0', String(-keptMax - 1)],
    ],
    entries: [request.work(id)],
  });
  if (outcome === 'committed') return id;
  await redis.del(todoOf(deps, id));
  return null;
}

/** A part of the orders that were open when it began. */
export const readOpenOrders = (deps: StoreDeps, id: string, offset: number, count: number): Promise<string[]> =>
  deps.redis.zrange(todoOf(deps, id), String(offset), String(offset + count - 1));

/** What a batch adds to the report. `isLast`: all orders have been asked for. */
export const askedWrites = (
  deps: StoreDeps,
  id: string,
  { orders, reads, isLast }: { orders: number; reads: number; isLast: boolean },
): string[][] => [
  ['HINCRBY', deps.keys.reconciliation(id), 'orders', String(orders)],
  ['HINCRBY', deps.keys.reconciliation(id), 'reads', String(reads)],
  ...(isLast
    ? [
        ['HSET', deps.keys.reconciliation(id), 'asked', '1'],
        ['DEL', todoOf(deps, id)],
      ]
    : []),
];

/** What one read adds to the report it was made for; nothing where it was made for none. */
export function readWrites(
  deps: StoreDeps,
  id: string | undefined,
  found?: { before: Order; after: Order; system: string },
): string[][] {
  if (id === undefined) return [];
  const key = deps.keys.reconciliation(id);
  const repairs = found === undefined ? [] : findRepairs(found.before, found.after);
  if (found === undefined || repairs.length === 0) return [['HINCRBY', key, 'agreed', '1']];
  const at = toInstant(deps.clock.now());
  const lines = repairs.map((repair): RepairLine => ({ at, orderId: found.after.id, system: found.system, ...repair }));
  return [
    ['HINCRBY', key, 'repaired', '1'],
    ['RPUSH', repairsOf(deps, id), ...lines.map((line) => JSON.stringify(line))],
    ['LTRIM', repairsOf(deps, id), '0', String(repairsKeptMax - 1)],
    ['EXPIRE', repairsOf(deps, id), String(deps.retention.eventSeconds)],
  ];
}

export async function readReconciliation(deps: StoreDeps, id: string): Promise<Reconciliation | null> {
  const fields = await deps.redis.hgetall(deps.keys.reconciliation(id));
  const { merchantId, startedAt, cause } = fields;
  if (merchantId === undefined || startedAt === undefined) return null;
  const [orders = 0, reads = 0, agreed = 0, repaired = 0] = ['orders', 'reads', 'agreed', 'repaired'].map((name) =>
    Number(fields[name] ?? 0),
  );
  const lines = await deps.redis.lrange(repairsOf(deps, id), 0, -1);
  const isDone = fields['asked'] === '1' && agreed + repaired >= reads;
  const isOld = deps.clock.now() - Date.parse(startedAt) > givesUpAfterMs;
  return {
    id,
    merchantId,
    cause: cause === 'request' ? 'request' : 'schedule',
    startedAt,
    status: isDone ? 'done' : isOld ? 'incomplete' : 'running',
    orders,
    reads,
    agreed,
    repaired,
    repairs: lines.map((line) => parseStored<RepairLine>(line)),
  };
}

/** Newest first. `cursor` is the last id of the page before. */
export async function listReconciliations(
  deps: StoreDeps,
  merchantId: string,
  { cursor, limit }: { cursor?: string | undefined; limit: number },
): Promise<{ data: Reconciliation[]; nextCursor: string | null }> {
  const max = cursor === undefined ? '+' : `(${cursor}`;
  const key = deps.keys.reconciliations(merchantId);
  const ids = await deps.redis.zrange(key, max, '-', 'BYLEX', 'REV', 'LIMIT', 0, limit);
  const found = await Promise.all(ids.map((id) => readReconciliation(deps, id)));
  const data = found.filter((one) => one !== null);
  return { data, nextCursor: ids.length < limit ? null : (ids.at(-1) ?? null) };
}
