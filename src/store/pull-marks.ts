import { allPullFlags } from '../domain/pull-flags.ts';
import { fromEntry, generationFailure, type NewEntry } from './commit.ts';
import type { StoreDeps } from './deps.ts';
import { entryGone } from './change-order.ts';
import { entryLua } from './entry-lua.ts';
import { runReplicated } from './replicas.ts';
import { defineScript, runScript } from './script.ts';
import { parseStored } from './stored-json.ts';
import { wakeLua } from './wake-lua.ts';

/**
 * SKUs of one connection that have changed and are to be read: a hash of SKU to `<version> <flags>`, so that a thousand
 * notices of one SKU are one mark. State = a hash { version, turn, active, handing }: `version` counts the marks ever made,
 * `handing` are runs whose rows are durable and that are not all started.
 */
const markLua = `${entryLua}${wakeLua}
-- All flags that there were stay, but for "removed" (8): there the latest word counts.
local function mark(state, marks, sku, flags)
  local old = redis.call('HGET', marks, sku)
  if old then flags = bit.bor(flags, bit.band(tonumber(string.match(old, '%d+$')), ${allPullFlags})) end
  redis.call('HSET', marks, sku, string.format('%.0f', redis.call('HINCRBY', state, 'version', 1)) .. ' ' .. flags)
end
`;

const addScript = defineScript(`${markLua}
local p = cjson.decode(ARGV[1])
if not known(p.generation) then return 'generation' end
mark(KEYS[2], KEYS[3], p.sku, p.flags)
wake(KEYS[2], p.work, clock(p.now) + p.work.delay)
return 'marked'`);

/** The SKU is to be read. Durable when it resolves; `work` is pushed unless it waits or runs already. */
export async function markSku(
  deps: StoreDeps,
  connectionId: string,
  { skuId, flags }: { skuId: string; flags: number },
  work: NewEntry,
): Promise<void> {
  const { keys, clock, generation } = deps;
  const plan = { generation, now: clock.scriptNow(), sku: skuId, flags, work: fromEntry(work) };
  const scriptKeys = [keys.tag, keys.pull(connectionId), keys.pullMarks(connectionId)] as const;
  const reply = await runReplicated(deps, addScript, scriptKeys, [JSON.stringify(plan)]);
  if (reply === 'generation') throw generationFailure();
}

export interface SkuMark {
  skuId: string;
  flags: number;
  /** The mark as it was taken: another one by now is another change. */
  stamp: string;
}

/** Some marks, in no order, so that none of them holds up the others for ever. `version`: to see whether more came since. */
export async function takeMarks(
  { redis, keys }: StoreDeps,
  connectionId: string,
  max: number,
): Promise<{ marks: SkuMark[]; version: string | null }> {
  const version = await redis.hget(keys.pull(connectionId), 'version');
  const found = await redis.hrandfield(keys.pullMarks(connectionId), max, 'WITHVALUES');
  const flat = Array.isArray(found) ? found.flat().map(String) : [];
  const marks: SkuMark[] = [];
  for (let at = 0; at + 1 < flat.length; at += 2) {
    const [skuId = '', stamp = ''] = [flat[at], flat[at + 1]];
    marks.push({ skuId, stamp, flags: Number(stamp.split(' ')[1] ?? allPullFlags) });
  }
  return { marks, version };
}

/** Runs of the batch before, which are to be started. */
export async function readHanding({ redis, keys }: StoreDeps, connectionId: string): Promise<HandedRuns | null> {
  const stored = await redis.hget(keys.pull(connectionId), 'handing');
  return stored === null ? null : parseStored<HandedRuns>(stored);
}

/** Nobody asks for them any more. */
export const forgetMarks = async ({ redis, keys }: StoreDeps, connectionId: string): Promise<void> =>
  void (await redis.del(keys.pullMarks(connectionId), keys.pullAgain(connectionId)));

export const countMarks = ({ redis, keys }: StoreDeps, connectionId: string): Promise<number> =>
  redis.hlen(keys.pullMarks(connectionId));

const allKeys = ({ keys }: StoreDeps, connectionId: string) =>
  [
    keys.tag,
    keys.pull(connectionId),
    keys.pullMarks(connectionId),
    keys.pullAgain(connectionId),
    keys.fullPull(connectionId),
  ] as const;

/** Whose work it is: an attempt that still holds its entry. */
export interface EntryHolder {
  entryId: string;
  attempt: number;
}

const heldLua = `
local e = held(p.entryId, p.attempt)
if not e or not redis.call('ZSCORE', T .. ':leased', p.entryId) then return 'gone' end
`;

const settleScript = defineScript(`${markLua}
local p = cjson.decode(ARGV[1])
if not known(p.generation) then return 'generation' end
${heldLua}
if p.handing then redis.call('HSET', KEYS[2], 'handing', p.handing) end
local status = redis.call('HGET', KEYS[5], 'status')
local again = status == 'reading' or status == 'handing'
for at, sku in ipairs(p.skus) do
  if redis.call('HGET', KEYS[3], sku) == p.stamps[at] then redis.call('HDEL', KEYS[3], sku) end
  if again then redis.call('HSET', KEYS[4], sku, string.match(p.stamps[at], '%d+$')) end
end
return 'settled'`);

/**
 * The rows of these SKUs are durable in runs that are to be started: their marks go, but for those that were made anew
 * meanwhile. While a complete read is under way they are kept aside, too: its rows may be older and are sent later.
 * @throws Failure `aborted` `entry.gone` when the work is somebody else's by now
 */
export async function settleMarks(
  deps: StoreDeps,
  connectionId: string,
  marks: readonly SkuMark[],
  handing: HandedRuns | null,
  holder: EntryHolder,
): Promise<void> {
  const plan = {
    generation: deps.generation,
    ...holder,
    skus: marks.map(({ skuId }) => skuId),
    stamps: marks.map(({ stamp }) => stamp),
    ...(handing === null ? {} : { handing: JSON.stringify(handing) }),
  };
  const reply = await runReplicated(deps, settleScript, allKeys(deps, connectionId), [JSON.stringify(plan)]);
  if (reply === 'generation') throw generationFailure();
  if (reply === 'gone') throw entryGone();
}

/** Runs whose rows are durable; the inventory's is started when the products' is over. */
export interface HandedRuns {
  products?: string | undefined;
  inventory?: string | undefined;
}

const againMax = 1_000;
const againScript = defineScript(`${markLua}
local p = cjson.decode(ARGV[1])
if not known(p.generation) then return 'generation' end
${heldLua}
local skus = redis.call('HRANDFIELD', KEYS[4], ${againMax})
for _, sku in ipairs(skus) do
  mark(KEYS[2], KEYS[3], sku, tonumber(redis.call('HGET', KEYS[4], sku)))
  redis.call('HDEL', KEYS[4], sku)
end
if #skus > 0 then wake(KEYS[2], p.work, clock(p.now)) end
if redis.call('HLEN', KEYS[4]) > 0 then return 'more' end
redis.call('HSET', KEYS[5], 'status', 'done', 'endedAt', p.at)
return 'done'`);

/** The rows of a complete read are on their way: what was read meanwhile is marked again, and the read is done. */
export async function endFullPull(
  deps: StoreDeps,
  connectionId: string,
  { at, work, holder }: { at: string; work: NewEntry; holder: EntryHolder },
): Promise<void> {
  const { clock, generation } = deps;
  const plan = JSON.stringify({ generation, now: clock.scriptNow(), at, work: fromEntry(work), ...holder });
  for (;;) {
    const reply = await runScript(deps.redis, againScript, allKeys(deps, connectionId), [plan]);
    if (reply === 'generation') throw generationFailure();
    if (reply === 'gone') throw entryGone();
    if (reply !== 'more') return;
  }
}
