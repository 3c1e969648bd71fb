import { repairKinds, type Repair, type RepairKind } from '../domain/reconciliation.ts';
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
  /** `incomplete`: looks that could not be made, or had not come back after a day; their issues say why. */
  status: 'running' | 'done' | 'incomplete';
  /** Orders that were open when it began, or had ended with something left to tell. */
  orders: number;
  /** Looks: at orders, at the OMS and at the fulfilment system together, and at hooks. Of these: */
  reads: number;
  agreed: number;
  repaired: number;
  failed: number;
  /** Of `agreed`: seen in a partner's list, which is a request for a hundred of them. */
  listed: number;
  /** How often each kind was found. */
  found: Readonly<Partial<Record<RepairKind, number>>>;
  /** What it has used of each partner's limits. */
  requests: readonly { connectionId: string; system: string; requests: number }[];
  /** Connections whose lists could not be read, and why: orders that never came are not looked for there. */
  unlisted: readonly { connectionId: string; code: string }[];
  /** What was repaired, the first 1,000. */
  repairs: readonly RepairLine[];
}

export interface RepairLine extends Repair {
  at: string;
  /** Null for what is about no order: a hook. */
  orderId: string | null;
  system: string;
}

const repairsKeptMax = 1_000;
/** Of a merchant; older ones are forgotten. */
const keptMax = 100;
const givesUpAfterMs = 24 * 3_600_000;
/** What has ended since is looked at, too: its last hooks may be the ones that were lost. */
const finishedWithinMs = 48 * 3_600_000;
const todoOf = (deps: StoreDeps, id: string): string => `${deps.keys.reconciliation(id)}:todo`;
const listedOf = (deps: StoreDeps, id: string): string => `${deps.keys.reconciliation(id)}:listed`;
const repairsOf = (deps: StoreDeps, id: string): string => `${deps.keys.reconciliation(id)}:repairs`;

/** The orders that are open now or ended lately, as they stand in one moment: the lists move while they are worked off. */
const copyScript = defineScript(`
redis.call('ZRANGESTORE', KEYS[4], KEYS[3], ARGV[2], '+inf', 'BYSCORE')
redis.call('ZUNIONSTORE', KEYS[4], 2, KEYS[2], KEYS[4])
redis.call('EXPIRE', KEYS[4], ARGV[1])
return redis.call('ZCARD', KEYS[4])`);

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
  const copied = [keys.tag, keys.open, keys.finished, todoOf(deps, id)];
  await runScript(redis, copyScript, copied, [givesUpAfterMs / 1_000, now - finishedWithinMs]);
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

/** How many orders there are to be looked at, other merchants' of the same shard among them. */
export const countTodo = (deps: StoreDeps, id: string): Promise<number> => deps.redis.zcard(todoOf(deps, id));

/** A part of the orders that were open when it began. */
export const readOpenOrders = (deps: StoreDeps, id: string, offset: number, count: number): Promise<string[]> =>
  deps.redis.zrange(todoOf(deps, id), String(offset), String(offset + count - 1));

/** These orders are at their fulfilment system as they are here: its list shows it. */
export const listedWrites = (deps: StoreDeps, id: string, orderIds: readonly string[]): string[][] =>
  orderIds.length === 0
    ? []
    : [
        ['SADD', listedOf(deps, id), ...orderIds],
        ['EXPIRE', listedOf(deps, id), String(givesUpAfterMs / 1_000)],
      ];

export async function readListed(deps: StoreDeps, id: string, orderIds: readonly string[]): Promise<Set<string>> {
  if (orderIds.length === 0) return new Set();
  const isListed = await deps.redis.smismember(listedOf(deps, id), ...orderIds);
  return new Set(orderIds.filter((_, n) => isListed[n] === 1));
}

/** Its list could not be read. */
export const unlistedWrites = (deps: StoreDeps, id: string, connectionId: string, code: string): string[][] => [
  ['HSET', deps.keys.reconciliation(id), `unlisted:${connectionId}`, code],
];

/** Requests that were made for it, whatever became of them: counted at once, not with the commit of what they found. */
export async function countRequests(
  deps: StoreDeps,
  id: string,
  { system, connectionId }: { system: string; connectionId: string },
  requests: number,
): Promise<void> {
  if (requests === 0) return;
  await deps.redis.hincrby(deps.keys.reconciliation(id), `requests:${system}:${connectionId}`, requests);
}

/** What a batch adds to the report. `isLast`: all orders have been asked for. */
export const askedWrites = (
  deps: StoreDeps,
  id: string,
  {
    orders = 0,
    reads,
    listed = 0,
    isLast = false,
  }: { orders?: number; reads: number; listed?: number; isLast?: boolean },
): string[][] => [
  ['HINCRBY', deps.keys.reconciliation(id), 'orders', String(orders)],
  ['HINCRBY', deps.keys.reconciliation(id), 'reads', String(reads + listed)],
  ['HINCRBY', deps.keys.reconciliation(id), 'agreed', String(listed)],
  ['HINCRBY', deps.keys.reconciliation(id), 'listed', String(listed)],
  ...(isLast
    ? [
        ['HSET', deps.keys.reconciliation(id), 'asked', '1'],
        ['DEL', todoOf(deps, id), listedOf(deps, id)],
      ]
    : []),
];

/** What one look adds to the report it was made for; nothing where it was made for none. */
export function lookWrites(
  deps: StoreDeps,
  id: string | undefined,
  { repairs, orderId, system }: { repairs: readonly Repair[]; orderId: string | null; system: string },
): string[][] {
  if (id === undefined) return [];
  const key = deps.keys.reconciliation(id);
  if (repairs.length === 0) return [['HINCRBY', key, 'agreed', '1']];
  const at = toInstant(deps.clock.now());
  const lines = repairs.map((repair): RepairLine => ({ at, orderId, system, ...repair }));
  return [
    ['HINCRBY', key, 'repaired', '1'],
    ...repairs.map(({ what }) => ['HINCRBY', key, `found:${what}`, '1']),
    ['RPUSH', repairsOf(deps, id), ...lines.map((line) => JSON.stringify(line))],
    ['LTRIM', repairsOf(deps, id), '0', String(repairsKeptMax - 1)],
    ['EXPIRE', repairsOf(deps, id), String(deps.retention.eventSeconds)],
  ];
}

/** A look that could not be made; the issue of its work says why. `isAll`: neither could those that would have followed. */
export const failedWrites = (deps: StoreDeps, id: string, isAll: boolean): string[][] => [
  ['HINCRBY', deps.keys.reconciliation(id), 'failed', '1'],
  ...(isAll ? askedWrites(deps, id, { reads: 1, isLast: true }) : []),
];

export async function readReconciliation(deps: StoreDeps, id: string): Promise<Reconciliation | null> {
  const fields = await deps.redis.hgetall(deps.keys.reconciliation(id));
  const { merchantId, startedAt, cause } = fields;
  if (merchantId === undefined || startedAt === undefined) return null;
  const count = (name: string): number => Number(fields[name] ?? 0);
  const [reads, agreed, repaired, failed] = [count('reads'), count('agreed'), count('repaired'), count('failed')];
  const lines = await deps.redis.lrange(repairsOf(deps, id), 0, -1);
  const isOver = fields['asked'] === '1' && agreed + repaired + failed >= reads;
  const isOld = deps.clock.now() - Date.parse(startedAt) > givesUpAfterMs;
  return {
    id,
    merchantId,
    cause: cause === 'request' ? 'request' : 'schedule',
    startedAt,
    status: isOver && failed === 0 ? 'done' : isOver || isOld ? 'incomplete' : 'running',
    orders: count('orders'),
    reads,
    agreed,
    repaired,
    failed,
    listed: count('listed'),
    found: Object.fromEntries(
      repairKinds.filter((kind) => count(`found:${kind}`) > 0).map((kind) => [kind, count(`found:${kind}`)]),
    ),
    requests: under(fields, 'requests:').map(([name, requests]) => {
      const [system = '', connectionId = ''] = name.split(':');
      return { connectionId, system, requests: Number(requests) };
    }),
    unlisted: under(fields, 'unlisted:').map(([connectionId, code]) => ({ connectionId, code })),
    repairs: lines.map((line) => parseStored<RepairLine>(line)),
  };
}

const under = (fields: Readonly<Record<string, string>>, prefix: string): [string, string][] =>
  Object.entries(fields).flatMap(([name, value]) =>
    name.startsWith(prefix) ? [[name.slice(prefix.length), value]] : [],
  );

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
