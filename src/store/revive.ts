import { generationFailure } from './commit.ts';
import type { StoreDeps } from './deps.ts';
import { entryLua } from './entry-lua.ts';
import { defineScript, runScript } from './script.ts';

const reviveScript = defineScript(`${entryLua}
local now = clock(ARGV[1])
if not known(ARGV[2]) then return -1 end
local revived = 0
for i = 4, #ARGV do
  local id = ARGV[i]
  local raw = redis.call('HGET', T .. ':dead', id)
  if raw then
    local e = cjson.decode(raw).entry
    if ARGV[3] ~= '' then e.issue = ARGV[3] end
    e.tries = 0
    redis.call('HDEL', T .. ':dead', id)
    redis.call('DEL', T .. ':applied:' .. id)
    if redis.call('HSETNX', T .. ':entries', id, cjson.encode(e)) == 1 then
      wait(id, e, now)
      revived = revived + 1
    end
  else
    -- Not buried: it waits for its next try, and need not.
    local waiting = redis.call('HGET', T .. ':entries', id)
    local e = waiting and cjson.decode(waiting)
    local due = e and redis.call('ZSCORE', T .. ':lane:' .. e.lane .. ':' .. e.class, id)
    if due and tonumber(due) > now then
      wait(id, e, now)
      revived = revived + 1
    end
  end
end
return revived`);

/** So many in one script: no other command waits long. */
const chunkSize = 500;

/**
 * Puts buried work back to wait, with all its attempts again; what waits for its next try has it now. Answers how many there
 * were.
 */
export async function reviveEntries(
  deps: StoreDeps,
  entryIds: readonly string[],
  issue: string | null,
): Promise<number> {
  let total = 0;
  for (let from = 0; from < entryIds.length; from += chunkSize) {
    const chunk = entryIds.slice(from, from + chunkSize);
    const args = [deps.clock.scriptNow(), deps.generation, issue ?? '', ...chunk];
    const revived = Number(await runScript(deps.redis, reviveScript, [deps.keys.tag], args));
    if (revived < 0) throw generationFailure();
    total += revived;
  }
  return total;
}
