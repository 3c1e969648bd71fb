import type { RunKind } from '../domain/bulk-run.ts';
import type { StockReconciliationMode } from '../domain/stock-reconciliation.ts';
import { toInstant } from '../platform/clock.ts';
import { commit, type NewEntry } from './commit.ts';
import { newId, type StoreDeps } from './deps.ts';
import { parseStored } from './stored-json.ts';

/** What one comparison of a partner's list with what it accepted last has found. */
export interface StockReconciliation {
  id: string;
  merchantId: string;
  connectionId: string;
  kind: RunKind;
  mode: StockReconciliationMode;
  cause: 'schedule' | 'request';
  status: 'running' | 'done' | 'failed';
  startedAt: string;
  endedAt: string | null;
  failure: { code: string; detail: string } | null;
  /** Rows by the partner's count, and of these looked at. */
  total: number;
  listed: number;
  /** Of those looked at: rows that it accepted from here. Of these: as it accepted them, or not. */
  compared: number;
  same: number;
  different: number;
  /** Not as accepted, while an upload was under way: nobody can tell. */
  underWay: number;
  /** Never sent from here, or forgotten. */
  foreign: number;
  /** Accepted, and not in the list; null where not all of it was looked at, or it moved meanwhile. */
  missing: number | null;
  /** They are sent when they come next. */
  forgotten: number;
  requests: number;
  /** The names of rows that differ, the first 20. */
  examples: readonly Readonly<Record<string, string>>[];
}

/** Of a connection; older ones are forgotten. */
const keptMax = 100;
export const examplesMax = 20;

export interface StockRef {
  merchantId: string;
  connectionId: string;
  kind: RunKind;
}

/**
 * Begins one, with the work that it makes. `guard`: only if this kind was last begun at this moment (null: never); answers
 * null where somebody else began meanwhile.
 */
export async function beginStockReconciliation(
  deps: StoreDeps,
  { merchantId, connectionId, kind }: StockRef,
  request: {
    mode: StockReconciliationMode;
    cause: StockReconciliation['cause'];
    guard: string | null;
    work: (id: string) => NewEntry;
  },
): Promise<string | null> {
  const { keys, clock, retention } = deps;
  const { mode, cause, guard } = request;
  const id = newId('stockReconciliation', clock);
  const key = keys.stockReconciliation(id);
  const startedAt = toInstant(clock.now());
  const facts = { merchantId, connectionId, kind, mode, cause, startedAt, status: 'running', page: '0' };
  const outcome = await commit(deps, {
    guards: [{ key: keys.stockReconciled, field: lastField(connectionId, kind), expected: guard }],
    writes: [
      ['HSET', key, ...Object.entries(facts).flat()],
      ['EXPIRE', key, retention.eventSeconds],
      ['HSET', keys.stockReconciled, lastField(connectionId, kind), String(clock.now())],
      ['ZADD', keys.stockReconciliations(connectionId), '0', id],
      ['ZREMRANGEBYRANK', keys.stockReconciliations(connectionId), '0', String(-keptMax - 1)],
    ],
    entries: [request.work(id)],
  });
  return outcome === 'committed' ? id : null;
}

const lastField = (connectionId: string, kind: RunKind): string => `${connectionId}:${kind}`;

/** When this kind was last begun (ms), as `guard` has it. */
export const readLastStart = (
  { redis, keys }: StoreDeps,
  { connectionId, kind }: Pick<StockRef, 'connectionId' | 'kind'>,
): Promise<string | null> => redis.hget(keys.stockReconciled, lastField(connectionId, kind));

/** A connection begins with nothing to compare: its first turn comes after a whole interval. */
export async function startCounting(
  { redis, keys, clock }: StoreDeps,
  { connectionId, kind }: Pick<StockRef, 'connectionId' | 'kind'>,
): Promise<void> {
  await redis.hsetnx(keys.stockReconciled, lastField(connectionId, kind), String(clock.now()));
}

export async function readStockReconciliation(deps: StoreDeps, id: string): Promise<StockReconciliation | null> {
  const key = deps.keys.stockReconciliation(id);
  const [stored, examples] = await Promise.all([
    deps.redis.hgetall(key),
    deps.redis.lrange(`${key}:examples`, '0', '-1'),
  ]);
  const fields = new Map(Object.entries(stored));
  if (!fields.has('merchantId')) return null;
  const text = (name: string): string => fields.get(name) ?? '';
  const count = (name: string): number => Number(fields.get(name) ?? 0);
  const [same, different, underWay] = [count('same'), count('different'), count('underWay')];
  const failure = fields.get('failure');
  const status = text('status');
  return {
    id,
    merchantId: text('merchantId'),
    connectionId: text('connectionId'),
    kind: text('kind') === 'products' ? 'products' : 'inventory',
    mode: text('mode') === 'full' ? 'full' : 'sample',
    cause: text('cause') === 'request' ? 'request' : 'schedule',
    status: status === 'done' || status === 'failed' ? status : 'running',
    startedAt: text('startedAt'),
    endedAt: fields.get('endedAt') ?? null,
    failure: failure === undefined ? null : parseStored<NonNullable<StockReconciliation['failure']>>(failure),
    total: count('total'),
    listed: count('listed'),
    compared: same + different + underWay,
    same,
    different,
    underWay,
    foreign: count('foreign'),
    missing: fields.has('searched') && !fields.has('moved') ? count('missing') : null,
    forgotten: count('forgotten'),
    requests: count('requests'),
    examples: examples.map((one) => parseStored<Record<string, string>>(one)),
  };
}

/** Newest first. `cursor` is the last id of the page before. */
export async function listStockReconciliations(
  deps: StoreDeps,
  connectionId: string,
  { cursor, limit }: { cursor?: string | undefined; limit: number },
): Promise<{ data: StockReconciliation[]; nextCursor: string | null }> {
  const max = cursor === undefined ? '+' : `(${cursor}`;
  const key = deps.keys.stockReconciliations(connectionId);
  const ids = await deps.redis.zrange(key, max, '-', 'BYLEX', 'REV', 'LIMIT', 0, limit);
  const found = await Promise.all(ids.map((id) => readStockReconciliation(deps, id)));
  return { data: found.filter((one) => one !== null), nextCursor: ids.length < limit ? null : (ids.at(-1) ?? null) };
}

/** The one of this kind that is under way. */
export async function findRunning(
  deps: StoreDeps,
  { connectionId, kind }: Pick<StockRef, 'connectionId' | 'kind'>,
): Promise<StockReconciliation | undefined> {
  const { data } = await listStockReconciliations(deps, connectionId, { limit: 10 });
  return data.find((one) => one.kind === kind && one.status === 'running');
}

/** The part of a commit with which it is over, or stands still until its work is tried again. */
export function endedStockWrites(
  { keys, clock }: StoreDeps,
  id: string,
  failure?: { code: string; detail: string },
): string[][] {
  const key = keys.stockReconciliation(id);
  const endedAt = toInstant(clock.now());
  if (failure !== undefined) {
    return [['HSET', key, 'status', 'failed', 'endedAt', endedAt, 'failure', JSON.stringify(failure)]];
  }
  return [
    ['HSET', key, 'status', 'done', 'endedAt', endedAt],
    ['DEL', `${key}:seen`],
  ];
}

/** One that stood still goes on. */
export async function resumeStock({ redis, keys }: StoreDeps, id: string): Promise<void> {
  await redis.hset(keys.stockReconciliation(id), 'status', 'running');
  await redis.hdel(keys.stockReconciliation(id), 'failure', 'endedAt');
}
