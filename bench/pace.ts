import type { Redis } from 'ioredis';

/** Who call at once, each the next time when it was answered. */
export const callers = 50;

export interface Pace {
  perSecond: number;
  /** Of the command itself, without the wait for the disk, which all calls of one turn share. */
  redisMicros: number;
  /** Processor time of this process for one call, in microseconds. */
  ownMicros: number;
}

/** How often a second all callers together get something done, which is one `command` of Redis each. */
export async function pace(
  redis: Redis,
  { command, seconds }: { command: string; seconds: number },
  callOne: (caller: number) => Promise<unknown>,
): Promise<Pace> {
  await redis.config('RESETSTAT');
  let calls = 0;
  const cpu = process.cpuUsage();
  const beganMs = performance.now();
  const endsMs = beganMs + seconds * 1_000;
  const call = async (caller: number): Promise<void> => {
    for (; performance.now() < endsMs; calls += 1) await callOne(caller);
  };
  await Promise.all(Array.from({ length: callers }, (_, caller) => call(caller)));
  const perSecond = Math.round((calls / (performance.now() - beganMs)) * 1_000);
  const { user, system } = process.cpuUsage(cpu);
  const stats = new RegExp(`cmdstat_${command}:.*usec_per_call=([\\d.]+)`).exec(await redis.info('commandstats'));
  return { perSecond, redisMicros: Number(stats?.[1] ?? Number.NaN), ownMicros: Math.round((user + system) / calls) };
}
