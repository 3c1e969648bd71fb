/**
 * The Lua that every script which touches work entries shares. `T` is the shard's tag, `now` milliseconds.
 *
 * entry = { job, lane, class, payload, attempt, tries }: `attempt` counts hand-overs to the queue (and makes the BullMQ
 * job id), `tries` counts failures that use up the job's budget of attempts.
 * lane  = a hash `<T>:lane-state:<lane>` { interval, free, cap, inflight } and one sorted set per class
 * `<T>:lane:<lane>:<class>` of entry ids by the moment they may run.
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
local function wait(id, e, at)
  redis.call('ZADD', T .. ':lane:' .. e.lane .. ':' .. e.class, at, id)
  offer(e.lane, at)
end
-- The same id again is the same work: pushing it while it waits, runs or has just run changes nothing.
local function push(id, e, at)
  if redis.call('EXISTS', T .. ':applied:' .. id) == 1 then return false end
  e.attempt = 0
  e.tries = 0
  if redis.call('HSETNX', T .. ':entries', id, cjson.encode(e)) == 0 then return false end
  wait(id, e, at)
  return true
end
local function release(lane, now)
  redis.call('HINCRBY', T .. ':lane-state:' .. lane, 'inflight', -1)
  for class = 0, 4 do
    if redis.call('EXISTS', T .. ':lane:' .. lane .. ':' .. class) == 1 then offer(lane, now) return end
  end
end
-- Work that an issue held back is done, or has become another issue's; with its last work the issue is over.
local function leaveIssue(issue, id)
  if not issue then return end
  local waiting = T .. ':issue-entries:' .. issue
  redis.call('SREM', waiting, id)
  if redis.call('SCARD', waiting) == 0 then redis.call('HSET', T .. ':issue:' .. issue, 'status', 'resolved') end
end
-- The entry, if this hand-over of it still owns it.
local function owned(id, attempt)
  local raw = redis.call('HGET', T .. ':entries', id)
  if not raw or redis.call('EXISTS', T .. ':applied:' .. id) == 1 then return nil end
  local e = cjson.decode(raw)
  if e.attempt ~= attempt or not redis.call('ZSCORE', T .. ':leased', id) then return nil end
  return e
end
`;

/** Long enough that no stray hand-over of an applied entry can still be under way, short enough to stay small. */
export const appliedMarkSeconds = 600;
