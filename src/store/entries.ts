import type { Clock } from '../platform/clock.ts';
import { generationFailure, type CommitDeps } from './commit.ts';
import { entryLua, inflightDefault, leaseMs, toBegun, type BegunEntry, type StoredEntry } from './entry-lua.ts';
import { firstReadLua } from './first-read-lua.ts';
import { defineScript, runScript } from './script.ts';
import { parseStored } from './stored-json.ts';

/** The lane of work that spends nobody's budget and comes of itself: what merchants ask for waits in a lane of their own. */
export const freeLane = 'free';
/** Where a merchant's orders, requests and hooks wait for their first run: never behind another merchant's. */
export const merchantLane = (merchantId: string): string => `${freeLane}.${merchantId}`;
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
  /** Runs of it that were begun and not heard of again. */
  lostRuns: number;
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
-- A hand-over, until its first call asks for a slot, on a busy machine.
local ahead = 300
local out = { '' }
-- Entries go out as they lie there. Answers how many of them are still there.
local function hand(ids, redriven)
  if #ids == 0 then return 0 end
  local given, leases = 0, {}
  for at, raw in ipairs(redis.call('HMGET', T .. ':entries', unpack(ids))) do
    if raw then
      given = given + 1
      leases[#leases + 1] = now + lease
      leases[#leases + 1] = ids[at]
      out[#out + 1] = ids[at]
      out[#out + 1] = raw
      out[#out + 1] = redriven
    elseif redriven == '1' then
      redis.call('ZREM', T .. ':leased', ids[at])
    end
  end
  if given > 0 then redis.call('ZADD', T .. ':leased', unpack(leases)) end
  room = room - given
  return given
end
-- Half of the room at the most: what waits long for a place must not keep out what is fresh.
hand(redis.call('ZRANGEBYSCORE', T .. ':leased', '-inf', now, 'LIMIT', 0, math.ceil(room / 2)), '1')
for _, lane in ipairs(redis.call('ZRANGEBYSCORE', T .. ':lanes', '-inf', now, 'LIMIT', 0, 500)) do
  if room <= 0 then break end
  local stateKey = T .. ':lane-state:' .. lane
  local state = redis.call('HMGET', stateKey, 'interval', 'free', 'cap', 'inflight', 'turn', 'slot')
  local interval, free = tonumber(state[1] or '0'), tonumber(state[2] or '0')
  local cap, inflight, turn = tonumber(state[3] or capDefault), tonumber(state[4] or '0'), tonumber(state[5] or '0')
  -- Jobs make more than one call: a lane whose calls are asked for further ahead than a hand-over takes, and than lower
  -- classes may book, hands over nothing. Were it to wait until none is, slots would pass while its next entry is on its way.
  free = math.max(free, tonumber(state[6] or '0') - math.max(3 * interval, ahead))
  local want = free <= now and math.max(0, math.min(room, cap - inflight)) or 0
  local ids = {}
  local function first(queue, class)
    local head = redis.call('ZRANGE', T .. ':lane:' .. queue .. ':' .. class, 0, 0, 'WITHSCORES')
    return head[1], tonumber(head[2])
  end
  local function take(queue, class, id)
    redis.call('ZREM', T .. ':lane:' .. queue .. ':' .. class, id)
    return id
  end
  -- The first entry that is due. A merchant's queue goes behind the others that are due when it has had its turn.
  local function pickOf(class)
    local head, score = first(lane, class)
    if not head or score >= now + 1 then return end
    if string.sub(head, 1, 1) ~= '/' then return score <= now and take(lane, class, head) end
    local queue = lane .. head
    local id, due = first(queue, class)
    if id and due <= now then take(queue, class, id) else id = nil end
    local nextId, nextDue = first(queue, class)
    if not nextId then
      take(lane, class, head)
    else
      local back = math.max(nextDue, now + #ids / 1000)
      redis.call('ZADD', T .. ':lane:' .. lane .. ':' .. class, back, head)
    end
    return id or pickOf(class)
  end
  local function pick()
    for _, class in ipairs({ classesOf(turn) }) do
      local id = pickOf(class)
      if id then return id end
    end
  end
  while #ids < want and free <= now do
    local id = pick()
    if not id then break end
    ids[#ids + 1] = id
    turn = turn + 1
    if interval > 0 then free = (free < now - late and now or free) + interval end
  end
  local due
  for class = 0, 4 do
    local _, score = first(lane, class)
    if score and (not due or score < due) then due = score end
  end
  local took = hand(ids, '')
  if took > 0 then redis.call('HSET', stateKey, 'free', free, 'inflight', inflight + took, 'turn', turn % 12) end
  -- A lane at its cap leaves the set; the next release of one of its entries brings it back.
  if not due or inflight + took >= cap then redis.call('ZREM', T .. ':lanes', lane)
  else redis.call('ZADD', T .. ':lanes', math.max(due, free), lane) end
end
local nextLane = redis.call('ZRANGE', T .. ':lanes', 0, 0, 'WITHSCORES')[2]
local nextLease = redis.call('ZRANGE', T .. ':leased', 0, 0, 'WITHSCORES')[2]
local due = math.min(tonumber(nextLane or 'inf'), tonumber(nextLease or 'inf'))
if due < math.huge then out[1] = tostring(math.max(0, due - now)) end
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
  const [idle = '', ...handed] = Array.isArray(reply) ? reply.map(String) : [];
  const entries: LeasedEntry[] = [];
  for (let at = 0; at < handed.length; at += 3) {
    const [id = '', raw = '', redriven = ''] = handed.slice(at, at + 3);
    const { job, lane, attempt, tries, payload, runs = 0 } = parseStored<StoredEntry>(raw);
    const given = { id, job, lane, attempt, tries, payload: parseStored<unknown>(payload) };
    entries.push({ ...given, lostRuns: runs, redriven: redriven !== '' });
  }
  return { entries, idleMs: idle === '' ? undefined : Number(idle) };
}

const beginScript = defineScript(`${entryLua}${firstReadLua}
local now = clock(ARGV[1])
local out = {}
for at = 2, #ARGV, 2 do
  local id = ARGV[at]
  local e = held(id, tonumber(ARGV[at + 1]))
  if e and redis.call('ZSCORE', T .. ':leased', id) then
    out[#out + 1] = id
    out[#out + 1] = begin(id, e, now)
    out[#out + 1] = firstRead(e)
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
  const begun: unknown[] = Array.isArray(reply) ? reply : [];
  return begun.flatMap((_, at) => (at % 3 === 0 ? [toBegun(begun.slice(at, at + 3))] : []));
}

const handBackScript = defineScript(`${entryLua}
local now = clock(ARGV[1])
for at = 2, #ARGV, 2 do
  local id = ARGV[at]
  if held(id, tonumber(ARGV[at + 1])) then redis.call('ZADD', T .. ':leased', 'XX', now, id) end
end
return 1`);

/** What was handed over here will not be begun here: its lease ends now, and somebody else has it. */
export async function handBack(
  { redis, keys, clock }: Pick<CommitDeps, 'redis' | 'keys' | 'clock'>,
  handed: readonly { id: string; attempt: number }[],
): Promise<void> {
  const args = handed.flatMap(({ id, attempt }) => [id, attempt]);
  await runScript(redis, handBackScript, [keys.tag], [clock.scriptNow(), ...args]);
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
