import type { RunKind } from '../domain/bulk-run.ts';
import { newRetire } from '../domain/retire.ts';
import type { Run } from '../domain/run.ts';
import { toInstant } from '../platform/clock.ts';
import { fromEntry, generationFailure, type NewEntry } from './commit.ts';
import type { StoreDeps } from './deps.ts';
import { entryLua } from './entry-lua.ts';
import { runReplicated } from './replicas.ts';
import { listSegments } from './runs.ts';
import { defineScript, runScript } from './script.ts';
import { wakeLua } from './wake-lua.ts';

/**
 * The runs of one connection and kind go through it one at a time, so that the values of newer ones win: large ones in the
 * order in which they came, small ones before them. One work entry is the line's as long as there is a run in it.
 */
export interface LineRef {
  merchantId: string;
  connectionId: string;
  kind: RunKind;
}

/** A run of so many rows is a matter of seconds, and does not wait for one that takes minutes. */
export const smallRunRowsMax = 20_000;

/** Beyond any sequence: ranks the large behind the small, and what is to be canceled before both. */
const rank = 1e12;

/**
 * A line = a hash { sequence, entered, turn, active, owner }, woken as `wakeLua` says; `owner` is a word of the run of its
 * entry that works on it now, under which alone a run of the line may be changed.
 */
const lineLua = `${entryLua}${wakeLua}`;

const startScript = defineScript(`${lineLua}
local line, runs, run = KEYS[2], KEYS[3], KEYS[4]
local p = cjson.decode(ARGV[1])
if not known(p.generation) then return 'generation' end
local s = redis.call('HMGET', run, 'status', 'received', 'mode')
if s[1] ~= 'spooling' then return s[1] end
local sequence = redis.call('HINCRBY', line, 'sequence', 1)
redis.call('HINCRBY', line, 'entered', 1)
local score = sequence
-- What a snapshot retires it must find at the partner: what older runs bring is there first.
if s[3] == 'full' or tonumber(s[2] or '0') > ${smallRunRowsMax} then score = sequence + ${rank} end
redis.call('ZADD', runs, score, p.runId)
redis.call('HSET', run, 'status', 'running', 'sequence', sequence, 'startedAt', p.at)
redis.call('ZREM', KEYS[5], p.runId)
wake(line, p.work, clock(p.now))
return 'running'`);

/**
 * All rows of a run are here: it takes its place in its line. Repeating it changes nothing.
 * @param work the line's entry
 */
export async function startRun(deps: StoreDeps, line: LineRef, runId: string, work: NewEntry): Promise<void> {
  const { keys, clock, generation } = deps;
  const plan = {
    generation,
    now: clock.scriptNow(),
    at: toInstant(clock.now()),
    runId,
    work: fromEntry(work),
  };
  const scriptKeys = [...lineKeys(deps, line), keys.run(runId), keys.spooling] as const;
  const reply = await runReplicated(deps, startScript, [keys.tag, ...scriptKeys], [JSON.stringify(plan)]);
  if (reply === 'generation') throw generationFailure();
}

const wakeScript = defineScript(`${lineLua}
local p = cjson.decode(ARGV[1])
if not known(p.generation) then return 'generation' end
if redis.call('ZCARD', KEYS[3]) > 0 then wake(KEYS[2], p.work, clock(p.now)) end
return 'awake'`);

/** Work on a line that has runs goes on, whatever stopped it: a failed run is taken up again. */
export async function wakeLine(deps: StoreDeps, line: LineRef, work: NewEntry): Promise<void> {
  const { keys, clock, generation } = deps;
  const plan = { generation, now: clock.scriptNow(), work: fromEntry(work) };
  const reply = await runScript(deps.redis, wakeScript, [keys.tag, ...lineKeys(deps, line)], [JSON.stringify(plan)]);
  if (reply === 'generation') throw generationFailure();
}

const cancelScript = defineScript(`${lineLua}
local line, runs, run = KEYS[2], KEYS[3], KEYS[4]
local p = cjson.decode(ARGV[1])
if not known(p.generation) then return 'generation' end
local s = redis.call('HMGET', run, 'status', 'sequence')
if s[1] ~= 'spooling' and s[1] ~= 'running' and s[1] ~= 'failed' then return 'over' end
redis.call('HSET', run, 'cancelAsked', 1)
if not redis.call('ZSCORE', runs, p.runId) then return 'asked' end
redis.call('ZADD', runs, tonumber(s[2]) - ${rank}, p.runId)
redis.call('HINCRBY', line, 'entered', 1)
wake(line, p.work, clock(p.now))
return 'asked'`);

/** Asks for the end of a run: what is under way is brought to its end, nothing more is sent. Answers false when it is over. */
export async function cancelRun(deps: StoreDeps, line: LineRef, runId: string, work: NewEntry): Promise<boolean> {
  const { keys, clock, generation } = deps;
  const plan = { generation, now: clock.scriptNow(), runId, work: fromEntry(work) };
  const scriptKeys = [...lineKeys(deps, line), keys.run(runId)] as const;
  const reply = await runReplicated(deps, cancelScript, [keys.tag, ...scriptKeys], [JSON.stringify(plan)]);
  if (reply === 'generation') throw generationFailure();
  return reply === 'asked';
}

const confirmScript = defineScript(`${lineLua}
local line, runs, run = KEYS[2], KEYS[3], KEYS[4]
local p = cjson.decode(ARGV[1])
if not known(p.generation) then return 'generation' end
local s = redis.call('HMGET', run, 'status', 'retire', 'sequence')
if s[1] ~= 'completed' and s[1] ~= 'completedWithRejects' then return 'state' end
if cjson.decode(s[2]).phase ~= 'held' then return 'state' end
if redis.call('ZREM', KEYS[6], p.runId) == 0 then return 'gone' end
redis.call('HSET', run, 'status', 'running', 'retire', p.retire)
redis.call('HDEL', run, 'endedAt')
redis.call('PERSIST', run)
redis.call('PERSIST', KEYS[5])
for _, number in ipairs(p.segments) do redis.call('HDEL', KEYS[5], number) end
redis.call('ZADD', runs, tonumber(s[3]) + ${rank}, p.runId)
redis.call('HINCRBY', line, 'entered', 1)
wake(line, p.work, clock(p.now))
return 'confirmed'`);

/**
 * A snapshot that is held may retire as much as it was held for. It takes its place in its line again, behind none that is
 * newer, and looks again at what the partner has. `gone`: its rows are not kept any more; `state`: it is not held.
 */
export async function confirmRetire(
  deps: StoreDeps,
  line: LineRef,
  run: Pick<Run, 'id' | 'retire'>,
  work: NewEntry,
): Promise<'confirmed' | 'state' | 'gone'> {
  const { keys, clock, generation } = deps;
  if (run.retire?.phase !== 'held') return 'state';
  const segments = (await listSegments(deps, run.id)).filter(({ retire }) => retire);
  const plan = {
    generation,
    now: clock.scriptNow(),
    runId: run.id,
    work: fromEntry(work),
    retire: JSON.stringify(newRetire(run.retire.wouldRetire)),
    segments: segments.map(({ number }) => String(number)),
  };
  const scriptKeys = [...lineKeys(deps, line), keys.run(run.id), keys.runSegments(run.id), keys.endedRuns] as const;
  const reply = await runReplicated(deps, confirmScript, [keys.tag, ...scriptKeys], [JSON.stringify(plan)]);
  if (reply === 'generation') throw generationFailure();
  return reply === 'confirmed' || reply === 'gone' ? reply : 'state';
}

const claimScript = defineScript(`${entryLua}
local line, runs = KEYS[2], KEYS[3]
local e = held(ARGV[2], tonumber(ARGV[3]))
if not e or not redis.call('ZSCORE', T .. ':leased', ARGV[2]) then return false end
if redis.call('HGET', line, 'active') ~= ARGV[2] then return false end
redis.call('HSET', line, 'owner', ARGV[4])
local queue = redis.call('ZRANGE', runs, 0, -1)
local out = { redis.call('HGET', line, 'entered') }
if not queue[1] then return out end
local head = ARGV[1] .. queue[1]
if redis.call('HGET', head, 'status') == 'failed' then
  redis.call('HSET', head, 'status', 'running')
  redis.call('HDEL', head, 'failure')
end
local mine = tonumber(redis.call('HGET', head, 'sequence'))
out[2] = queue[1]
for at = 2, #queue do
  if tonumber(redis.call('HGET', ARGV[1] .. queue[at], 'sequence')) < mine then out[#out + 1] = queue[at] end
end
return out`);

export interface ClaimedLine {
  /** Changes whenever a run enters the line. */
  entered: string;
  /** Whose turn it is; undefined when the line is empty. */
  runId: string | undefined;
  /** Unfinished runs that are older: what this one brings to its end, they have been overtaken with. */
  older: readonly string[];
}

/**
 * The line is the caller's, who works on its entry under this attempt; `owner` is his word. Whoever had it before may change
 * nothing any more. Null when the entry is not the line's, or not his.
 */
export async function claimLine(
  deps: StoreDeps,
  line: LineRef,
  { entryId, attempt, owner }: { entryId: string; attempt: number; owner: string },
): Promise<ClaimedLine | null> {
  const args = [deps.keys.run(''), entryId, attempt, owner];
  const reply = await runScript(deps.redis, claimScript, [deps.keys.tag, ...lineKeys(deps, line)], args);
  if (!Array.isArray(reply)) return null;
  const [entered = '', runId, ...older] = reply.map(String);
  return { entered, runId, older };
}

export const lineKeys = ({ keys }: StoreDeps, { connectionId, kind }: Pick<LineRef, 'connectionId' | 'kind'>) =>
  [keys.line(connectionId, kind), keys.lineRuns(connectionId, kind)] as const;

/** Runs that have taken their place in a line and are not over, by whose turn it is. */
export const listUnfinished = (
  { redis, keys }: StoreDeps,
  { connectionId, kind }: Pick<LineRef, 'connectionId' | 'kind'>,
  max: number,
): Promise<string[]> => redis.zrange(keys.lineRuns(connectionId, kind), '0', String(max - 1));

/** The part of a commit after which the run whose turn it is stands still. */
export async function failedRunWrites(
  deps: StoreDeps,
  line: Pick<LineRef, 'connectionId' | 'kind'>,
  failure: { code: string; detail: string },
): Promise<string[][]> {
  const [runId] = await deps.redis.zrange(deps.keys.lineRuns(line.connectionId, line.kind), '0', '0');
  if (runId === undefined) return [];
  return [['HSET', deps.keys.run(runId), 'status', 'failed', 'failure', JSON.stringify(failure)]];
}
