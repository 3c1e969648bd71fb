import type { RowError, RowVerdict } from '../domain/bulk-run.ts';
import type { RetireState } from '../domain/retire.ts';
import { generationFailure } from './commit.ts';
import { entryGone } from './change-order.ts';
import { deltaLua } from './delta.ts';
import type { StoreDeps } from './deps.ts';
import { entryLua } from './entry-lua.ts';
import { keepCategoriesLua, packCategories, type CategorizedProduct } from './product-categories.ts';
import { lineKeys, type LineRef } from './run-line.ts';
import type { RunSegment } from './runs.ts';
import type { Segment } from './spool.ts';
import { defineScript, runScript, type Script } from './script.ts';

/** A run in the hands of whoever has claimed its line under the word `owner`; what he does after somebody else claimed it is refused. */
export interface OwnedRun extends LineRef {
  runId: string;
  owner: string;
}

/** What its owner has to know between two steps. */
export interface RunTurn {
  cancelAsked: boolean;
  /** Another run of the line goes first now. */
  isOvertaken: boolean;
  /** After a commit: what the partner has accepted needs more room (`growDelta`). */
  isFull: boolean;
}

const turnLua = `
local p = cjson.decode(ARGV[1])
if not known(p.generation) then return 'generation' end
if redis.call('HGET', KEYS[2], 'owner') ~= p.owner then return 'gone' end
local run = KEYS[4]
local function turn()
  local head = redis.call('ZRANGE', KEYS[3], 0, 0)[1]
  return (redis.call('HGET', run, 'cancelAsked') == '1' and '1' or '0') .. (head ~= p.runId and '1' or '0')
end
`;

const beginScript = defineScript(`${entryLua}${turnLua}
local through = tonumber(redis.call('HGET', run, 'sentThrough') or '0')
if p.sentThrough > through then redis.call('HSET', run, 'sentThrough', p.sentThrough) end
return turn()`);

/**
 * Before each request: from now on the partner may have rows up to `sentThrough` (a row's number) that have no verdict. Who
 * comes after a crash forgets their fingerprints first, since nobody knows what the partner has of them.
 */
export const beginRequest = (deps: StoreDeps, run: OwnedRun, sentThrough: number): Promise<RunTurn> =>
  take(deps, run, beginScript, { sentThrough });

const settleScript = defineScript(`${entryLua}${turnLua}
redis.call('HDEL', run, 'sentThrough')
return turn()`);

/** Every row that was sent has its verdict, or is forgotten. */
export const settleSent = (deps: StoreDeps, run: OwnedRun): Promise<RunTurn> => take(deps, run, settleScript, {});

/** Up to which row the partner may have rows without a verdict; 0 when all is settled. */
export const readSentThrough = async ({ redis, keys }: StoreDeps, { runId }: OwnedRun): Promise<number> =>
  Number((await redis.hget(keys.run(runId), 'sentThrough')) ?? 0);

/** Rows that retire are counted beside those of the upload. */
export type CountName = RowVerdict | `retire:${RowVerdict}`;

/** Rows that have come to their end. */
export interface DecidedRows {
  counts: Readonly<Partial<Record<CountName, number>>>;
  /** Made for them. */
  requests: number;
  /** Counts the commits of this owner from 1: one that is sent again, because a connection was lost, changes nothing. */
  number: number;
  /** Fingerprints of what the partner has accepted. */
  accepted: Uint8Array;
  /** Of accepted products. */
  categorized?: readonly CategorizedProduct[];
  /** Keys of valid rows, and the unfinished older runs that are to leave them alone. */
  overtaking: { older: readonly string[]; keys: Uint8Array };
  /** Verdict bytes (run-verdicts.ts) of some rows of a segment, from `offset` on. */
  verdicts: readonly { segment: number; offset: number; bytes: Uint8Array }[];
  /** Of rejected rows why, and what was remarked about others; `index` is the row's place in its segment. */
  reasons: readonly { segment: number; index: number; errors: readonly RowError[] }[];
}

/** A rate is of so long, and of no rest in between that is longer than this. */
const rateEveryMs = 5_000;
const rateForgetsMs = 20_000;

const commitScript = defineScript(`${entryLua}${turnLua}${deltaLua}${keepCategoriesLua}
local now = clock(p.now)
if redis.call('HGET', run, 'commit') == p.number then return turn() end
redis.call('HSET', run, 'commit', p.number)
if p.requests > 0 then redis.call('HINCRBY', run, 'requestsUsed', p.requests) end
local at = 5
for _, v in ipairs(p.verdicts) do
  redis.call('SETRANGE', v.key, v.offset, ARGV[at])
  at = at + 1
end
for _, key in ipairs(p.reasons) do
  redis.call('HSET', key, ARGV[at], ARGV[at + 1])
  at = at + 2
end
local isFull = #ARGV[2] > 0 and acceptRows(openDelta(KEYS[5]), ARGV[2])
if #ARGV[4] > 0 then keepCategories(openDelta(p.categories), ARGV[4]) end
for _, older in ipairs(p.older) do
  if redis.call('ZSCORE', KEYS[3], older.id) then
    for from = 1, #ARGV[3], 6 do redis.call('SADD', older.key, sub(ARGV[3], from, from + 5)) end
  end
end
local decided = 0
for name, count in pairs(p.counts) do
  local total = count > 0 and redis.call('HINCRBY', run, name, count) or tonumber(redis.call('HGET', run, name) or '0')
  decided = decided + total
end
local r = redis.call('HMGET', run, 'rateAt', 'rateRows')
local since = now - tonumber(r[1] or '0')
if since >= ${rateEveryMs} then
  -- A run that rested meanwhile begins anew.
  if since < ${rateForgetsMs} then redis.call('HSET', run, 'rate', math.floor((decided - tonumber(r[2])) * 1000 / since)) end
  redis.call('HSET', run, 'rateAt', now, 'rateRows', decided)
end
return turn() .. (isFull and '1' or '0')`);

/** Verdicts, reasons, counts and what the partner has accepted: all of it, or nothing. Rows of one call have had no verdict. */
export async function commitRows(deps: StoreDeps, run: OwnedRun, rows: DecidedRows): Promise<RunTurn> {
  const { keys } = deps;
  const { runId } = run;
  const plan = {
    counts: rows.counts,
    requests: rows.requests,
    number: `${run.owner}.${rows.number}`,
    verdicts: rows.verdicts.map(({ segment, offset }) => ({ key: keys.runVerdicts(runId, segment), offset })),
    reasons: rows.reasons.map(({ segment }) => keys.runReasons(runId, segment)),
    older: rows.overtaking.older.map((id) => ({ id, key: keys.runOvertaken(id) })),
    categories: keys.productCategories(run.connectionId),
  };
  return take(deps, run, commitScript, plan, [
    toBuffer(rows.accepted),
    toBuffer(rows.overtaking.keys),
    packCategories(rows.categorized ?? []),
    ...rows.verdicts.map(({ bytes }) => toBuffer(bytes)),
    ...rows.reasons.flatMap(({ index, errors }) => [index, JSON.stringify(errors)]),
  ]);
}

const segmentScript = defineScript(`${entryLua}${turnLua}
redis.call('HSET', p.segments, p.number, p.done)
redis.call('DEL', p.verdicts, p.reasons)
return turn()`);

/** The verdicts of all rows of a segment lie in the blob store: they leave Redis. */
export function finishSegment(
  deps: StoreDeps,
  run: OwnedRun,
  segment: Pick<RunSegment, keyof Segment | 'retire'>,
): Promise<RunTurn> {
  const { keys } = deps;
  const { number, firstRow, rows, bytes, retire = false } = segment;
  return take(deps, run, segmentScript, {
    number,
    done: JSON.stringify({ number, firstRow, rows, bytes, done: true, ...(retire && { retire }) } satisfies RunSegment),
    segments: keys.runSegments(run.runId),
    verdicts: keys.runVerdicts(run.runId, number),
    reasons: keys.runReasons(run.runId, number),
  });
}

const retireScript = defineScript(`${entryLua}${turnLua}
redis.call('HSET', run, 'retire', p.retire)
if p.requests > 0 then redis.call('HINCRBY', run, 'requestsUsed', p.requests) end
if p.segment then redis.call('HSET', p.segments, p.number, p.segment) end
return turn()`);

/** How far a full snapshot is with what it does not have, and the rows for it that are durable since. */
export function saveRetire(
  deps: StoreDeps,
  run: OwnedRun,
  retire: RetireState,
  { segment, requests = 0 }: { segment?: RunSegment | undefined; requests?: number } = {},
): Promise<RunTurn> {
  return take(deps, run, retireScript, {
    retire: JSON.stringify(retire),
    requests,
    segments: deps.keys.runSegments(run.runId),
    ...(segment !== undefined && { number: segment.number, segment: JSON.stringify(segment) }),
  });
}

/** @throws Failure `aborted` `entry.gone` when somebody else has claimed the line. */
async function take(
  deps: StoreDeps,
  run: OwnedRun,
  script: Script,
  plan: Record<string, unknown>,
  args: readonly (string | number | Buffer)[] = [],
): Promise<RunTurn> {
  const { keys, clock, generation } = deps;
  const { runId, owner } = run;
  const header = JSON.stringify({ ...plan, generation, now: clock.scriptNow(), runId, owner });
  const scriptKeys = [keys.tag, ...lineKeys(deps, run), keys.run(runId), keys.delta(run.connectionId, run.kind)];
  const reply = await runScript(deps.redis, script, scriptKeys, [header, ...args]);
  if (reply === 'generation') throw generationFailure();
  if (reply === 'gone') throw entryGone();
  const [cancelAsked, isOvertaken, isFull] = String(reply);
  return { cancelAsked: cancelAsked === '1', isOvertaken: isOvertaken === '1', isFull: isFull === '1' };
}

const toBuffer = (bytes: Uint8Array): Buffer => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
