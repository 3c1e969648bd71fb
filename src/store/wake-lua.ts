/**
 * For what has one work entry as long as there is something to do: a hash { turn, active }, where `active` is the entry,
 * whose id ends in its turn. Waking what is awake changes nothing. What is buried comes back under its own id, so that the
 * issue which holds it is over when it is done. After `entryLua`.
 */
export const wakeLua = `
local function wake(line, work, now)
  local active = redis.call('HGET', line, 'active')
  if active and redis.call('HEXISTS', T .. ':entries', active) == 1 then return end
  local dead = active and redis.call('HGET', T .. ':dead', active)
  if dead then
    local e = cjson.decode(dead).entry
    e.tries = 0
    redis.call('HDEL', T .. ':dead', active)
    redis.call('HSET', T .. ':entries', active, cjson.encode(e))
    wait(active, e, now)
    return
  end
  active = work.id .. '.' .. string.format('%.0f', redis.call('HINCRBY', line, 'turn', 1))
  redis.call('HSET', line, 'active', active)
  push(active, work.entry, now)
end
`;
