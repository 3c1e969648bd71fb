import type { Clock } from '../platform/clock.ts';
import type { RedisClient } from '../platform/redis.ts';
import type { Keys } from './keys.ts';
import { defineScript, runScript } from './script.ts';

export interface LaneDeps {
  redis: RedisClient;
  keys: Keys;
  clock: Clock;
}

/**
 * Calls are spaced a little wider than the limit asks: a window is measured where request headers arrive, and there the
 * gaps differ by some milliseconds from those we made (at 102 ms a limit of 10/s was exceeded under CPU load, at 105 not).
 */
const spacingMargin = 1.05;
/**
 * So much later than its slot may a call go out, by a process that was busy or a connection that had to be made first: less
 * than half of what the margin leaves in a second, the rest is for the way to the partner.
 */
const lateMaxMs = 20;

const stateKey = (keys: Keys, lane: string): string => `${keys.tag}:lane-state:${lane}`;

/** Tells the governor a lane's limit. Repeating it changes nothing: a rate that a 429 lowered stays lowered. */
export async function configureLane(
  { redis, keys }: LaneDeps,
  lane: string,
  limit: { calls: number; perMs: number; inflightMax?: number },
): Promise<void> {
  const base = (limit.perMs / limit.calls) * spacingMargin;
  const key = stateKey(keys, lane);
  const known = await redis.hget(key, 'base');
  await redis.hset(key, { base, cap: limit.inflightMax ?? 20, ...(known === String(base) ? {} : { interval: base }) });
}

const takeScript = defineScript(`
local t = ARGV[1]
local now = tonumber(t)
if not now then local c = redis.call('TIME') now = c[1] * 1000 + math.floor(c[2] / 1000) end
local s = redis.call('HMGET', KEYS[1], 'base', 'interval', 'slot', 'pushed')
local base = tonumber(s[1] or '0')
if base == 0 then return { 0, '0' } end
local interval, slot = tonumber(s[2] or s[1]), math.max(tonumber(s[3] or '0'), now)
local wait = slot - now
if wait > tonumber(ARGV[2]) then return { -math.ceil(wait), '0' } end
-- Additive increase after a 429 halved the rate: two per cent of the limit a call.
local recovered = math.max(base, interval - base * 0.02)
redis.call('HSET', KEYS[1], 'slot', slot + interval, 'interval', recovered)
return { math.ceil(wait), s[4] or '0' }`);

export interface Slot {
  taken: boolean;
  /** How many milliseconds to wait for it, or, where it was not taken, after how many to try again. */
  waitMs: number;
  /** By how much late calls had pushed the lane when it was taken. */
  pushedMs: number;
}

/**
 * Takes one call's slot of a lane's budget, the atomic guard in front of every outbound call. One that is further away than
 * `waitMaxMs` is not taken.
 */
export async function takeSlot({ redis, keys, clock }: LaneDeps, lane: string, waitMaxMs: number): Promise<Slot> {
  const reply = await runScript(redis, takeScript, [stateKey(keys, lane)], [clock.scriptNow(), waitMaxMs]);
  const [wait = 0, pushedMs = 0] = Array.isArray(reply) ? reply.map(Number) : [];
  return { taken: wait >= 0, waitMs: Math.abs(wait), pushedMs };
}

const pushScript = defineScript(`
local s = redis.call('HMGET', KEYS[1], 'slot', 'pushed')
local pushed = tonumber(s[2] or '0')
local more = tonumber(ARGV[1]) - pushed
if more <= 0 or not s[1] then return 0 end
redis.call('HSET', KEYS[1], 'slot', tonumber(s[1]) + more, 'pushed', pushed + more)
return 1`);

/**
 * A call went out so much later than its slot: the slots after it move along, or the calls of one window would lie closer
 * together than they were taken. Several that were late for one reason push the lane once.
 */
export async function pushLane(
  { redis, keys }: Pick<LaneDeps, 'redis' | 'keys'>,
  lane: string,
  { pushedMs }: Pick<Slot, 'pushedMs'>,
  lateMs: number,
): Promise<void> {
  if (lateMs <= lateMaxMs) return;
  await runScript(redis, pushScript, [stateKey(keys, lane)], [pushedMs + lateMs - lateMaxMs]);
}

const throttleScript = defineScript(`
local now = tonumber(ARGV[1])
if not now then local c = redis.call('TIME') now = c[1] * 1000 + math.floor(c[2] / 1000) end
local s = redis.call('HMGET', KEYS[1], 'base', 'interval', 'slot', 'free')
local base = tonumber(s[1] or '0')
if base == 0 then return 0 end
local resume = now + tonumber(ARGV[2])
redis.call('HSET', KEYS[1], 'interval', math.min(base * 8, tonumber(s[2] or s[1]) * 2),
  'slot', math.max(tonumber(s[3] or '0'), resume), 'free', math.max(tonumber(s[4] or '0'), resume))
return 1`);

/** The partner said 429: the lane pauses for as long as it asked, and goes on at half its rate. */
export async function throttleLane({ redis, keys, clock }: LaneDeps, lane: string, pauseMs: number): Promise<void> {
  await runScript(redis, throttleScript, [stateKey(keys, lane)], [clock.scriptNow(), pauseMs]);
}

/** What a lane's budget looks like now. */
export async function readLane(
  { redis, keys, clock }: LaneDeps,
  lane: string,
): Promise<{ callsPerSecond: number; limitPerSecond: number; pausedMs: number; inflight: number; waiting: number }> {
  const [state, ...waiting] = await Promise.all([
    redis.hgetall(stateKey(keys, lane)),
    ...[0, 1, 2, 3, 4].map((cls) => redis.zcard(`${keys.tag}:lane:${lane}:${cls}`)),
  ]);
  const number = (field: string): number => Number(state[field] ?? 0);
  const perSecond = (interval: number): number => (interval === 0 ? 0 : Math.round((1000 / interval) * 100) / 100);
  const rests = number('free') - clock.now();
  return {
    callsPerSecond: perSecond(number('interval')),
    limitPerSecond: perSecond(number('base') / spacingMargin),
    // The next hand-over always lies a little ahead; further than that, the partner asked for a pause.
    pausedMs: rests > 2 * number('interval') ? Math.round(rests) : 0,
    inflight: number('inflight'),
    waiting: waiting.reduce((sum, n) => sum + n, 0),
  };
}
