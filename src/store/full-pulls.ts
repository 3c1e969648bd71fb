import { toInstant } from '../platform/clock.ts';
import { commit, type NewEntry } from './commit.ts';
import { newId, type StoreDeps } from './deps.ts';
import { newRunWrites } from './runs.ts';
import { parseStored } from './stored-json.ts';

/**
 * `reading`: page after page is read into its runs. `handing`: all is read, and its runs are started one after the other.
 * `done`: both are on their way. `failed` can be gone on with; `canceled` cannot.
 */
export const fullPullStatuses = ['reading', 'handing', 'done', 'failed', 'canceled'] as const;
export type FullPullStatus = (typeof fullPullStatuses)[number];

/** One complete read of a connection's catalogue. */
export interface FullPull {
  id: string;
  status: FullPullStatus;
  cause: 'schedule' | 'request';
  startedAt: string;
  endedAt: string | null;
  /** Things read so far. */
  skus: number;
  /** Where it goes on: a page of ids, and how many of its ids are read. */
  page: number;
  offset: number;
  /** The runs that its rows are in. */
  productsRunId: string;
  inventoryRunId: string;
  failure: { code: string; detail: string } | null;
}

export const isUnderWay = ({ status }: Pick<FullPull, 'status'>): boolean =>
  status === 'reading' || status === 'handing';

/** The latest one; null when there was none yet. */
export async function readFullPull({ redis, keys }: StoreDeps, connectionId: string): Promise<FullPull | null> {
  const fields = new Map(Object.entries(await redis.hgetall(keys.fullPull(connectionId))));
  if (fields.size === 0) return null;
  const text = (name: string): string => fields.get(name) ?? '';
  const [page, offset] = text('at').split('.').map(Number);
  return {
    id: text('id'),
    status: fullPullStatuses.find((status) => status === text('status')) ?? 'failed',
    cause: text('cause') === 'schedule' ? 'schedule' : 'request',
    startedAt: text('startedAt'),
    endedAt: fields.get('endedAt') ?? null,
    skus: Number(text('skus')),
    page: page ?? 1,
    offset: offset ?? 0,
    productsRunId: text('products'),
    inventoryRunId: text('inventory'),
    failure: fields.has('failure') ? parseStored<NonNullable<FullPull['failure']>>(text('failure')) : null,
  };
}

/**
 * Begins one, unless one is under way or somebody begins one at the same moment: then null. `work` is made for its id.
 * @param targetId the connection that its rows go to
 */
export async function beginFullPull(
  deps: StoreDeps,
  { merchantId, connectionId, targetId }: { merchantId: string; connectionId: string; targetId: string },
  cause: FullPull['cause'],
  work: (pullId: string) => NewEntry,
): Promise<FullPull | null> {
  const { keys, clock } = deps;
  const known = await readFullPull(deps, connectionId);
  if (known !== null && isUnderWay(known)) return null;
  const id = newId('pull', clock);
  // A full snapshot, which retires what it does not have, is `mode: 'full'` here.
  const facts = { merchantId, connectionId: targetId, mode: 'upsert', dryRun: false, source: 'pull' } as const;
  const products = newRunWrites(deps, { ...facts, kind: 'products' });
  const inventory = newRunWrites(deps, { ...facts, kind: 'inventory' });
  const key = keys.fullPull(connectionId);
  const fields = {
    id,
    status: 'reading',
    cause,
    startedAt: toInstant(clock.now()),
    at: '1.0',
    skus: 0,
    products: products.id,
    inventory: inventory.id,
  };
  const outcome = await commit(deps, {
    guards: [
      { key, field: 'id', expected: known?.id ?? null },
      { key, field: 'status', expected: known?.status ?? null },
    ],
    writes: [
      ['DEL', key, keys.pullAgain(connectionId)],
      ['HSET', key, ...Object.entries(fields).flat()],
      ...products.writes,
      ...inventory.writes,
    ],
    entries: [work(id)],
  });
  return outcome === 'committed' ? readFullPull(deps, connectionId) : null;
}

/** Guards of a commit that goes on from where `pull` is, and from nowhere else. */
export const fullPullGuards = ({ keys }: StoreDeps, connectionId: string, pull: FullPull) =>
  [
    { key: keys.fullPull(connectionId), field: 'id', expected: pull.id },
    { key: keys.fullPull(connectionId), field: 'at', expected: `${pull.page}.${pull.offset}` },
  ] as const;

/** What has come of it since. */
export function fullPullWrites(
  { keys }: StoreDeps,
  connectionId: string,
  now: Partial<Pick<FullPull, 'status' | 'skus' | 'endedAt' | 'failure'>> & { page: number; offset: number },
): string[][] {
  const { page, offset, failure, status, skus, endedAt } = now;
  const key = keys.fullPull(connectionId);
  const fields = {
    at: `${page}.${offset}`,
    ...(status === undefined ? {} : { status }),
    ...(skus === undefined ? {} : { skus: String(skus) }),
    ...(typeof endedAt === 'string' ? { endedAt } : {}),
    ...(failure === undefined || failure === null ? {} : { failure: JSON.stringify(failure) }),
  };
  return [['HSET', key, ...Object.entries(fields).flat()], ...(failure === null ? [['HDEL', key, 'failure']] : [])];
}

/** The part of a commit after which it stands still, unless another one has begun since. */
export async function failedPullWrites(
  deps: StoreDeps,
  { connectionId, pullId }: { connectionId: string; pullId: string },
  failure: { code: string; detail: string },
): Promise<string[][]> {
  const pull = await readFullPull(deps, connectionId);
  return pull?.id === pullId ? fullPullWrites(deps, connectionId, { ...pull, status: 'failed', failure }) : [];
}
