import type { Clock } from '../platform/clock.ts';
import type { RedisClient } from '../platform/redis.ts';
import { budgetLua } from './budget-lua.ts';
import { workClasses, type WorkClass } from './commit.ts';
import { inflightDefault } from './entry-lua.ts';
import type { Keys } from './keys.ts';
import { defineScript, runScript } from './script.ts';

export interface LaneDeps {
  redis: RedisClient;
  keys: Keys;
  clock: Clock;
}

/** At most `calls` in any window of `perMs`. */
export interface Window {
  calls: number;
  perMs: number;
}

/** What a partner allows one account. */
export interface LaneLimit extends Window {
  /** A second, longer window over the same calls. */
  also?: Window | undefined;
  /** Calls under way at the same time; any number by default. */
  atOnce?: number | undefined;
  /** So much of a window is added to it. Default 4. */
  marginPercent?: number | undefined;
  /** Entries of the lane under way; by default what two seconds' calls need, within bounds. */
  inflightMax?: number | undefined;
}

/** Of a window: three fifths for what happens to calls on their way, the rest for those who were late to catch up. */
export const marginPercentDefault = 4;
const inflightLeast = 20;

const stateKey = (keys: Keys, lane: string): string => `${keys.tag}:lane-state:${lane}`;
export const logKey = (keys: Keys, lane: string): string => `${keys.tag}:lane-log:${lane}`;
/** Where a merchant's work waits for a lane: merchants who share an account have turns. */
export const queueIn = (lane: string, merchantId: string): string => `${lane}/${merchantId}`;
/** The lane of such a queue, or of a lane itself. */
export const laneOfQueue = (queue: string): string => queue.split('/', 1)[0] ?? queue;
/** All lanes that were ever told a limit. */
const budgetsKey = (keys: Keys): string => `${keys.tag}:budgets`;

/** What a lane's hash says of a limit; `interval`, the pace now, is not among it. */
function fieldsOf(limit: LaneLimit) {
  const windows = [limit, ...(limit.also === undefined ? [] : [limit.also])].toSorted((a, b) => a.perMs - b.perMs);
  const [shortest = limit] = windows;
  const margin = (limit.marginPercent ?? marginPercentDefault) / 100;
  const base = (shortest.perMs / shortest.calls) * (1 + margin);
  const perSecond = (shortest.calls / shortest.perMs) * 1_000;
  const cap = limit.inflightMax ?? Math.max(inflightLeast, Math.min(inflightDefault, Math.ceil(2 * perSecond)));
  const told = windows.map(({ calls, perMs }) => `${calls}/${perMs}`).join(',');
  return { base, windows: told, margin, atOnce: limit.atOnce ?? 0, cap };
}

/** Tells the governor a lane's limit. Repeating it changes nothing: a rate that a 429 lowered stays lowered. */
export async function configureLane({ redis, keys }: LaneDeps, lane: string, limit: LaneLimit): Promise<void> {
  const fields = fieldsOf(limit);
  const key = stateKey(keys, lane);
  const known = await redis.hget(key, 'base');
  await redis.sadd(budgetsKey(keys), lane);
  await redis.hset(key, { ...fields, ...(known === String(fields.base) ? {} : { interval: fields.base }) });
}

/** The same as writes of a commit, for a lane that is nobody's account and in no metric of budgets. It is at its full rate. */
export function limitWrites(keys: Keys, lane: string, limit: LaneLimit): string[][] {
  const fields = fieldsOf(limit);
  return [
    [
      'HSET',
      stateKey(keys, lane),
      ...Object.entries({ ...fields, interval: fields.base })
        .flat()
        .map(String),
    ],
  ];
}

/** From now on such a lane has no limit but `inflightMax` entries under way. */
export const unlimitWrites = (keys: Keys, lane: string, inflightMax: number): string[][] => [
  ['HDEL', stateKey(keys, lane), 'base', 'interval', 'windows', 'margin', 'atOnce', 'due', 'rest', 'slot', 'free'],
  ['HSET', stateKey(keys, lane), 'cap', String(inflightMax)],
];

const throttleScript = defineScript(`${budgetLua}
local s = redis.call('HMGET', S, 'slot', 'free')
local resume = now + tonumber(ARGV[3])
redis.call('HSET', S, 'rest', math.max(rest, resume), 'free', math.max(tonumber(s[2] or '0'), resume))
if base == 0 then return 0 end
redis.call('HSET', S, 'slot', math.max(tonumber(s[1] or '0'), resume))
if ARGV[4] == '1' then redis.call('HSET', S, 'interval', math.min(base * 8, interval * 2)) end
return 1`);

/** The partner said 429: the lane pauses for as long as it asked, and goes on at half its rate, if it has one. */
export async function throttleLane({ redis, keys, clock }: LaneDeps, lane: string, pauseMs: number): Promise<void> {
  await runScript(redis, throttleScript, [keys.tag], [lane, clock.scriptNow(), pauseMs, '1']);
}

/** The same, at the rate that it had: nothing went wrong. */
export async function pauseLane({ redis, keys, clock }: LaneDeps, lane: string, pauseMs: number): Promise<void> {
  await runScript(redis, throttleScript, [keys.tag], [lane, clock.scriptNow(), pauseMs, '']);
}

/** For how long a lane still pauses (ms), by the field `rest` of its state; 0: it does not. */
export const pauseLeftMs = (clock: Clock, rest: string | null): number =>
  rest === null ? 0 : Math.max(0, Math.ceil(Number(rest) - clock.now()));

/** Ends a lane's pause, and has what waits in it looked at: whom it was about is no longer called. */
export const resumeWrites = (keys: Keys, lane: string, nowMs: number): string[][] => [
  ['HDEL', stateKey(keys, lane), 'rest', 'free', 'slot'],
  ['ZADD', keys.lanes, 'LT', String(nowMs), lane],
];

/** Where a budget stands: enough to say whether it is used, and how long what waits will take. */
export interface LaneReading {
  /** As it is now; less than the limit after a 429. */
  callsPerSecond: number;
  /** What all windows together allow for long. */
  limitPerSecond: number;
  marginPercent: number;
  /** For each of its windows, how many calls went out in the one that ends now. */
  windows: { calls: number; perMs: number; used: number }[];
  /** Calls under way, where only so many may be. */
  atOnce: { used: number; max: number } | null;
  pausedMs: number;
  /** Work of the lane that is being done. */
  inflight: number;
  waiting: number;
  /** What waits, by class: work, and calls of work that is being done. */
  queue: Record<WorkClass, number>;
  /** When all that waits will have made its first call, if nothing more comes (ms). */
  etaMs: number;
}

/** Entries of each class, those in merchants' queues too, and then calls that wait for their slots. */
const countScript = defineScript(`
local T, lane = KEYS[1], ARGV[1]
local entries, asks = {}, {}
for class = 0, 4 do
  local key = T .. ':lane:' .. lane .. ':' .. class
  local count = redis.call('ZCARD', key)
  for _, queue in ipairs(redis.call('ZRANGE', key, 0, -1)) do
    if string.sub(queue, 1, 1) == '/' then count = count - 1 + redis.call('ZCARD', T .. ':lane:' .. lane .. queue .. ':' .. class) end
  end
  entries[class + 1], asks[class + 1] = count, redis.call('ZCARD', T .. ':lane-asks:' .. lane .. ':' .. class)
end
for class = 1, 5 do entries[class + 5] = asks[class] end
return entries`);

/** What a lane's budget looks like now. */
export async function readLane({ redis, keys, clock }: LaneDeps, lane: string): Promise<LaneReading> {
  const nowMs = clock.now();
  const [state, open, counted] = await Promise.all([
    redis.hgetall(stateKey(keys, lane)),
    redis.zcount(`${keys.tag}:lane-open:${lane}`, `(${nowMs}`, '+inf'),
    runScript(redis, countScript, [keys.tag], [lane]),
  ]);
  const both = Array.isArray(counted) ? counted.map(Number) : [];
  const [entries, asks] = [both.slice(0, 5), both.slice(5)];
  const number = (field: string): number => Number(state[field] ?? 0);
  const windows = await Promise.all(
    (state['windows'] ?? '').split(',').flatMap((text) => {
      const [calls = 0, perMs = 0] = text.split('/').map(Number);
      if (perMs === 0) return [];
      return [redis.zcount(logKey(keys, lane), `(${nowMs - perMs}`, nowMs).then((used) => ({ calls, perMs, used }))];
    }),
  );
  const paceMs = Math.max(number('interval'), ...windows.slice(1).map(({ calls, perMs }) => perMs / calls));
  const perSecond = (interval: number): number => (interval === 0 ? 0 : Math.round((1000 / interval) * 100) / 100);
  const pausedMs = Math.max(0, Math.round(number('rest') - nowMs));
  const inClass = (name: WorkClass): number => (entries[workClasses[name]] ?? 0) + (asks[workClasses[name]] ?? 0);
  const sum = (counts: readonly number[]): number => counts.reduce((all, n) => all + n, 0);
  const all = sum(entries) + sum(asks);
  return {
    callsPerSecond: perSecond(number('interval')),
    limitPerSecond: perSecond(Math.max(0, ...windows.map(({ calls, perMs }) => perMs / calls))),
    marginPercent: Math.round(number('margin') * 10_000) / 100,
    windows,
    atOnce: number('atOnce') === 0 ? null : { used: open, max: number('atOnce') },
    pausedMs,
    inflight: number('inflight'),
    waiting: sum(entries),
    queue: {
      urgent: inClass('urgent'),
      orders: inClass('orders'),
      inventory: inClass('inventory'),
      catalog: inClass('catalog'),
      reads: inClass('reads'),
    },
    etaMs: all === 0 ? 0 : Math.round(Math.max(pausedMs, number('due') - nowMs, 0) + all * paceMs),
  };
}

/** How much work of a class waits in a lane though it could run: not what waits for its next try. */
export const countDue = ({ redis, keys, clock }: LaneDeps, lane: string, of: WorkClass): Promise<number> =>
  redis.zcount(`${keys.tag}:lane:${lane}:${workClasses[of]}`, '-inf', clock.now());

/** The lanes of a shard that have a limit. */
export const listLanes = ({ redis, keys }: Pick<LaneDeps, 'redis' | 'keys'>): Promise<string[]> =>
  redis.smembers(budgetsKey(keys));

/** Of the name of a lane with a limit, what is one of few: never the account. */
export function labelsOfLane(lane: string): { connector: string; budget: string } {
  const [connector = '', , budget = ''] = lane.split('.');
  return { connector, budget };
}
