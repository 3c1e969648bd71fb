import { Failure } from '../domain/failure.ts';
import type { Clock } from '../platform/clock.ts';
import type { RedisClient } from '../platform/redis.ts';
import { currentTraceparent } from '../platform/trace.ts';
import { appliedMarkSeconds, entryLua, inflightDefault, toBegun, type BegunEntry } from './entry-lua.ts';
import { firstReadLua } from './first-read-lua.ts';
import { issueLua } from './issue-lua.ts';
import type { Keys } from './keys.ts';
import { runReplicated, type Replicas } from './replicas.ts';
import { defineScript } from './script.ts';

/** Priority inside a lane. */
export const workClasses = { urgent: 0, orders: 1, inventory: 2, catalog: 3, reads: 4 } as const;
export type WorkClass = keyof typeof workClasses;
const byPlace: readonly WorkClass[] = ['urgent', 'orders', 'inventory', 'catalog', 'reads'];
/** The class as an entry in Redis bears it. */
export const workClassAt = (place: number): WorkClass => byPlace[place] ?? 'reads';

/** Work that has to be done: the only way work comes to be. */
export interface NewEntry {
  /** Made of business facts; pushing the same id again is no new work. */
  id: string;
  job: string;
  lane: string;
  class: WorkClass;
  /** References only: ids, never documents, never personal data. */
  payload: Record<string, unknown>;
  /** Milliseconds from the commit; 0 by default. */
  delayMs?: number;
}

/** A try came to nothing; `issue` shows it while the work is tried again. */
export interface FailedTry {
  issue?: string | undefined;
}

/** What becomes of the entry whose job is committing. */
export type Settlement = { id: string; attempt: number } & (
  | { how: 'ack' }
  /** `counted`: this try uses up one of the job's attempts. `lane`: from now on it waits there. */
  | { how: 'retry'; delayMs: number; counted: boolean; lane?: string; failed?: FailedTry }
  /** Done, and comes round: the same entry waits for its next turn, with nothing held against it. */
  | { how: 'again'; delayMs: number; lane?: string }
  /** Set aside for a person: kept whole, with the reason and the issue that holds it. */
  | { how: 'bury'; reason: string; issue?: string }
);

/** All of it happens, or none. */
export interface CommitPlan {
  /** Hash fields that must still hold what was read (`null`: must not exist). */
  guards?: readonly { key: string; field: string; expected: string | null }[];
  /** Redis write commands, in order; and `ISSUE` (issue-lua.ts). */
  writes?: readonly (readonly (string | number | Buffer)[])[];
  entries?: readonly NewEntry[];
  /** Appends `member` to the list; if it is now the head, pushes the entry made for it. */
  enqueue?: readonly { list: string; member: string; entry: NewEntry }[];
  /** With `settle`: removes `member` from the head, and pushes for the next one this entry with that one's id in its place. */
  advance?: { list: string; member: string };
  settle?: Settlement;
}

export type CommitOutcome =
  | 'committed'
  /** A guard did not hold: somebody else committed first. Read again and apply again. */
  | 'conflict'
  /** The entry is no longer this run's: stop, another run has it or has done it. */
  | 'gone';

const script = defineScript(`${entryLua}${firstReadLua}
local p = cjson.decode(ARGV[1])
local now = clock(p.now)
if not known(p.generation) then return 'generation' end
${issueLua}
for _, g in ipairs(p.guards) do
  local value = redis.call('HGET', g.key, g.field)
  if value == false then value = nil end
  if g.expected == cjson.null then g.expected = nil end
  if value ~= g.expected then return 'conflict' end
end
local mine
if p.settle then
  mine = held(p.settle.id, p.settle.attempt)
  if not mine or redis.call('ZREM', T .. ':leased', p.settle.id) == 0 then return 'gone' end
end
local at = 2
for _, count in ipairs(p.writes) do
  if ARGV[at] == 'ISSUE' then onIssue(ARGV[at + 1], ARGV[at + 2]) else redis.call(unpack(ARGV, at, at + count - 1)) end
  at = at + count
end
for _, n in ipairs(p.entries) do push(n.id, n.entry, now + n.delay) end
for _, q in ipairs(p.enqueue) do
  if redis.call('RPUSH', q.list, q.member) == 1 then push(q.entry.id, q.entry.entry, now + q.entry.delay) end
end
local a, s = p.advance, p.settle
local line = a and redis.call('LRANGE', a.list, 0, 1)
if line and line[1] == a.member then
  redis.call('LPOP', a.list)
  local function ofNext(text) return (string.gsub(text, a.member, line[2])) end
  if line[2] then
    push(ofNext(s.id), { job = mine.job, lane = mine.lane, class = mine.class, payload = ofNext(mine.payload) }, now)
  end
end
-- The lane's next, if it spends no budget and is the same kind of work, begins where this one ends, in its place.
local function takeNext(lane, job)
  local stateKey = T .. ':lane-state:' .. lane
  local state = redis.call('HMGET', stateKey, 'interval', 'cap', 'inflight', 'turn', 'rest')
  if tonumber(state[1] or '0') > 0 or tonumber(state[3] or '0') > tonumber(state[2] or p.cap) then return end
  if tonumber(state[5] or '0') > now then return end
  local turn = tonumber(state[4] or '0')
  for _, class in ipairs({ classesOf(turn) }) do
    local zset = T .. ':lane:' .. lane .. ':' .. class
    local id = redis.call('ZRANGEBYSCORE', zset, '-inf', now, 'LIMIT', 0, 1)[1]
    if id then
      local raw = redis.call('HGET', T .. ':entries', id)
      local e = raw and cjson.decode(raw)
      if not e or e.job ~= job then return end
      redis.call('ZREM', zset, id)
      redis.call('HSET', stateKey, 'turn', (turn + 1) % 12)
      return { 'committed', id, begin(id, e, now), firstRead(e) }
    end
  end
end
-- An entry of this lane is over: its place goes to the next one, or back to the lane.
local function passOn(queue, job)
  local lane = laneOf(queue)
  local z = T .. ':lane:' .. lane .. ':'
  local waits = redis.call('EXISTS', z .. 0, z .. 1, z .. 2, z .. 3, z .. 4) > 0
  local follower = waits and p.take and takeNext(lane, job)
  if follower then return follower end
  redis.call('HINCRBY', T .. ':lane-state:' .. lane, 'inflight', -1)
  if waits then offer(lane, now) end
  return 'committed'
end
-- Buried once, and pushed again by whoever does it regularly: it is done now all the same.
local function forgetFailures(id)
  endRetry(mine, 'retryDone')
  leaveIssue(mine.issue, id)
  mine.issue, mine.failing, mine.retried = nil, nil, nil
  dropBuried(id)
end
-- It has failed, perhaps for another reason than before.
local function holdBy(issue, id)
  issue = issue and (folded[issue] or issue)
  if mine.issue ~= issue then leaveIssue(mine.issue, id) end
  mine.issue = issue
end
if not s then return 'committed' end
local from = mine.lane
mine.runs = nil
mine.attempt = mine.attempt + 1
if s.how == 'retry' or s.how == 'again' then
  if s.counted then mine.tries = mine.tries + 1 end
  if s.failed then
    mine.failing = mine.failing or now
    if s.failed.issue then holdBy(s.failed.issue, s.id) end
  end
  if s.how == 'again' then
    mine.tries = 0
    -- Whoever asked for it has been served: what comes round begins a trace of its own.
    mine.trace = nil
    forgetFailures(s.id)
  end
  mine.lane = s.lane or from
  redis.call('HSET', T .. ':entries', s.id, cjson.encode(mine))
  wait(s.id, mine, now + s.delay)
else
  redis.call('HDEL', T .. ':entries', s.id)
  if s.how == 'ack' then
    redis.call('SET', T .. ':applied:' .. s.id, 1, 'EX', p.mark)
    forgetFailures(s.id)
  else
    endRetry(mine, 'retryFailed')
    local again = mine.retried
    mine.failing, mine.retried = nil, nil
    holdBy(s.issue, s.id)
    redis.call('HSET', T .. ':dead', s.id, cjson.encode({ entry = mine, reason = s.reason, at = now, again = again }))
  end
end
return passOn(from, mine.job)`);

/** An entry as the scripts read it. `trace`: what it follows from. */
export const fromEntry = (entry: NewEntry, trace: string | null = currentTraceparent() ?? null) => ({
  id: entry.id,
  delay: entry.delayMs ?? 0,
  entry: {
    job: entry.job,
    lane: entry.lane,
    class: workClasses[entry.class],
    payload: JSON.stringify(entry.payload),
    ...(trace === null ? {} : { trace }),
  },
});

export interface CommitDeps {
  redis: RedisClient;
  /** Unset: what Redis' master has is done. */
  replicas?: Replicas | undefined;
  keys: Keys;
  clock: Clock;
  generation: string;
}

/**
 * The one place where state changes after an order has been accepted: new state, the work that follows from it, what is
 * to be announced, and the end of the work that caused it, in a single atomic call. Throws Failure `transient`
 * `redis.generation` on a Redis that is not the one we know.
 */
export async function commit(deps: CommitDeps, plan: CommitPlan): Promise<CommitOutcome> {
  const { outcome } = await send(deps, plan, false);
  return outcome;
}

/**
 * The same, and where the plan ends its entry, the next one that is due in its lane may begin in the same call, in its
 * place: work of the same job, in a lane that has no rate of its own. A run may so go on from one entry to the next with no
 * hand-over in between. Waits for no replica: a run's end that a failover loses is run again.
 */
export const commitAndTake = (deps: CommitDeps, plan: CommitPlan, mayTake: boolean): Promise<Taken> =>
  send({ ...deps, replicas: undefined }, plan, mayTake);

interface Taken {
  outcome: CommitOutcome;
  next: BegunEntry | null;
}

async function send(deps: CommitDeps, plan: CommitPlan, mayTake: boolean): Promise<Taken> {
  const { keys, clock, generation } = deps;
  const { writes = [], settle, advance } = plan;
  const header = {
    now: clock.scriptNow(),
    generation,
    mark: appliedMarkSeconds,
    guards: plan.guards ?? [],
    writes: writes.map((write) => write.length),
    entries: (plan.entries ?? []).map((entry) => fromEntry(entry)),
    enqueue: (plan.enqueue ?? []).map((q) => ({ list: q.list, member: q.member, entry: fromEntry(q.entry) })),
    ...(settle && { settle: 'delayMs' in settle ? { ...settle, delay: settle.delayMs } : settle }),
    ...(mayTake && { take: true, cap: inflightDefault }),
    ...(advance && { advance }),
  };
  const reply = await runReplicated(deps, script, [keys.tag], [JSON.stringify(header), ...writes.flat()]);
  if (reply === 'generation') throw generationFailure();
  if (Array.isArray(reply)) return { outcome: 'committed', next: toBegun(reply.slice(1)) };
  return { outcome: reply === 'committed' || reply === 'conflict' ? reply : 'gone', next: null };
}

export const generationFailure = (): Failure =>
  new Failure('transient', 'redis.generation', 'this Redis is not the one Packline knows; an operator must accept it', {
    retryAfterMs: 30_000,
  });
