import { entropy } from '../platform/entropy.ts';
import { budgetLua } from './budget-lua.ts';
import { workClasses, type WorkClass } from './commit.ts';
import { logKey, type LaneDeps } from './lanes.ts';
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
  /** How many milliseconds until it may go out. */
  waitMs: number;
  /** How long the answer that gave it took to come: by so much is it late already, at the most. */
  tookMs: number;
  /** The same moment by the clock of Redis. */
  atMs: number;
  /** Going out so much later costs nothing: the margin covers it. */
  lateMaxMs: number;
  /** Going out so much later is not allowed: others have been given what it did not use. 0: it does not lapse. */
  lapsesMs: number;
  /** Only so many may be under way: its end must be told. */
  isCounted: boolean;
}
export type SlotAnswer = Slot | { taken: false; waitMs: number };

const takeScript = defineScript(`${budgetLua}
if base == 0 then return { 'taken', '0', '0', '', '0', '0', '' } end
local ask, waitMax = ARGV[3], tonumber(ARGV[4])
local class = classOf(ask)
local queue = keyOf('asks') .. ':' .. class
-- How long the one behind so many of its class waits.
local function waitBehind(before)
  for higher = 0, class - 1 do before = before + waitingIn(higher) end
  return earliest() + before * interval - now
end
forgetTheDead()
local got = redis.call('HGET', given, ask)
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
  got = redis.call('HGET', given, ask)
end
if got then
  leave(ask)
  keep()
  local at, id = string.match(got, '^(.+)/(.+)$')
  -- Given while it was away, and it came late for it.
  if tonumber(at) < now then
    at = now
    redis.call('ZADD', log, 'XX', at, id)
  end
  return { 'taken', tostring(at - now), tostring(at), id, tostring(windows[1].perMs * margin / 4),
    tostring(windows[1].perMs / 2), atOnce > 0 and '1' or '' }
end
local full = isFull()
local wait = waitBehind(redis.call('ZRANK', queue, ask))
if wait > waitMax or (full and waitMax <= 0) then
  leave(ask)
  keep()
  return { 'far', tostring(full and math.max(wait, ${openLookMs * 4}) or wait) }
end
-- Nobody knows when a call under way will end.
local again = full and ${openLookMs} or math.min(500, math.max(2, wait - horizon))
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
      const [what, waitMs, atMs, id = '', lateMaxMs, lapsesMs, counted] = Array.isArray(reply) ? reply.map(String) : [];
      if (what === 'taken') {
        const moments = {
          waitMs: Math.ceil(Number(waitMs)),
          atMs: Number(atMs),
          lateMaxMs: Number(lateMaxMs),
          lapsesMs: Number(lapsesMs),
        };
        const tookMs = clock.now() - askedMs;
        return { taken: true, lane, id, tookMs, ...moments, isCounted: counted !== '' };
      }
      if (what !== 'again') return { taken: false, waitMs: Math.ceil(Number(waitMs)) };
      await clock.sleep(Math.ceil(Number(waitMs)), options.signal);
    }
  } catch (error) {
    // What nobody waits for any more is not given a slot; and if this is not heard, it is given none for long.
    await runScript(redis, leaveScript, [keys.tag], [lane, clock.scriptNow(), ask]).catch(() => undefined);
    throw error;
  }
}

/**
 * A call went out, or has still to go out, so much later than its slot: from then on it counts in its windows, so much of its
 * lateness apart as the margin covers.
 */
export async function moveSlot({ redis, keys }: LaneDeps, slot: Slot, lateMs: number): Promise<void> {
  const byMs = lateMs + slot.tookMs - slot.lateMaxMs;
  if (slot.id !== '' && byMs > 0) await redis.zadd(logKey(keys, slot.lane), 'XX', 'GT', slot.atMs + byMs, slot.id);
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
