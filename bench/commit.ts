import { randomBytes } from 'node:crypto';
import type { Redis } from 'ioredis';
import { acceptSample } from '../test/store/accept-sample.ts';
import { defineBenchmark } from './benchmark.ts';
import { withDurableStore } from './durable-store.ts';
import { callers, pace, type Pace } from './pace.ts';
import { median } from './statistics.ts';

/**
 * The one script that accepts an order, called as the API calls it but with no HTTP around it, beside a plain `SET` of as
 * many bytes on the same Redis (AOF, fsync always) from the same process: what durability alone would cost.
 */
export const commit = defineBenchmark({
  name: 'commit',
  shows: 'the script that accepts an order, without HTTP, beside a plain SET of as many bytes',
  size: { rounds: 5, seconds: 2 },
  quickSize: { rounds: 1, seconds: 1 },
  run: ({ rounds, seconds }, say) =>
    withDurableStore(async (store) => {
      const { redis } = store;
      let made = 0;
      const acceptOne = () => acceptSample(store, `order-${(made += 1)}`);
      const bytes = randomBytes(Math.round((await bytesOf(redis, acceptOne)) / 2)).toString('hex');
      const setOne = () => redis.set(`plain:${(made += 1)}`, bytes);
      const sets: Pace[] = [];
      const accepts: Pace[] = [];
      await pace(redis, { command: 'evalsha', seconds: Math.min(1, seconds) }, acceptOne);
      for (let round = 1; round <= rounds; round += 1) {
        sets.push(await pace(redis, { command: 'set', seconds }, setOne));
        accepts.push(await pace(redis, { command: 'evalsha', seconds }, acceptOne));
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
    }),
});

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
