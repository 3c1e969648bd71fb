import { entropy } from '../platform/entropy.ts';
import { budgetLua } from './budget-lua.ts';
import { workClasses, type WorkClass } from './commit.ts';
import { logKey, type LaneDeps } from './lanes.ts';
import { learnRedisTime } from './redis-time.ts';
import { defineScript, runScript } from './script.ts';

/** Where as many calls are under way as may be, who waits looks so often whether one has ended. */
const openLookMs = 25;

/** Who asks for a call's slot: in which class, and for which merchant; merchants of one class have slots in turn. */
export interface Asker {
  class: WorkClass;
  merchantId: string;
}

/** A call's place in a lane's budget. */
export interface Slot {
  taken: true;
  lane: string;
  /** The call, among those of its lane; '' where the lane has no limit. */
  id: string;
  /** When it is to go out, by our clock: not before its moment by the clock of Redis. */
  dueMs: number;
  /** What goes out by our clock when it should, may be so much later by that of Redis. */
  unsureMs: number;
  /** The same moment by the clock of Redis. */
  atMs: number;
  /** So much later need not be told: the margin covers it. */
  untoldMs: number;
  /** Going out so much later is not allowed: others have been given what it did not use. */
  lapsesMs: number;
  /** Only so many may be under way: its end must be told. */
  isCounted: boolean;
}
export type SlotAnswer = Slot | { taken: false; waitMs: number };

/** What a lane without a limit gives. */
const unlimited = { taken: true, id: '', unsureMs: 0, untoldMs: 0, lapsesMs: Infinity, isCounted: false } as const;

const takeScript = defineScript(`${budgetLua}
if base == 0 then return { 'free' } end
local lapses = windows[1].perMs / 2
local ask, waitMax = ARGV[3], tonumber(ARGV[4])
local class = classOf(ask)
local queue = keyOf('asks') .. ':' .. class
-- How long the one behind so many of its class waits.
local function waitBehind(before)
  for higher = 0, class - 1 do before = before + waitingIn(higher) end
  return earliest() + before * interval - now
end
forgetTheDead()
local got, at, id
local function look()
  got = redis.call('HGET', given, ask)
  if got then at, id = string.match(got, '^(.+)/(.+)$') end
end
look()
-- Given while it was away, and it comes too late for it.
if got and tonumber(at) < now - lapses then
  redis.call('ZREM', log, id)
  redis.call('ZREM', open, id)
  leave(ask)
  got = nil
end
if not got then
  if not redis.call('ZSCORE', queue, ask) then
    local wait = waitBehind(waitingIn(class))
    if wait > waitMax then return { 'far', tostring(wait) } end
    local last = tonumber(redis.call('HGET', fair, turnOf(ask)) or '0')
    local tag = math.max(last, tonumber(redis.call('HGET', fair, class) or '0')) + 1
    redis.call('HSET', fair, turnOf(ask), tag)
    redis.call('PEXPIRE', fair, 86400000)
    redis.call('ZADD', queue, tag, ask)
  end
  advance()
  look()
end
if got then
  leave(ask)
  keep()
  return { 'taken', at, tostring(now), id, tostring(windows[1].perMs * guard / 4), tostring(lapses), atOnce > 0 and '1' or '' }
end
local full = isFull()
local wait = waitBehind(redis.call('ZRANK', queue, ask))
if wait > waitMax or (full and waitMax <= 0) then
  leave(ask)
  keep()
  return { 'far', tostring(full and math.max(wait, ${openLookMs * 4}) or wait) }
end
-- It comes back by when it may have been given one, were nothing of a higher class to go first: every fourth slot is so. Nobody
-- knows when a call under way will end.
local soonest = earliest() + redis.call('ZRANK', queue, ask) * interval - now
local again = full and ${openLookMs} or math.min(500, math.max(horizon / 4, soonest - aheadOf(class)))
redis.call('ZADD', asked, now + again, ask)
keep()
return { 'again', tostring(again) }`);

const leaveScript = defineScript(`${budgetLua}
local id = string.match(redis.call('HGET', given, ARGV[3]) or '', '/(.+)$')
if id then
  redis.call('ZREM', log, id)
  redis.call('ZREM', open, id)
end
leave(ARGV[3])
return 1`);

/**
 * Takes one call's slot of a lane's budget, the guard in front of every outbound call. Waits for its turn among all who ask, in
 * whatever process: of the higher class first (every fourth slot goes to a lower one that waits), and among the merchants of a
 * class in turn. One that would be further away than `waitMaxMs` is not taken: `waitMs` says after how many to try again.
 */
export async function takeSlot(
  deps: LaneDeps,
  lane: string,
  { class: of, merchantId }: Asker,
  options: { waitMaxMs: number; signal?: AbortSignal },
): Promise<SlotAnswer> {
  const { redis, keys, clock } = deps;
  const ask = `${workClasses[of]}.${merchantId}.${entropy(9).toString('base64url')}`;
  const endsMs = clock.now() + options.waitMaxMs;
  try {
    for (;;) {
      const args = [lane, clock.scriptNow(), ask, Math.max(0, endsMs - clock.now())];
      const askedMs = clock.now();
      const reply = await runScript(redis, takeScript, [keys.tag], args);
      const gotMs = clock.now();
      const [what, first, redisMs, id = '', untoldMs, lapsesMs, counted] = Array.isArray(reply)
        ? reply.map(String)
        : [];
      if (what === 'free') return { ...unlimited, lane, dueMs: gotMs, atMs: gotMs };
      if (what === 'taken') {
        const atMs = Number(first);
        const ahead = learnRedisTime(redis, { askedMs, redisMs: Number(redisMs), gotMs });
        const moments = { atMs, dueMs: Math.ceil(atMs - ahead.leastMs), unsureMs: ahead.mostMs - ahead.leastMs };
        const late = { untoldMs: Number(untoldMs), lapsesMs: Number(lapsesMs) };
        return { taken: true, lane, id, ...moments, ...late, isCounted: counted !== '' };
      }
      const waitMs = Math.ceil(Number(first));
      if (what !== 'again') return { taken: false, waitMs };
      await clock.sleep(waitMs, options.signal);
    }
  } catch (error) {
    // What nobody waits for any more is not given a slot; and if this is not heard, it is given none for long.
    await runScript(redis, leaveScript, [keys.tag], [lane, clock.scriptNow(), ask]).catch(() => undefined);
    throw error;
  }
}

/** A call went out so much later than its slot, or cannot go out before: its windows count it then. */
export async function moveSlot({ redis, keys }: LaneDeps, slot: Slot, lateMs: number): Promise<void> {
  const byMs = lateMs + slot.unsureMs;
  if (slot.id === '' || byMs <= slot.untoldMs) return;
  await redis.zadd(logKey(keys, slot.lane), 'XX', 'GT', slot.atMs + byMs, slot.id);
}

const endScript = defineScript(`${budgetLua}
redis.call('ZREM', open, ARGV[3])
if ARGV[4] ~= '1' then redis.call('ZREM', log, ARGV[3]) end
advance()
keep()
return 1`);

/** A call is over, or was never made: what it held goes to the next. */
export async function endSlot({ redis, keys, clock }: LaneDeps, slot: Slot, wentOut: boolean): Promise<void> {
  if (slot.id === '' || (wentOut && !slot.isCounted)) return;
  await runScript(redis, endScript, [keys.tag], [slot.lane, clock.scriptNow(), slot.id, wentOut ? '1' : '']);
}
