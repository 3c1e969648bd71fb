/** Open and resolved; what comes beyond is one issue for each code, and beyond those one in all. */
export const issuesMax = 1_000;
const otherIssuesMax = 100;
export const ordersKeptMax = 20;
/** Hours of a trend, each in a field of its own that the same hour of the next day takes over. */
export const trendHours = 24;

/**
 * What commits do with issues (issues.ts says what one is), after `entryLua` and `now`. A commit's write `ISSUE` calls
 * `onIssue`: so opening and counting happen with what has failed, or not at all.
 */
export const issueLua = `
local folded = {}
local function issueKey(id) return T .. ':issue:' .. id end
-- Where somebody may hear of it; one piece of work for each change, as the issue counts them.
local function tellOf(id, merchant, what)
  if redis.call('EXISTS', T .. ':endpoints:' .. merchant) == 0 then return end
  local turn = string.format('%.0f', redis.call('HINCRBY', issueKey(id), 'told', 1))
  local payload = cjson.encode({ merchantId = merchant, issueId = id, what = what })
  push('issue-tell.' .. id .. '.' .. turn, { job = 'issue-tell', lane = 'free.' .. merchant, class = 1, payload = payload }, now)
end
local function resolveIssue(id)
  local key = issueKey(id)
  local state = redis.call('HMGET', key, 'status', 'merchantId', 'ignoreAt')
  if state[1] ~= 'open' then return end
  redis.call('HSET', key, 'status', 'resolved', 'resolvedMs', now, 'retrying', 0)
  if not state[3] then tellOf(id, state[2], 'resolved') end
end
-- Work that an issue held back is done, or has become another issue's; with its last work the issue is over.
local function leaveIssue(issue, id)
  if not issue then return end
  local waiting = T .. ':issue-entries:' .. issue
  redis.call('SREM', waiting, id)
  if redis.call('SCARD', waiting) == 0 then resolveIssue(issue) end
end
-- What was put back by the latest retry of its issue has ended: done, or failed again.
local function endRetry(e, field)
  if not e.retried or not e.issue then return end
  if tonumber(redis.call('HGET', issueKey(e.issue), 'retryMs') or '') == e.retried then
    redis.call('HINCRBY', issueKey(e.issue), field, 1)
  end
end
-- Buried, and done all the same by other work on the same thing.
local function dropBuried(id)
  local buried = redis.call('HGET', T .. ':dead', id)
  if not buried then return end
  local e = cjson.decode(buried).entry
  redis.call('HDEL', T .. ':dead', id)
  leaveIssue(e.issue, id)
end
-- Of many causes together. A code holds no line break, so no two are called alike.
local function othersId(whose) return 'iss_' .. string.sub(redis.sha1hex(whose .. '\\nothers'), 1, 26) end
-- Its own place; where there are too many, that of one which has been over for long; else it counts with others.
local function placeOf(r)
  local all = T .. ':issues:' .. r.merchantId
  if redis.call('EXISTS', issueKey(r.id)) == 1 then return r.id end
  local known = redis.call('ZCARD', all)
  if known < ${issuesMax} then return r.id end
  for _, old in ipairs(redis.call('ZRANGE', all, 0, 19)) do
    if redis.call('HGET', issueKey(old), 'status') ~= 'open' then
      redis.call('DEL', issueKey(old), issueKey(old) .. ':orders', issueKey(old) .. ':seen', T .. ':issue-entries:' .. old)
      redis.call('ZREM', all, old)
      return r.id
    end
  end
  local others = othersId(r.merchantId .. '\\n' .. r.code)
  if known < ${issuesMax + otherIssuesMax} or redis.call('EXISTS', issueKey(others)) == 1 then
    r.title = 'other causes of ' .. r.code
    return others
  end
  r.title, r.code, r.job, r.target = 'other causes', 'packline.other_issues', 'other', 'packline'
  return othersId(r.merchantId)
end
-- Looked at when it fails again: ignored until some time, or until it has been counted so often.
local function isIgnored(at, untilMs, untilCount, count)
  if not at then return false end
  if untilMs and tonumber(untilMs) <= now then return false end
  return not untilCount or count < tonumber(untilCount)
end
local function report(r)
  local id = placeOf(r)
  folded[r.id] = id
  local key = issueKey(id)
  local hour = math.floor(now / 3600000)
  local slot = 'h' .. (hour % ${trendHours})
  local known = redis.call('HMGET', key, 'status', 'count', slot, 'ignoreAt', 'ignoreUntilMs', 'ignoreUntilCount')
  local count = tonumber(known[2] or '0') + r.by
  local of, before = string.match(known[3] or '', '^(%d+):(%d+)$')
  if tonumber(of or '') ~= hour then before = 0 end
  if not known[1] then redis.call('HSET', key, 'id', id, 'merchantId', r.merchantId, 'firstSeenAt', r.at, 'reopened', 0) end
  redis.call('HSET', key, 'target', r.target, 'job', r.job, 'code', r.code, 'kind', r.kind, 'source', r.source,
    'title', r.title, 'lastSeenAt', r.at, 'lastDetail', r.detail, 'status', 'open', 'retrying', r.retrying and 1 or 0,
    'count', string.format('%.0f', count), slot, string.format('%.0f:%.0f', hour, before + r.by))
  redis.call('ZADD', T .. ':issues:' .. r.merchantId, now, id)
  if r.entryId ~= '' then redis.call('SADD', T .. ':issue-entries:' .. id, r.entryId) end
  local orders = key .. ':orders'
  if r.only then redis.call('DEL', orders) end
  -- One that stands there was counted when it came.
  local come = {}
  for _, orderId in ipairs(r.orderIds) do
    if redis.call('ZADD', orders, now, orderId) == 1 then come[#come + 1] = orderId end
  end
  if #come > 0 then
    redis.call('ZREMRANGEBYRANK', orders, 0, -${ordersKeptMax + 1})
    redis.call('PFADD', key .. ':seen', unpack(come))
  end
  local ignored = isIgnored(known[4], known[5], known[6], count)
  local lapsed = known[4] and not ignored
  if lapsed then redis.call('HDEL', key, 'ignoreAt', 'ignoreBy', 'ignoreUntilMs', 'ignoreUntilCount') end
  if known[1] == 'resolved' then
    redis.call('HINCRBY', key, 'reopened', 1)
    redis.call('HDEL', key, 'resolvedMs', 'ackAt', 'ackBy')
  end
  if not known[1] then redis.call('HSET', key, 'openedMs', now)
  elseif known[1] == 'resolved' or lapsed then redis.call('HSET', key, 'openedMs', now) end
  if ignored then return end
  if not known[1] then tellOf(id, r.merchantId, 'opened')
  elseif known[1] == 'resolved' or lapsed then tellOf(id, r.merchantId, 'reopened') end
end
local function onIssue(act, what)
  if act == 'report' then report(cjson.decode(what))
  elseif act == 'resolve' then resolveIssue(what)
  else dropBuried(what) end
end
`;
