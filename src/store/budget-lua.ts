/** Which of the classes a pick looks at first: shared by work that waits (entry-lua.ts) and calls that wait. */
export const classesLua = `
-- The classes in the order in which a pick looks at them: every fourth pick begins with one of the lower ones, each in its
-- turn, so that none starves.
local function classesOf(turn)
  local from = 0
  if turn % 4 == 3 then from = 2 + math.floor(turn / 4) % 3 end
  return from % 5, (from + 1) % 5, (from + 2) % 5, (from + 3) % 5, (from + 4) % 5
end
`;

/** What was promised to ask again and did not for so long, is gone: its process died. */
const silenceMaxMs = 1_000;
/** Over two spacings or this, if longer, is a call booked ahead: so long may an asker take to come back for what it got. */
const aheadMs = 100;
const aheadMaxMs = 500;
/** Of the time that nobody used so much is made up for. */
const madeUpMs = 500;
/**
 * Of the margin so much is kept in every window, for what happens to a call between our socket and the partner. The rest
 * makes the rhythm slower than the windows would let it be, so that one who was late catches up.
 */
const guardShare = 0.6;
/** More calls are remembered than a window holds: of those that were never made, as many may be taken back. */
const spareCalls = 64;
/** Its place among the calls under way comes back by itself after this: a call's own deadlines are shorter. */
const openMaxMs = 30_000;

/**
 * The Lua of one lane's budget, a partner's limits for one account. ARGV: lane, now.
 *
 * `lane-state:<lane>` is a hash: `interval` (ms between calls now; `base` at its full rate), `due` (the next moment in that
 * rhythm), `last` (the newest call’s), `rest` (a pause that was asked for), `slot` (when what is asked for next may go out),
 * `windows` (`calls/ms,calls/ms`, the shortest first), `margin` (a share of a window that is left free), `atOnce`, `calls`
 * (how many there were, ever).
 * `lane-log:<lane>` holds the newest calls by the moment at which they go out, or went out if that was later: as many as the
 * largest window may hold.
 * `lane-open:<lane>` holds those under way by the moment at which they are given up, where only so many may be.
 * `lane-asks:<lane>:<class>` holds who waits, by the fair turn of its merchant; `lane-asked:<lane>` until when each will
 * have asked again; `lane-given:<lane>` what it got meanwhile; `lane-fair:<lane>` the merchants' turns.
 */
export const budgetLua = `
local T, lane = KEYS[1], ARGV[1]
local now = tonumber(ARGV[2])
if not now then local c = redis.call('TIME') now = c[1] * 1000 + math.floor(c[2] / 1000) end
${classesLua}
local function keyOf(what) return T .. ':lane-' .. what .. ':' .. lane end
local S, log, open, asked, given, fair = keyOf('state'), keyOf('log'), keyOf('open'), keyOf('asked'), keyOf('given'), keyOf('fair')
local s = redis.call('HMGET', S, 'base', 'interval', 'due', 'rest', 'windows', 'margin', 'atOnce', 'callTurn', 'last')
local base = tonumber(s[1] or '0')
local interval, due, rest = tonumber(s[2] or base), tonumber(s[3] or '0'), tonumber(s[4] or '0')
local margin, atOnce, turn = tonumber(s[6] or '0'), tonumber(s[7] or '0'), tonumber(s[8] or '0')
local last = tonumber(s[9] or '0')
local windows, longest = {}, { calls = 0, perMs = 0 }
for calls, perMs in string.gmatch(s[5] or '', '([%d.]+)/([%d.]+)') do
  longest = { calls = tonumber(calls), perMs = tonumber(perMs) }
  windows[#windows + 1] = longest
end
local guard = margin * ${guardShare}
local horizon = math.max(${aheadMs}, math.min(2 * interval, ${aheadMaxMs}))

-- When the nth newest call went out, or will.
local function newest(n) return tonumber(redis.call('ZREVRANGE', log, n - 1, n - 1, 'WITHSCORES')[2]) end
-- Between calls now: a window that is longer than the first sets the pace when half of it is used.
local function spacing()
  local pace = interval
  for n = 2, #windows do
    local w = windows[n]
    local half = newest(math.max(1, math.floor(w.calls / 2)))
    if half and half > now - w.perMs then pace = math.max(pace, w.perMs * (1 + margin) / w.calls) end
  end
  return pace
end
-- The first moment for the next call: in the rhythm, which may be twice as fast where time was lost; after a pause; and
-- when so many newer ones leave room in each window.
local function earliest()
  local at = math.max(now, due, rest, last + interval / 2)
  for _, w in ipairs(windows) do
    local nth = newest(w.calls)
    if nth then at = math.max(at, nth + w.perMs * (1 + guard)) end
  end
  return at
end
local function isFull()
  if atOnce == 0 then return false end
  redis.call('ZREMRANGEBYSCORE', open, '-inf', now)
  return redis.call('ZCARD', open) >= atOnce
end
local function waitingIn(class) return redis.call('ZCARD', keyOf('asks') .. ':' .. class) end
local function book(at)
  local id = redis.call('HINCRBY', S, 'calls', 1)
  redis.call('ZADD', log, at, id)
  redis.call('ZREMRANGEBYRANK', log, 0, -longest.calls - ${spareCalls} - 1)
  if atOnce > 0 then redis.call('ZADD', open, at + ${openMaxMs}, id) end
  -- What was missed because nobody asked in time is made up for: the windows are kept all the same. Not after a 429.
  local lag = interval > base and 0 or ${madeUpMs}
  due = math.max(due, at - lag) + spacing()
  -- Additive increase after a 429 halved the rate: two per cent of the limit a call.
  interval = math.max(base, interval - base * 0.02)
  turn = (turn + 1) % 12
  last = at
  return id
end
-- An ask is '<class>.<merchant>.<word>'. One that leaves its queue has not used its merchant's turn.
local function classOf(ask) return tonumber(string.sub(ask, 1, 1)) end
local function turnOf(ask) return string.match(ask, '^(.*)%.') end
local function leave(ask)
  if redis.call('ZREM', keyOf('asks') .. ':' .. classOf(ask), ask) == 1 then redis.call('HINCRBY', fair, turnOf(ask), -1) end
  redis.call('ZREM', asked, ask)
  redis.call('HDEL', given, ask)
end
-- Lower classes book half as far ahead, so that an order's call that comes meanwhile goes before theirs.
local function aheadOf(class) return class > 1 and turn % 4 ~= 3 and horizon / 2 or horizon end
-- Gives what may be booked by now to those who wait: by class, and the merchants of one class in turn.
local function advance()
  while not isFull() do
    local ask, class, tag
    for _, of in ipairs({ classesOf(turn) }) do
      local first = redis.call('ZRANGE', keyOf('asks') .. ':' .. of, 0, 0, 'WITHSCORES')
      if first[1] then ask, tag, class = first[1], first[2], of break end
    end
    if not ask then return end
    local at = earliest()
    if at > now + aheadOf(class) then return end
    redis.call('ZREM', keyOf('asks') .. ':' .. class, ask)
    redis.call('HSET', fair, class, tag)
    redis.call('HSET', given, ask, at .. '/' .. book(at))
  end
end
-- What calls of orders wait for comes before what more work of the lane would.
local function keep()
  local ahead = (waitingIn(0) + waitingIn(1)) * interval
  redis.call('HSET', S, 'due', due, 'interval', interval, 'callTurn', turn, 'last', last, 'slot', earliest() + ahead)
  redis.call('PEXPIRE', log, 2 * longest.perMs)
end
-- Who does not come back is not waited for.
local function forgetTheDead()
  for _, ask in ipairs(redis.call('ZRANGEBYSCORE', asked, '-inf', now - ${silenceMaxMs}, 'LIMIT', 0, 20)) do
    leave(ask)
  end
end
`;
