import { fractionOf } from '../domain/poll-schedule.ts';
import type { StoreDeps } from './deps.ts';

/** A carrier that fails so often in a row is left alone. */
const failuresMax = 5;
const restMs = 60_000;
const restMaxMs = 15 * 60_000;
/** Longer than one call takes: by then whoever tried has said how it went. */
const probeMs = 60_000;

export type Circuit =
  | { state: 'closed' }
  /** Left alone until then (ms). */
  | { state: 'open'; untilMs: number }
  /** Its rest is over: one call may try. */
  | { state: 'halfOpen' };

export async function readCircuit({ redis, keys, clock }: StoreDeps, connectionId: string): Promise<Circuit> {
  const until = await redis.hget(keys.circuit(connectionId), 'until');
  if (until === null) return { state: 'closed' };
  return Number(until) > clock.now() ? { state: 'open', untilMs: Number(until) } : { state: 'halfOpen' };
}

/** One call failed, for a reason that would meet the next one as well. Answers until when nobody should call (ms), or null. */
export async function noteCarrierFailure(
  { redis, keys, clock }: StoreDeps,
  connectionId: string,
  { isLasting }: { isLasting: boolean },
): Promise<number | null> {
  const key = keys.circuit(connectionId);
  const failures = await redis.hincrby(key, 'failures', isLasting ? failuresMax : 1);
  if (failures < failuresMax) return null;
  const rest = isLasting ? restMaxMs : Math.min(restMaxMs, restMs * 2 ** (failures - failuresMax));
  const untilMs = Math.round(clock.now() + rest * (0.85 + 0.3 * fractionOf(`${connectionId}.${failures}`)));
  await redis.hset(key, 'until', untilMs);
  return untilMs;
}

/** For the commit of a call that was answered. */
export const carrierAnsweredWrites = ({ keys }: StoreDeps, connectionId: string): string[][] => [
  ['DEL', keys.circuit(connectionId)],
];

/** For the commit that sends one call to try: until it is back, nobody else does. */
export const probeWrites = ({ keys, clock }: StoreDeps, connectionId: string): string[][] => [
  ['HSET', keys.circuit(connectionId), 'until', String(clock.now() + probeMs)],
];
