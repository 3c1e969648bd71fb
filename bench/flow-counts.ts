import type { Redis } from 'ioredis';
import { jobNames } from '../src/queues/jobs.ts';
import { createKeys } from '../src/store/keys.ts';
import { cpuMicros } from './process-stats.ts';

/** What a flow has cost so far, by name; the difference of two counts is what the orders between them cost. */
export async function countFlow(redis: Redis, pids: Record<string, number>): Promise<Record<string, number>> {
  const { queuePrefix } = createKeys(0);
  // BullMQ counts the jobs of a queue here, whatever ids they are given.
  const perQueue = await redis.mget(jobNames.map((name) => `${queuePrefix}:${name}:id`));
  const [info, commands] = await Promise.all([redis.info('stats'), redis.info('commandstats')]);
  const numberOf = (text: string, pattern: RegExp): number => Number(pattern.exec(text)?.[1] ?? 0);
  const cpu = await Promise.all(
    Object.entries(pids).map(async ([name, pid]) => [`${name}CpuMs`, (await cpuMicros(pid)) / 1_000] as const),
  );
  return {
    ...Object.fromEntries(cpu),
    bullJobs: perQueue.reduce((sum, count) => sum + Number(count ?? 0), 0),
    redisCommands: numberOf(info, /total_commands_processed:(\d+)/),
    redisScripts: numberOf(commands, /cmdstat_evalsha:calls=(\d+)/),
    redisScriptsCpuMs: numberOf(commands, /cmdstat_evalsha:calls=\d+,usec=(\d+)/) / 1_000,
    redisReads: numberOf(info, /total_reads_processed:(\d+)/),
  };
}
