import { generationFailure } from './commit.ts';
import type { StoreDeps } from './deps.ts';
import { entryLua } from './entry-lua.ts';
import { defineScript, runScript } from './script.ts';

const reviveScript = defineScript(`${entryLua}
if not known(ARGV[2]) then return -1 end
local now, revived = clock(ARGV[1]), 0
for i = 5, #ARGV do
  local id = ARGV[i]
  local raw = redis.call('HGET', T .. ':dead', id)
  if raw then
    local e = cjson.decode(raw).entry
    if ARGV[3] ~= '' then e.issue = ARGV[3] end
    e.retried = tonumber(ARGV[4])
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

/** What an issue remembers of its latest retry: by whom, how much, and (in commits, issue-lua.ts) what became of it. */
const rememberScript = defineScript(`${entryLua}
local key = T .. ':issue:' .. ARGV[1]
if redis.call('EXISTS', key) == 1 then
  redis.call('HSET', key, 'retryMs', ARGV[2], 'retryBy', ARGV[3], 'retryRevived', ARGV[4], 'retryDone', 0, 'retryFailed', 0)
end`);

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
  by = '',
): Promise<number> {
  const buried: string[] = [];
  for (const chunk of chunksOf(entryIds)) {
    const found = await deps.redis.hmget(deps.keys.dead, ...chunk);
    buried.push(...chunk.filter((_, at) => found[at] != null));
  }
  const atMs = deps.clock.now();
  // First, so that none of it can end before it is counted.
  if (issue !== null && buried.length > 0) {
    await runScript(deps.redis, rememberScript, [deps.keys.tag], [issue, atMs, by, buried.length]);
  }
  let total = 0;
  for (const chunk of chunksOf(entryIds)) {
    const args = [deps.clock.scriptNow(), deps.generation, issue ?? '', atMs, ...chunk];
    const revived = Number(await runScript(deps.redis, reviveScript, [deps.keys.tag], args));
    if (revived < 0) throw generationFailure();
    total += revived;
  }
  return total;
}

const chunksOf = (ids: readonly string[]): string[][] =>
  Array.from({ length: Math.ceil(ids.length / chunkSize) }, (_, at) => ids.slice(at * chunkSize, (at + 1) * chunkSize));
