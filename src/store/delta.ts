import type { RunKind } from '../domain/bulk-run.ts';
import type { RedisClient } from '../platform/redis.ts';
import type { Keys } from './keys.ts';
import { defineScript, runScript } from './script.ts';

/** A row as the delta state knows it: 6 bytes of its key, and 6 of its value beside them. */
export const fingerprintBytes = 12;
export const fingerprintKeyBytes = 6;

/** What the partner of one connection has accepted last: of each row a fingerprint, and no value. */
export interface DeltaRef {
  connectionId: string;
  kind: RunKind;
}

type DeltaDeps = { redis: RedisClient; keys: Keys };

/**
 * Rows lie in buckets, hashes that Redis keeps as one packed string each up to 128 entries (its default, 512 before 7.0):
 * 45 on average. Growing is linear hashing: buckets are split one by one in their order, so that those whose turn is next
 * hold twice as many (90), and no more than 128 by chance.
 */
const rowsPerBucket = 45;
/** So that one byte of the key is in its bucket's number, and five are enough for its field. */
const bitsMin = 8;
/** Of the number's 24 bits: 700 million rows. */
const bitsMax = 23;
/** Buckets that are split, or removed, in one script: a millisecond or two. */
const splitsMax = 50;
const removedMax = 2_000;

/**
 * The Lua that every script which touches a delta state shares. Key K = 6 bytes; its bucket is numbered by the low bits of
 * the first three, its field are the last five. State = a hash { epoch, bits, split, rows }: buckets below `split` go by
 * one bit more. Whatever is changed is changed in one script, so nothing is ever half split. `acceptRows` answers whether
 * it is time to split some.
 */
export const deltaLua = `
local byte, sub = string.byte, string.sub
local function openDelta(key)
  local s = redis.call('HMGET', key, 'epoch', 'bits', 'split')
  local bits = tonumber(s[2] or '${bitsMin}')
  return { key = key, low = 2 ^ bits, split = tonumber(s[3] or '0'), bits = bits, prefix = key .. ':' .. (s[1] or '0') .. ':' }
end
local function bucketOf(d, rows, at)
  local a, b, c = byte(rows, at, at + 2)
  local h = a + b * 256 + c * 65536
  local n = h % d.low
  if n < d.split then n = h % (d.low * 2) end
  return d.prefix .. n
end
local function isAccepted(d, rows, at)
  return redis.call('HGET', bucketOf(d, rows, at), sub(rows, at + 1, at + 5)) == sub(rows, at + 6, at + 11)
end
local function acceptRows(d, rows)
  local news = 0
  for at = 1, #rows, ${fingerprintBytes} do
    news = news + redis.call('HSET', bucketOf(d, rows, at), sub(rows, at + 1, at + 5), sub(rows, at + 6, at + 11))
  end
  return news > 0 and redis.call('HINCRBY', d.key, 'rows', news) > ${rowsPerBucket} * (d.low + d.split)
end
local function forgetKeys(d, ids)
  local gone = 0
  for at = 1, #ids, ${fingerprintKeyBytes} do
    gone = gone + redis.call('HDEL', bucketOf(d, ids, at), sub(ids, at + 1, at + 5))
  end
  if gone > 0 then redis.call('HINCRBY', d.key, 'rows', -gone) end
  return gone
end
`;

/** Against what the partner has: another value or none, the same, or (whatever it is) one that came after this row. */
export type DeltaComparison = 'changed' | 'same' | 'overtaken';
const comparisons: readonly DeltaComparison[] = ['changed', 'same', 'overtaken'];

const compareScript = defineScript(`${deltaLua}
local d, rows, out = openDelta(KEYS[2]), ARGV[1], {}
local overtaken = KEYS[3] and redis.call('EXISTS', KEYS[3]) == 1
for at = 1, #rows, ${fingerprintBytes} do
  local is = isAccepted(d, rows, at) and '1' or '0'
  if overtaken and redis.call('SISMEMBER', KEYS[3], sub(rows, at, at + 5)) == 1 then is = '2' end
  out[#out + 1] = is
end
return table.concat(out)`);

/**
 * Compares rows with what the partner has, in one script: a few thousand at a time.
 * @param overtaken a set of keys that others have brought to their end since (keys.ts, `runOvertaken`)
 */
export async function compareWithDelta(
  { redis, keys }: DeltaDeps,
  { connectionId, kind }: DeltaRef,
  fingerprints: Uint8Array,
  overtaken?: string,
): Promise<(at: number) => DeltaComparison> {
  const scriptKeys = [keys.tag, keys.delta(connectionId, kind), ...(overtaken === undefined ? [] : [overtaken])];
  const reply = String(await runScript(redis, compareScript, scriptKeys, [asBuffer(fingerprints)]));
  return (at) => comparisons[reply.charCodeAt(at) - 48] ?? 'changed';
}

const acceptScript = defineScript(`${deltaLua} acceptRows(openDelta(KEYS[2]), ARGV[1]) return 1`);

/** The partner has these now. Part of a run's commit as a rule (run-progress.ts). */
export async function acceptIntoDelta(
  { redis, keys }: DeltaDeps,
  { connectionId, kind }: DeltaRef,
  fingerprints: Uint8Array,
): Promise<void> {
  await runScript(redis, acceptScript, [keys.tag, keys.delta(connectionId, kind)], [asBuffer(fingerprints)]);
}

const growScript = defineScript(`${deltaLua}
local d = openDelta(KEYS[2])
local rows = tonumber(redis.call('HGET', d.key, 'rows') or '0')
local done = 0
while done < ${splitsMax} and d.bits <= ${bitsMax} and rows > ${rowsPerBucket} * (d.low + d.split) do
  local from, to = d.prefix .. d.split, d.prefix .. (d.split + d.low)
  local all = redis.call('HGETALL', from)
  local stay, go, gone = {}, {}, {}
  -- A row's first byte is in its bucket's number, the two that decide are in its field.
  local low = d.split % 256
  for at = 1, #all, 2 do
    local b, c = byte(all[at], 1, 2)
    local into = (low + b * 256 + c * 65536) % (d.low * 2) == d.split and stay or go
    into[#into + 1] = all[at]
    into[#into + 1] = all[at + 1]
    if into == go then gone[#gone + 1] = all[at] end
  end
  -- What outgrew its packed form by chance comes back to it only in a new key.
  local isLoose = #all > 256
  if isLoose then redis.call('DEL', from) elseif #gone > 0 then redis.call('HDEL', from, unpack(gone)) end
  for at = 1, isLoose and #stay or 0, 200 do redis.call('HSET', from, unpack(stay, at, math.min(at + 199, #stay))) end
  for at = 1, #go, 200 do redis.call('HSET', to, unpack(go, at, math.min(at + 199, #go))) end
  d.split = d.split + 1
  if d.split == d.low then d.bits, d.low, d.split = d.bits + 1, d.low * 2, 0 end
  done = done + 1
end
if done > 0 then redis.call('HSET', d.key, 'bits', d.bits, 'split', d.split) end
return done`);

/**
 * Splits as many buckets as the rows ask for, a few in each script. Whoever dies in between leaves a state that is whole,
 * and somewhat too full until the next one grows it.
 */
export const growDelta = (deps: DeltaDeps, { connectionId, kind }: DeltaRef): Promise<void> =>
  growBuckets(deps, deps.keys.delta(connectionId, kind));

/** The same for a state of other values under keys of rows (product-categories.ts). */
export async function growBuckets({ redis, keys }: DeltaDeps, state: string): Promise<void> {
  let split = splitsMax;
  while (split === splitsMax) split = Number(await runScript(redis, growScript, [keys.tag, state], []));
}

const reserveScript = defineScript(`
if tonumber(redis.call('HGET', KEYS[2], 'rows') or '0') > 0 then return 0 end
redis.call('HSET', KEYS[2], 'bits', ARGV[1], 'split', ARGV[2])
return 1`);

/**
 * So many rows are about to come: a state that has none yet begins with the buckets for them, and splits none on the way. A
 * bucket without rows costs nothing.
 */
export async function reserveDelta(
  { redis, keys }: DeltaDeps,
  { connectionId, kind }: DeltaRef,
  rows: number,
): Promise<void> {
  const buckets = Math.min(2 ** bitsMax, Math.max(2 ** bitsMin, Math.ceil(rows / rowsPerBucket)));
  const bits = Math.floor(Math.log2(buckets));
  await runScript(redis, reserveScript, [keys.tag, keys.delta(connectionId, kind)], [bits, buckets - 2 ** bits]);
}

const knownScript = defineScript(`${deltaLua}
local d, ids, out = openDelta(KEYS[2]), ARGV[1], {}
for at = 1, #ids, ${fingerprintKeyBytes} do
  out[#out + 1] = redis.call('HEXISTS', bucketOf(d, ids, at), sub(ids, at + 1, at + 5))
end
return table.concat(out)`);

/** Whether the partner has accepted anything under each of these keys, a few thousand at a time. */
export async function hasInDelta(
  { redis, keys }: DeltaDeps,
  { connectionId, kind }: DeltaRef,
  ids: Uint8Array,
): Promise<(at: number) => boolean> {
  const reply = String(
    await runScript(redis, knownScript, [keys.tag, keys.delta(connectionId, kind)], [asBuffer(ids)]),
  );
  return (at) => reply[at] === '1';
}

const forgetScript = defineScript(`${deltaLua} return forgetKeys(openDelta(KEYS[2]), ARGV[1])`);

/** Nobody knows what the partner has of these, a few thousand keys at a time: they are sent whenever they come. Answers how many were known. */
export async function forgetInDelta(
  { redis, keys }: DeltaDeps,
  { connectionId, kind }: DeltaRef,
  ids: Uint8Array,
): Promise<number> {
  return Number(await runScript(redis, forgetScript, [keys.tag, keys.delta(connectionId, kind)], [asBuffer(ids)]));
}

const forgetAllScript = defineScript(`${deltaLua}
if redis.call('EXISTS', KEYS[2]) == 0 then return 0 end
local d = openDelta(KEYS[2])
redis.call('HSET', KEYS[3], d.prefix, d.low + d.split)
redis.call('HINCRBY', d.key, 'epoch', 1)
redis.call('HSET', d.key, 'rows', 0, 'bits', ${bitsMin}, 'split', 0)
return 1`);

/** The same of every row, in one moment; the buckets are removed later (`sweepDeltas`). */
export const forgetDelta = (deps: DeltaDeps, { connectionId, kind }: DeltaRef): Promise<void> =>
  forgetBuckets(deps, deps.keys.delta(connectionId, kind));

export async function forgetBuckets({ redis, keys }: DeltaDeps, state: string): Promise<void> {
  await runScript(redis, forgetAllScript, [keys.tag, state, keys.deltaGarbage], []);
}

const sweepScript = defineScript(`
local all = redis.call('HGETALL', KEYS[2])
if #all == 0 then return 0 end
local prefix, count = all[1], tonumber(all[2])
local left = math.max(0, count - ${removedMax})
for n = left, count - 1 do redis.call('UNLINK', prefix .. n) end
if left == 0 then redis.call('HDEL', KEYS[2], prefix) else redis.call('HSET', KEYS[2], prefix, left) end
return 1`);

/** Removes what was forgotten as a whole, a part in each script. */
export async function sweepDeltas({ redis, keys }: DeltaDeps): Promise<void> {
  while (Number(await runScript(redis, sweepScript, [keys.tag, keys.deltaGarbage], [])) > 0);
}

/** How many rows it knows. */
export async function countDelta({ redis, keys }: DeltaDeps, { connectionId, kind }: DeltaRef): Promise<number> {
  return Number((await redis.hget(keys.delta(connectionId, kind), 'rows')) ?? 0);
}

const asBuffer = (bytes: Uint8Array): Buffer => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
