import type { Clock } from '../platform/clock.ts';
import { generationFailure, type CommitDeps } from './commit.ts';
import { entryLua, inflightDefault, leaseMs, toBegun, type BegunEntry } from './entry-lua.ts';
import { defineScript, runScript } from './script.ts';
import { parseStored } from './stored-json.ts';

/** The lane of work that spends nobody's budget. */
export const freeLane = 'free';
/** How often a run says that it lives. Three times in a lease, so that one that is late costs nothing. */
export const renewEveryMs = 2_500;

/** A work entry handed over to the queue. */
export interface LeasedEntry {
  id: string;
  job: string;
  lane: string;
  /** The hand-over; whoever begins it must still hold it. */
  attempt: number;
  /** Failures so far that used up attempts. */
  tries: number;
  payload: unknown;
  /** The lease ran out before the job committed: a process died, or the queue lost the job. */
  redriven: boolean;
}

const leaseScript = defineScript(`${entryLua}
local now = clock(ARGV[1])
if not known(ARGV[2]) then return redis.error_reply('GENERATION') end
local room, lease, capDefault = tonumber(ARGV[3]), tonumber(ARGV[4]), tonumber(ARGV[5])
-- Looking every now and then must not slow a lane down: what fell due since the last look goes out now, and the calls
-- themselves are spaced where they are made. A lane that was idle for longer begins anew.
local late = 25
local out = {}
local function hand(id, e, redriven)
  redis.call('ZADD', T .. ':leased', now + lease, id)
  out[#out + 1] = cjson.encode({ id = id, job = e.job, lane = e.lane, attempt = e.attempt, tries = e.tries,
    payload = e.payload, redriven = redriven })
  room = room - 1
end
for _, id in ipairs(redis.call('ZRANGEBYSCORE', T .. ':leased', '-inf', now, 'LIMIT', 0, room)) do
  local raw = redis.call('HGET', T .. ':entries', id)
  if raw then hand(id, cjson.decode(raw), true) else redis.call('ZREM', T .. ':leased', id) end
end
local function earliest(lane)
  local best
  for class = 0, 4 do
    local score = redis.call('ZRANGE', T .. ':lane:' .. lane .. ':' .. class, 0, 0, 'WITHSCORES')[2]
    if score and (not best or tonumber(score) < best) then best = tonumber(score) end
  end
  return best
end
for _, lane in ipairs(redis.call('ZRANGEBYSCORE', T .. ':lanes', '-inf', now, 'LIMIT', 0, 500)) do
  if room <= 0 then break end
  local stateKey = T .. ':lane-state:' .. lane
  local state = redis.call('HMGET', stateKey, 'interval', 'free', 'cap', 'inflight', 'turn', 'slot')
  local interval, free = tonumber(state[1] or '0'), tonumber(state[2] or '0')
  local cap, inflight, turn = tonumber(state[3] or capDefault), tonumber(state[4] or '0'), tonumber(state[5] or '0')
  -- Jobs make more than one call: a lane whose calls are ahead of the clock hands over nothing until they are not.
  free = math.max(free, tonumber(state[6] or '0') - interval)
  local took = 0
  while room > 0 and free <= now and inflight + took < cap do
    local id, zset = head(lane, turn, now)
    if not id then break end
    redis.call('ZREM', zset, id)
    local raw = redis.call('HGET', T .. ':entries', id)
    if raw then
      local e = cjson.decode(raw)
      e.attempt = e.attempt + 1
      redis.call('HSET', T .. ':entries', id, cjson.encode(e))
      hand(id, e, false)
      took = took + 1
      turn = turn + 1
      if interval > 0 then free = (free < now - late and now or free) + interval end
    end
  end
  if took > 0 then redis.call('HSET', stateKey, 'free', free, 'inflight', inflight + took, 'turn', turn % 12) end
  local due = earliest(lane)
  -- A lane at its cap leaves the set; the next release of one of its entries brings it back.
  if not due or inflight + took >= cap then redis.call('ZREM', T .. ':lanes', lane)
  else redis.call('ZADD', T .. ':lanes', math.max(due, free), lane) end
end
local nextLane = redis.call('ZRANGE', T .. ':lanes', 0, 0, 'WITHSCORES')[2]
local nextLease = redis.call('ZRANGE', T .. ':leased', 0, 0, 'WITHSCORES')[2]
local due = math.min(tonumber(nextLane or 'inf'), tonumber(nextLease or 'inf'))
out[#out + 1] = due == math.huge and '' or tostring(math.max(0, due - now))
return out`);

/**
 * Takes what is due, at most `room` entries, in each lane's own rhythm. What was handed over before and not committed
 * within its lease comes out again with the same attempt. Also answers how long nothing else will be due.
 */
export async function leaseEntries(
  { redis, keys, clock, generation }: CommitDeps & { clock: Clock },
  options: { room: number; leaseMs: number },
): Promise<{ entries: LeasedEntry[]; idleMs: number | undefined }> {
  const args = [clock.scriptNow(), generation, options.room, options.leaseMs, inflightDefault];
  const reply = await runScript(redis, leaseScript, [keys.tag], args).catch((error: unknown) => {
    throw error instanceof Error && error.message.includes('GENERATION') ? generationFailure() : error;
  });
  if (!Array.isArray(reply)) return { entries: [], idleMs: undefined };
  const idle = String(reply.pop());
  const entries = reply.map((raw): LeasedEntry => {
    const entry = parseStored<Omit<LeasedEntry, 'payload'> & { payload: string }>(String(raw));
    return { ...entry, payload: parseStored<unknown>(entry.payload) };
  });
  return { entries, idleMs: idle === '' ? undefined : Number(idle) };
}

const beginScript = defineScript(`${entryLua}
local now = clock(ARGV[1])
local out = {}
for at = 2, #ARGV, 2 do
  local id = ARGV[at]
  local e = owned(id, tonumber(ARGV[at + 1]))
  if e then
    out[#out + 1] = begin(id, e, now)
  end
end
return out`);

/**
 * Begins what these hand-overs still hold; what another run has begun, or done, is left out. From here on the hand-over is
 * worth nothing: a copy of it that lies in the queue begins nothing.
 */
export async function beginEntries(
  { redis, keys, clock }: Pick<CommitDeps, 'redis' | 'keys' | 'clock'>,
  handed: readonly { id: string; attempt: number }[],
): Promise<BegunEntry[]> {
  const args = handed.flatMap(({ id, attempt }) => [id, attempt]);
  const reply = await runScript(redis, beginScript, [keys.tag], [clock.scriptNow(), ...args]);
  if (!Array.isArray(reply)) return [];
  return reply.map((raw) => toBegun(String(raw)));
}

const renewScript = defineScript(`${entryLua}
local now = clock(ARGV[1])
for at = 3, #ARGV do redis.call('ZADD', T .. ':leased', 'XX', now + ARGV[2], ARGV[at]) end
return 1`);

/** These are alive; what has ended meanwhile stays ended. */
export async function renewLeases(
  { redis, keys, clock }: Pick<CommitDeps, 'redis' | 'keys' | 'clock'>,
  ids: readonly string[],
): Promise<void> {
  await runScript(redis, renewScript, [keys.tag], [clock.scriptNow(), leaseMs, ...ids]);
}

/** How much waits, and how old the oldest due entry is: backlog for metrics and health. */
export async function countEntries({
  redis,
  keys,
}: CommitDeps): Promise<{ waiting: number; leased: number; dead: number }> {
  const [entries, leased, dead] = await Promise.all([
    redis.hlen(keys.entries),
    redis.zcard(keys.leased),
    redis.hlen(keys.dead),
  ]);
  return { waiting: entries - leased, leased, dead };
}
