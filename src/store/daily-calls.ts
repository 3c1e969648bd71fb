import { dailyReserve, dayOf, type Day } from '../domain/daily-quota.ts';
import type { LaneDeps } from './lanes.ts';
import { defineScript, runScript } from './script.ts';

/** An account's calls of a day, as its carrier counts them. */
export interface DailyLimit {
  /** Equal words are one account. */
  account: string;
  calls: number;
  resetHourUtc: number;
}

const takeScript = defineScript(`
local used = tonumber(redis.call('GET', KEYS[1]) or '0')
if used >= tonumber(ARGV[1]) then return -1 end
redis.call('SET', KEYS[1], used + 1, 'EX', ARGV[2])
return used + 1`);

/** Longer than a day, so that yesterday's can still be read. */
const keptSeconds = 2 * 24 * 3600;

const keyOf = ({ keys }: LaneDeps, { account }: DailyLimit, day: Day): string => keys.dailyCalls(account, day.name);

/**
 * Counts a call against its account's day. What is asked for by somebody who waits may spend the reserve. Answers whether it
 * may be made, and when the next day begins.
 */
export async function takeDailyCall(
  deps: LaneDeps,
  limit: DailyLimit,
  { spendsReserve }: { spendsReserve: boolean },
): Promise<{ taken: boolean; resetMs: number }> {
  const day = dayOf(deps.clock.now(), limit.resetHourUtc);
  const calls = spendsReserve ? limit.calls : limit.calls - dailyReserve(limit.calls);
  const used = await runScript(deps.redis, takeScript, [keyOf(deps, limit, day)], [calls, keptSeconds]);
  return { taken: Number(used) >= 0, resetMs: day.endsMs };
}

/** How many calls are left for what nobody waits for, and when the next day begins. */
export async function readDailyCalls(deps: LaneDeps, limit: DailyLimit): Promise<{ left: number; resetMs: number }> {
  const day = dayOf(deps.clock.now(), limit.resetHourUtc);
  const used = Number((await deps.redis.get(keyOf(deps, limit, day))) ?? 0);
  return { left: Math.max(0, limit.calls - dailyReserve(limit.calls) - used), resetMs: day.endsMs };
}
