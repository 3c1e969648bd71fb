import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { systemClock } from '../src/platform/clock.ts';
import { startEmbeddedRedis } from '../src/platform/embedded-redis.ts';
import { createLog } from '../src/platform/log.ts';
import { createTestStore } from '../test/support/test-store.ts';
import { acceptSample } from '../test/store/accept-sample.ts';
import { defineBenchmark } from './benchmark.ts';
import { median } from './statistics.ts';

const callers = 50;

/**
 * The one script that accepts an order, called as the API calls it but with no HTTP around it, beside a plain `SET` of as
 * many bytes on the same Redis (AOF, fsync always) from the same process: what durability alone would cost.
 */
export const commit = defineBenchmark({
  name: 'commit',
  shows: 'the script that accepts an order, without HTTP, beside a plain SET of as many bytes',
  size: { rounds: 5, seconds: 2 },
  quickSize: { rounds: 1, seconds: 1 },
  async run({ rounds, seconds }, say) {
    const home = await mkdtemp(join(tmpdir(), 'packline-bench-'));
    const server = await startEmbeddedRedis({ home, log: createLog({ level: 'silent', name: 'bench' }) });
    const redis = new Redis(server.url, { enableAutoPipelining: false });
    try {
      const store = await createTestStore(redis, systemClock);
      let made = 0;
      const acceptOne = () => acceptSample(store, `order-${(made += 1)}`);
      const bytes = randomBytes(Math.round((await bytesOf(redis, acceptOne)) / 2)).toString('hex');
      const setOne = () => redis.set(`plain:${(made += 1)}`, bytes);
      const sets: Pace[] = [];
      const accepts: Pace[] = [];
      await pace(redis, 'evalsha', acceptOne, Math.min(1, seconds));
      for (let round = 1; round <= rounds; round += 1) {
        sets.push(await pace(redis, 'set', setOne, seconds));
        accepts.push(await pace(redis, 'evalsha', acceptOne, seconds));
        say(`round ${round} of ${rounds}: ${accepts.at(-1)?.perSecond}/s of ${sets.at(-1)?.perSecond}/s`);
      }
      const perSecond = accepts.map((round) => round.perSecond);
      const micros = accepts.map((round) => round.redisMicros);
      return {
        rows: [
          {
            what: `orders accepted without HTTP, ${callers} at once`,
            figure: median(perSecond),
            unit: '/s',
            better: 'higher',
            ceiling: { is: median(sets.map((round) => round.perSecond)), what: 'SET of as many bytes' },
            samples: perSecond,
          },
          {
            what: 'time in Redis of the script that accepts an order',
            figure: median(micros),
            unit: 'µs',
            better: 'lower',
            ceiling: { is: median(sets.map((round) => round.redisMicros)), what: 'SET of as many bytes' },
            samples: micros,
          },
        ],
        details: { bytes: bytes.length, sets, accepts },
      };
    } finally {
      redis.disconnect();
      await server.stop(1_000);
      await rm(home, { recursive: true, force: true });
    }
  },
});

interface Pace {
  perSecond: number;
  /** Of the call itself, without the wait for the disk, which all calls of one turn share. */
  redisMicros: number;
}

async function pace(redis: Redis, command: string, callOne: () => Promise<unknown>, seconds: number): Promise<Pace> {
  await redis.config('RESETSTAT');
  let calls = 0;
  const beganMs = performance.now();
  const endsMs = beganMs + seconds * 1_000;
  const caller = async (): Promise<void> => {
    for (; performance.now() < endsMs; calls += 1) await callOne();
  };
  await Promise.all(Array.from({ length: callers }, caller));
  const perSecond = Math.round((calls / (performance.now() - beganMs)) * 1_000);
  const stats = new RegExp(`cmdstat_${command}:.*usec_per_call=([\\d.]+)`).exec(await redis.info('commandstats'));
  return { perSecond, redisMicros: Number(stats?.[1] ?? Number.NaN) };
}

/** What an order's documents come to, on their way to Redis. */
async function bytesOf(redis: Redis, acceptOne: () => Promise<unknown>): Promise<number> {
  const read = async (): Promise<number> =>
    Number(/total_net_input_bytes:(\d+)/.exec(await redis.info('stats'))?.[1] ?? Number.NaN);
  // The first call brings the script itself.
  await acceptOne();
  const before = await read();
  await acceptOne();
  return (await read()) - before;
}
