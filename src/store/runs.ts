import type { RunKind } from '../domain/bulk-run.ts';
import { Failure } from '../domain/failure.ts';
import { newRetire, type RetireState } from '../domain/retire.ts';
import { runModes, runSources, runStatuses, type Run, type RunMode, type RunSource } from '../domain/run.ts';
import { toInstant } from '../platform/clock.ts';
import { commit } from './commit.ts';
import { newId, type StoreDeps } from './deps.ts';
import type { Segment } from './spool.ts';
import { parseStored } from './stored-json.ts';

/** Beside its rows (spool.ts). */
export const verdictsBlob = (runId: string, segment: number): string => `runs/${runId}/verdicts-${segment}`;

/** What they are about, for full snapshots (bulk/present-keys.ts). */
export const keysBlob = (runId: string, segment: number): string => `runs/${runId}/keys-${segment}`;

/** A part of a run's rows, and whether all of them have their verdict, which lies beside them in the blob store. */
export interface RunSegment extends Segment {
  done: boolean;
  /** Its rows were not uploaded: they retire what the partner has and the upload has not. */
  retire?: boolean;
}

export interface NewRun {
  merchantId: string;
  connectionId: string;
  kind: RunKind;
  mode: RunMode;
  dryRun: boolean;
  source?: RunSource;
  /** Of a full snapshot of one store. */
  storeLocationId?: string | undefined;
  /** It may retire whatever it has not. */
  confirmRetire?: boolean;
}

/** A run whose rows begin to come in. */
export async function createRun(deps: StoreDeps, facts: NewRun): Promise<Run> {
  const { id, writes } = newRunWrites(deps, facts);
  await commit(deps, { writes });
  return requireRun(deps, id);
}

/** The same as a part of a commit. */
export function newRunWrites({ keys, clock }: StoreDeps, facts: NewRun) {
  const id = newId('run', clock);
  const { storeLocationId, confirmRetire = false, dryRun, ...words } = facts;
  const fields = {
    ...words,
    dryRun: dryRun ? '1' : '0',
    status: 'spooling',
    createdAt: toInstant(clock.now()),
    ...(storeLocationId === undefined ? {} : { storeLocationId }),
    ...(facts.mode === 'full' && { retire: JSON.stringify(newRetire(confirmRetire ? Number.MAX_SAFE_INTEGER : null)) }),
  };
  const writes = [
    ['HSET', keys.run(id), ...Object.entries(fields).flat()],
    ['ZADD', keys.runs(facts.merchantId), 0, id],
    ['ZADD', keys.spooling, clock.now(), id],
  ];
  return { id, writes };
}

/** Rows of these runs are still to come, or to be sent: nobody may take them for abandoned. */
export const spoolingWrites = ({ keys, clock }: StoreDeps, runIds: readonly string[]): (string | number)[][] =>
  runIds.map((runId) => ['ZADD', keys.spooling, 'XX', clock.now(), runId]);

/** The next segment is durable. Throws Failure `aborted` `run.not_spooling` when the run takes no more rows. */
export async function addSegment(deps: StoreDeps, runId: string, segment: Segment): Promise<void> {
  if ((await commit(deps, segmentPlan(deps, runId, segment))) !== 'committed') throw notSpooling(runId);
}

/** The same as a part of a commit. */
export function segmentPlan({ keys, clock }: StoreDeps, runId: string, segment: Segment) {
  const { number, rows } = segment;
  const key = keys.run(runId);
  return {
    guards: [
      { key, field: 'status', expected: 'spooling' },
      { key, field: 'segments', expected: number === 1 ? null : String(number - 1) },
    ],
    writes: [
      ['HSET', keys.runSegments(runId), number, JSON.stringify({ ...segment, done: false } satisfies RunSegment)],
      ['HSET', key, 'segments', number],
      ['HINCRBY', key, 'received', rows],
      ['ZADD', keys.spooling, 'XX', clock.now(), runId],
    ],
  };
}

export const notSpooling = (runId: string): Failure =>
  new Failure('aborted', 'run.not_spooling', 'this run takes no more rows', { detail: { runId } });

/**
 * Its upload ended before its rows did: nothing of it is sent. Nothing happens to a run whose rows are all here; then it
 * answers false.
 */
export async function interruptRun(
  deps: StoreDeps,
  runId: string,
  failure: { code: string; detail: string },
): Promise<boolean> {
  const outcome = await commit(deps, {
    guards: [{ key: deps.keys.run(runId), field: 'status', expected: 'spooling' }],
    writes: [
      ['HSET', deps.keys.run(runId), 'failure', JSON.stringify(failure)],
      ...endedWrites(deps, runId, 'interrupted'),
    ],
  });
  return outcome === 'committed';
}

/** There was no need for it: the same upload has a run already. Nothing happens to a run whose rows are all here. */
export async function discardRun(deps: StoreDeps, { id, merchantId }: Pick<Run, 'id' | 'merchantId'>): Promise<void> {
  const { keys } = deps;
  await commit(deps, {
    guards: [{ key: keys.run(id), field: 'status', expected: 'spooling' }],
    writes: [
      ['DEL', keys.run(id), keys.runSegments(id)],
      ['ZREM', keys.runs(merchantId), id],
      ['ZREM', keys.spooling, id],
    ],
  });
}

/** The part of a commit after which a run is over: what is kept of it goes by its retention. */
export const endedWrites = (deps: StoreDeps, runId: string, status: Run['status']): (string | number)[][] => [
  ['HSET', deps.keys.run(runId), 'status', status, 'endedAt', toInstant(deps.clock.now())],
  ['EXPIRE', deps.keys.run(runId), deps.retention.runSeconds],
  ['EXPIRE', deps.keys.runSegments(runId), deps.retention.runSeconds],
  ['DEL', deps.keys.runOvertaken(runId)],
  ['ZREM', deps.keys.spooling, runId],
  ['ZADD', deps.keys.endedRuns, deps.clock.now(), runId],
];

export async function readRun(deps: StoreDeps, runId: string): Promise<Run | null> {
  const fields = new Map(Object.entries(await deps.redis.hgetall(deps.keys.run(runId))));
  if (fields.size === 0) return null;
  const text = (name: string): string => fields.get(name) ?? '';
  const count = (name: string): number => Number(fields.get(name) ?? 0);
  const rate = fields.get('rate');
  return {
    id: runId,
    merchantId: text('merchantId'),
    connectionId: text('connectionId'),
    kind: text('kind') === 'products' ? 'products' : 'inventory',
    source: runSources.find((source) => source === text('source')) ?? 'upload',
    mode: runModes.find((mode) => mode === text('mode')) ?? 'upsert',
    dryRun: text('dryRun') === '1',
    status: runStatuses.find((status) => status === text('status')) ?? 'failed',
    counts: {
      received: count('received'),
      accepted: count('accepted'),
      unchanged: count('unchanged'),
      rejected: count('rejected'),
      superseded: count('superseded'),
    },
    sequence: count('sequence'),
    segments: count('segments'),
    requestsUsed: count('requestsUsed'),
    ratePerSecond: rate === undefined ? null : Number(rate),
    cancelAsked: text('cancelAsked') === '1',
    storeLocationId: fields.get('storeLocationId') ?? null,
    retire: fields.has('retire')
      ? {
          ...parseStored<RetireState>(text('retire')),
          retired: count('retire:accepted'),
          rejected: count('retire:rejected'),
          superseded: count('retire:superseded'),
        }
      : null,
    failure: fields.has('failure') ? parseStored<NonNullable<Run['failure']>>(text('failure')) : null,
    createdAt: text('createdAt'),
    startedAt: fields.get('startedAt') ?? null,
    endedAt: fields.get('endedAt') ?? null,
  };
}

/** Throws Failure `rejected` `run.missing`. */
export async function requireRun(deps: StoreDeps, runId: string): Promise<Run> {
  const run = await readRun(deps, runId);
  if (run === null) throw new Failure('rejected', 'run.missing', 'there is no such run', { detail: { runId } });
  return run;
}

/** So many are looked at for one page, whatever is looked for; its cursor goes on from there. */
const walkedMax = 2_000;
const batchLeast = 50;

/** Newest first, those that `keep` takes. `cursor` is the last id of the page before. */
export async function listRuns(
  deps: StoreDeps,
  merchantId: string,
  page: { cursor?: string | undefined; limit: number; keep?: (run: Run) => boolean },
): Promise<{ runs: Run[]; nextCursor: string | null }> {
  const runs: Run[] = [];
  let { cursor } = page;
  const batch = Math.max(page.limit, batchLeast);
  for (let walked = 0; walked < walkedMax;) {
    const max = cursor === undefined ? '+' : `(${cursor}`;
    const ids = await deps.redis.zrange(deps.keys.runs(merchantId), max, '-', 'BYLEX', 'REV', 'LIMIT', 0, batch);
    const found = await Promise.all(ids.map((id) => readRun(deps, id)));
    for (const [index, run] of found.entries()) {
      cursor = ids[index];
      if (run === null || page.keep?.(run) === false) continue;
      if (runs.push(run) === page.limit) return { runs, nextCursor: cursor ?? null };
    }
    if (ids.length < batch) return { runs, nextCursor: null };
    walked += ids.length;
  }
  return { runs, nextCursor: cursor ?? null };
}

/** In their order. */
export async function listSegments(deps: StoreDeps, runId: string): Promise<RunSegment[]> {
  const stored = Object.values(await deps.redis.hgetall(deps.keys.runSegments(runId)));
  return stored.map((text) => parseStored<RunSegment>(text)).sort((a, b) => a.number - b.number);
}
