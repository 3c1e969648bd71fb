import type { StockReconciliation } from './stock-reconciliations.ts';
import { examplesMax } from './stock-reconciliations.ts';
import { deltaLua } from './delta.ts';
import { lastSentStates, listedBytes, listedLua, type LastSent } from './delta-listed.ts';
import type { StoreDeps } from './deps.ts';
import { lineKeys } from './run-line.ts';
import { defineScript, runScript, type Script } from './script.ts';

type Comparison = Pick<StockReconciliation, 'id' | 'connectionId' | 'kind'>;

/** How far a comparison is. */
export interface StockPlace {
  /** The next page of the list; null when it is through. */
  page: number | null;
  /** Rows on a page, as the first one had them. */
  pageRows: number;
  total: number;
  /** Turns that it let uploads go first. */
  waits: number;
  /** The next bucket of the delta state to be looked through for rows that were not listed. */
  bucket: number;
}

export async function readStockPlace({ redis, keys }: StoreDeps, id: string): Promise<StockPlace> {
  const names = ['page', 'pageRows', 'total', 'waits', 'bucket'] as const;
  const [page, pageRows, total, waits, bucket] = await redis.hmget(keys.stockReconciliation(id), ...names);
  return {
    page: page === 'through' ? null : Number(page ?? 0),
    pageRows: Number(pageRows ?? 0),
    total: Number(total ?? 0),
    waits: Number(waits ?? 0),
    bucket: Number(bucket ?? 0),
  };
}

export async function countWait({ redis, keys }: StoreDeps, id: string): Promise<void> {
  await redis.hincrby(keys.stockReconciliation(id), 'waits', 1);
}

/**
 * Uploads change what is compared. `quiet`: none is at work, and none has been since the line was at `entered`. One that
 * failed stands still: what it had under way is settled, and so are all behind it.
 */
const quietLua = `
local report, runs, line = KEYS[3], KEYS[4], KEYS[5]
local function isAtWork()
  local head = redis.call('ZRANGE', runs, 0, 0)[1]
  return head and redis.call('HGET', ARGV[1] .. head, 'status') ~= 'failed'
end
local function entered() return redis.call('HGET', line, 'entered') or '0' end
`;

const lineScript = defineScript(`${quietLua} return (isAtWork() and '1' or '0') .. entered()`);

/** The word for an upload line in which nothing happens; undefined while something does. */
export async function readQuietLine(deps: StoreDeps, comparison: Comparison): Promise<string | undefined> {
  const reply = String(await run(deps, comparison, lineScript, []));
  return reply.startsWith('1') ? undefined : reply.slice(1);
}

/**
 * Bucket n has 8 bytes in \`seen\`: how many of its rows were listed as they were accepted (16 bits), and the sum of their
 * fields taken as numbers (48 bits: 256 fields of 40 fit). Which one of a bucket was not listed follows from the sums.
 */
const seenLua = `
local seen = KEYS[6]
local function numberOf(field)
  local a, b, c, d, e = byte(field, 1, 5)
  return (((a * 256 + b) * 256 + c) * 256 + d) * 256 + e
end
local function markSeen(d, rows, at)
  local n = tonumber(sub(bucketOf(d, rows, at), #d.prefix + 1))
  local number = string.format('%.0f', numberOf(sub(rows, at + 1, at + 5)))
  redis.call('BITFIELD', seen, 'INCRBY', 'u16', n * 64, 1, 'INCRBY', 'u48', n * 64 + 16, number)
end
`;

const pageScript = defineScript(`${deltaLua}${listedLua}${quietLua}${seenLua}
local p, rows = cjson.decode(ARGV[2]), ARGV[3]
local f = redis.call('HMGET', report, 'page', 'total', 'status', 'entered')
if f[1] ~= p.page or f[3] ~= 'running' then return 'gone' end
local quiet = p.entered and not isAtWork() and entered() == p.entered
local moved = not quiet or (f[2] and f[2] ~= p.total) or (f[4] and f[4] ~= p.entered)
local d, out, counts, forgotten = openDelta(KEYS[2]), {}, { 0, 0, 0 }, 0
for at = 1, #rows, ${listedBytes} do
  local is = judgeListed(d, rows, at)
  counts[is + 1] = counts[is + 1] + 1
  out[#out + 1] = is
  if is == 1 and p.isFull then markSeen(d, rows, at) end
  if is == 2 and quiet then forgotten = forgotten + forgetKeys(d, sub(rows, at, at + 5)) end
end
redis.call('HINCRBY', report, 'listed', p.listed)
redis.call('HINCRBY', report, 'foreign', p.listed - counts[2] - counts[3])
redis.call('HINCRBY', report, 'same', counts[2])
redis.call('HINCRBY', report, quiet and 'different' or 'underWay', counts[3])
redis.call('HINCRBY', report, 'forgotten', forgotten)
redis.call('HSET', report, 'page', p.next, 'pageRows', p.pageRows, 'total', p.total)
if moved then redis.call('HSET', report, 'moved', 1) else redis.call('HSET', report, 'entered', p.entered) end
if p.isFull then redis.call('EXPIRE', seen, ${7 * 86_400}) end
return (quiet and 'q' or 'b') .. table.concat(out)`);

/** A page of the list, as it is compared. */
export interface ComparedPage {
  page: number;
  /** Null: there is none. */
  next: number | null;
  pageRows: number;
  total: number;
  /** What the line was before the page was asked for; undefined when uploads were at work. */
  entered: string | undefined;
  isFull: boolean;
  /** Rows on the page, those without a key of ours among them. */
  listed: number;
}

/**
 * Compares a page, forgets what differs and counts it, in one moment; once for each page, whoever dies on the way. Answers
 * what each packed row is, and whether the differences are differences: while uploads are at work nobody can tell. Null when
 * somebody else has taken this page.
 */
export async function comparePage(
  deps: StoreDeps,
  comparison: Comparison,
  { page, next, total, ...facts }: ComparedPage,
  packed: Buffer,
): Promise<{ isQuiet: boolean; rows: LastSent[] } | null> {
  const plan = { ...facts, page: String(page), next: next === null ? 'through' : String(next), total: String(total) };
  const reply = String(await run(deps, comparison, pageScript, [JSON.stringify(plan), packed]));
  if (reply === 'gone') return null;
  const rows = Array.from(reply.slice(1), (digit) => lastSentStates[Number(digit)] ?? 'unknown');
  return { isQuiet: reply.startsWith('q'), rows };
}

/** Names of rows that differ; a few, for a person to look at. */
export async function addExamples(
  { redis, keys, retention }: StoreDeps,
  id: string,
  names: readonly Readonly<Record<string, string>>[],
): Promise<void> {
  if (names.length === 0) return;
  const key = `${keys.stockReconciliation(id)}:examples`;
  await redis.rpush(key, ...names.slice(0, examplesMax).map((name) => JSON.stringify(name)));
  await redis.ltrim(key, '0', String(examplesMax - 1));
  await redis.expire(key, retention.eventSeconds);
}

/** Buckets that are looked through in one script. */
const bucketsMax = 500;

const searchScript = defineScript(`${deltaLua}${quietLua}${seenLua}
local from = tonumber(ARGV[2])
local f = redis.call('HMGET', report, 'bucket', 'moved', 'entered', 'listed', 'total', 'status')
if tonumber(f[1] or '0') ~= from or f[6] ~= 'running' then return 'gone' end
-- A list that grew or shrank while it was paged may have shown a row twice, or not at all.
if f[2] or isAtWork() or f[3] ~= entered() or f[4] ~= f[5] then
  redis.call('HSET', report, 'moved', 1)
  return 'through'
end
local d, missing, forgotten = openDelta(KEYS[2]), 0, 0
local last = math.min(from + ${bucketsMax}, d.low + d.split)
for n = from, last - 1 do
  local bucket = d.prefix .. n
  local has = redis.call('HLEN', bucket)
  if has > 0 then
    local s = redis.call('BITFIELD', seen, 'GET', 'u16', n * 64, 'GET', 'u48', n * 64 + 16)
    if has > s[1] then
      missing = missing + has - s[1]
      local gone, sum = redis.call('HKEYS', bucket), -s[2]
      for _, field in ipairs(gone) do sum = sum + numberOf(field) end
      for _, field in ipairs(has - s[1] == 1 and gone or {}) do
        if numberOf(field) == sum then gone = { field } end
      end
      for _, field in ipairs(gone) do forgotten = forgotten + redis.call('HDEL', bucket, field) end
    end
  end
end
if forgotten > 0 then redis.call('HINCRBY', d.key, 'rows', -forgotten) end
redis.call('HINCRBY', report, 'missing', missing)
redis.call('HINCRBY', report, 'forgotten', forgotten)
redis.call('HSET', report, 'bucket', last)
if last < d.low + d.split then return 'on' end
redis.call('HSET', report, 'searched', 1)
return 'through'`);

/**
 * Looks through a part of what was accepted for rows that the list did not have, and forgets them: the one that is missing
 * in its bucket, or the whole bucket (some fifty rows) where several are. Answers false when all of it is looked through, or
 * cannot be: the list or the line moved.
 */
export async function searchMissing(deps: StoreDeps, comparison: Comparison, bucket: number): Promise<boolean> {
  return String(await run(deps, comparison, searchScript, [String(bucket)])) === 'on';
}

function run(
  deps: StoreDeps,
  comparison: Comparison,
  script: Script,
  args: readonly (string | Buffer)[],
): Promise<unknown> {
  const { redis, keys } = deps;
  const { id, connectionId, kind } = comparison;
  const report = keys.stockReconciliation(id);
  const [line, lineRuns] = lineKeys(deps, { connectionId, kind });
  const scriptKeys = [keys.tag, keys.delta(connectionId, kind), report, lineRuns, line, `${report}:seen`];
  return runScript(redis, script, scriptKeys, [keys.run(''), ...args]);
}
