import type { StoreDeps } from './deps.ts';
import { defineScript, runScript } from './script.ts';

type Deps = Pick<StoreDeps, 'redis' | 'keys' | 'clock'>;

/** Lanes that are looked at: those that are next to hand over, and those with a limit. */
const lanesMax = 500;

const oldestScript = defineScript(`
local T, now = KEYS[1], tonumber(ARGV[1])
local lanes, seen, oldest = {}, {}, {}
local function add(names)
  for _, lane in ipairs(names) do
    if not seen[lane] and #lanes < ${lanesMax} then
      seen[lane] = true
      lanes[#lanes + 1] = lane
    end
  end
end
-- At their cap lanes leave the set; those that fill up have limits.
add(redis.call('SRANDMEMBER', T .. ':budgets', ${lanesMax / 2}))
add(redis.call('ZRANGEBYSCORE', T .. ':lanes', '-inf', now, 'LIMIT', 0, ${lanesMax}))
local function look(queue, class)
  local head = redis.call('ZRANGE', T .. ':lane:' .. queue .. ':' .. class, 0, 0, 'WITHSCORES')
  local id, due = head[1], tonumber(head[2])
  if not id then return end
  if string.sub(id, 1, 1) == '/' then return look(queue .. id, class) end
  local job = string.match(id, '^[^.]*')
  if due < (oldest[job] or now) then oldest[job] = due end
end
for _, lane in ipairs(lanes) do
  for class = 0, 4 do look(lane, class) end
end
local out = {}
for job, due in pairs(oldest) do
  out[#out + 1] = job
  out[#out + 1] = now - due
end
return out`);

/** Of each job that is late: for how long its oldest entry has been due (ms). At most 500 lanes are looked at. */
export async function readOldestDue({ redis, keys, clock }: Deps): Promise<Map<string, number>> {
  const reply = await runScript(redis, oldestScript, [keys.tag], [clock.now()]);
  const flat = Array.isArray(reply) ? reply.map(String) : [];
  return new Map(flat.flatMap((job, at) => (at % 2 === 0 ? [[job, Number(flat[at + 1])] as const] : [])));
}

/** So many entries are counted one by one; of more, so many are drawn and scaled up. */
const countedMax = 2_000;

/** Entries of each job, those that wait for their time among them: exact up to 2,000, and beyond that an estimate. */
export async function countByJob({ redis, keys }: Deps): Promise<Map<string, number>> {
  const total = await redis.hlen(keys.entries);
  const drawn = total === 0 ? [] : await redis.hrandfield(keys.entries, countedMax);
  const ids = Array.isArray(drawn) ? drawn.map(String) : [];
  const jobs = Map.groupBy(ids, (id) => id.split('.', 1)[0] ?? '');
  const scale = ids.length === 0 ? 0 : Math.max(1, total / ids.length);
  return new Map([...jobs].map(([job, of]) => [job, Math.round(of.length * scale)]));
}

/** How many open orders are looked at, those that nothing was heard of for longest. */
const staleMax = 200;

/** Of each status: for how long nothing was heard of the open order in it that was heard of last the longest ago (ms). */
export async function readStageAges({ redis, keys, clock }: Deps): Promise<Map<string, number>> {
  const stale = await redis.zrange(keys.open, '0', String(staleMax - 1), 'WITHSCORES');
  const ids = stale.filter((_, at) => at % 2 === 0);
  const statuses = await Promise.all(ids.map((id) => redis.hget(keys.order(id), 'doc')));
  const ages = new Map<string, number>();
  for (const [at, doc] of statuses.entries()) {
    const status = /"status":"([A-Z_]+)"/.exec(doc ?? '')?.[1];
    const ageMs = clock.now() - Number(stale[at * 2 + 1]);
    if (status !== undefined) ages.set(status, Math.max(ageMs, ages.get(status) ?? 0));
  }
  return ages;
}

const merchantsMax = 500;
const issuesPerMerchantMax = 200;

/** Open issues by the kind of their failure: of 500 merchants at the most, the 200 that were seen last. */
export async function countOpenIssues({ redis, keys }: Deps): Promise<Map<string, number>> {
  const merchants = (await redis.srandmember(keys.merchants, String(merchantsMax))) ?? [];
  const lists = await Promise.all(
    merchants.map((id) => redis.zrange(keys.issues(id), '0', String(issuesPerMerchantMax - 1), 'REV')),
  );
  const issues = await Promise.all(lists.flat().map((id) => redis.hmget(keys.issue(id), 'status', 'kind')));
  const open = issues.filter(([status]) => status === 'open');
  return new Map([...Map.groupBy(open, ([, kind]) => kind ?? 'transient')].map(([kind, of]) => [kind, of.length]));
}
