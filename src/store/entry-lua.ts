import { classesLua } from './budget-lua.ts';
import { toFirstRead, type FirstRead } from './first-read-lua.ts';
import { parseStored } from './stored-json.ts';

/**
 * How long a hand-over, and then a run, is believed without a sign of life: longer than a hand-over takes on a busy
 * machine. A process that died costs its work this much.
 */
export const leaseMs = 8_000;
/** How many hand-overs of one lane may be under way when nothing else is said; bounds what BullMQ holds. */
export const inflightDefault = 200;

/**
 * The Lua that every script which touches work entries shares. `T` is the shard's tag, `now` milliseconds.
 *
 * entry = { job, lane, class, payload, attempt, tries, runs, trace }: `attempt` counts runs begun and ended, so that whoever holds
 * an earlier one (a copy of a hand-over, a run that was given up) holds nothing; `tries` counts failures that use up the
 * job's budget of attempts; `runs` counts runs begun since it last waited; `failing` since when all its runs have failed (ms);
 * `issue` holds it, and `retried` says since when again.
 * lane  = a hash `<T>:lane-state:<lane>` { interval, free, cap, inflight } and one sorted set per class
 * `<T>:lane:<lane>:<class>` of entry ids by the moment they may run; in a lane that merchants share, of their queues.
 */
export const entryLua = `
local T = KEYS[1]
local function clock(given)
  if given ~= '' then return tonumber(given) end
  local t = redis.call('TIME')
  return t[1] * 1000 + math.floor(t[2] / 1000)
end
-- A Redis that came back empty has no marker: nothing may be written to it until an operator accepts it.
local function known(generation) return redis.call('GET', T .. ':generation') == generation end
local function offer(lane, at) redis.call('ZADD', T .. ':lanes', 'LT', at, lane) end
-- '<lane>/<merchant>' is one merchant's queue in a lane that several share. The lane has the queue for an entry of its own,
-- by the moment of the queue's first one.
local function laneOf(queue) return (string.match(queue, '^[^/]*')) end
local function wait(id, e, at)
  local lane = laneOf(e.lane)
  redis.call('ZADD', T .. ':lane:' .. e.lane .. ':' .. e.class, at, id)
  if lane ~= e.lane then
    redis.call('ZADD', T .. ':lane:' .. lane .. ':' .. e.class, 'LT', at, string.sub(e.lane, #lane + 1))
  end
  offer(lane, at)
end
-- The same id again is the same work: pushing it while it waits, runs or has just run changes nothing.
local function push(id, e, at)
  if redis.call('EXISTS', T .. ':applied:' .. id) == 1 then return false end
  e.attempt = 1
  e.tries = 0
  if redis.call('HSETNX', T .. ':entries', id, cjson.encode(e)) == 0 then return false end
  wait(id, e, at)
  return true
end
-- The entry, if this attempt still owns it (as long as it is leased, which its lease says).
local function held(id, attempt)
  local raw = redis.call('HGET', T .. ':entries', id)
  local e = raw and cjson.decode(raw)
  return e and e.attempt == attempt and e
end
${classesLua}-- A run of it, under an attempt of its own: what was handed over before is worth nothing.
local function begin(id, e, now)
  e.attempt = e.attempt + 1
  e.runs = (e.runs or 0) + 1
  local raw = cjson.encode(e)
  redis.call('HSET', T .. ':entries', id, raw)
  redis.call('ZADD', T .. ':leased', now + ${leaseMs}, id)
  return raw
end
`;

/** What a run begins with: the entry as it is now. `attempt` is the run's own, which must still hold when it commits. */
export interface BegunEntry {
  id: string;
  attempt: number;
  tries: number;
  lane: string;
  /** Its class' place (`workClassAt`). */
  class: number;
  payload: unknown;
  /** Runs that were begun since it last waited, this one included: more than one means that a process died over it. */
  runs: number;
  /** When the first of its runs failed, of those that have all failed since (ms). */
  failingSinceMs: number | undefined;
  /** W3C traceparent of what it follows from. */
  trace?: string;
  /** What was read where it began. */
  first: FirstRead;
}

/** An entry as it lies in Redis. */
export interface StoredEntry {
  job: string;
  lane: string;
  class: number;
  payload: string;
  attempt: number;
  tries: number;
  runs?: number;
  failing?: number;
  trace?: string;
}

/** Of what a script answers: id, entry, and what was read with it. */
export function toBegun([named, raw, read]: readonly unknown[]): BegunEntry {
  const { payload, runs = 0, failing, ...entry } = parseStored<StoredEntry>(String(raw));
  const [id, first] = [String(named), toFirstRead(read)];
  const { attempt, tries, lane, trace } = entry;
  const of = { class: entry.class, payload: parseStored<unknown>(payload), runs, failingSinceMs: failing };
  return { id, attempt, tries, lane, first, ...of, ...(trace !== undefined && { trace }) };
}

/** Long enough that no stray hand-over of an applied entry can still be under way, short enough to stay small. */
export const appliedMarkSeconds = 600;
