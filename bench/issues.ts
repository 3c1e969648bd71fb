import type { Redis } from 'ioredis';
import { Failure } from '../src/domain/failure.ts';
import { systemClock } from '../src/platform/clock.ts';
import { noticeFailure } from '../src/queues/report-failure.ts';
import { commit } from '../src/store/commit.ts';
import type { StoreDeps } from '../src/store/deps.ts';
import { beginEntries, leaseEntries } from '../src/store/entries.ts';
import { acceptSample } from '../test/store/accept-sample.ts';
import { defineBenchmark } from './benchmark.ts';
import { withDurableStore } from './durable-store.ts';
import { callers, pace, type Pace } from './pace.ts';
import { median } from './statistics.ts';

/** As many for each of the callers: no two of them hold one entry. */
const orders = 10 * callers;

/** Work that is under way; the attempt under which it is. */
interface Work {
  id: string;
  orderId: string;
  attempt: number;
}

/**
 * Work that fails and is put back to be tried again, with the issue that shows it and without (the ceiling), on the same
 * Redis (AOF, fsync always): what seeing a failure within its own commit costs. Every tenth failure has a cause of its own.
 */
export const issues = defineBenchmark({
  name: 'issues',
  shows: 'failures that are counted on their issues, beside failures that nobody is told of',
  size: { rounds: 5, seconds: 2 },
  quickSize: { rounds: 1, seconds: 1 },
  run: ({ rounds, seconds }, say) =>
    withDurableStore(async (store) => {
      const work = await beginWork(store);
      let failed = 0;
      const fail = (isShown: boolean) => {
        const turns = Array.from({ length: callers }, () => 0);
        return pace(store.redis, { command: 'evalsha', seconds }, async (caller) => {
          const turn = turns[caller] ?? 0;
          turns[caller] = turn + 1;
          const one = work[(caller + turn * callers) % orders];
          if (one !== undefined) await failOnce(store, one, (failed += 1), isShown);
        });
      };
      const bare: Pace[] = [];
      const shown: Pace[] = [];
      for (let round = 1; round <= rounds; round += 1) {
        bare.push(await fail(false));
        shown.push(await fail(true));
        say(`round ${round} of ${rounds}: ${shown.at(-1)?.perSecond}/s of ${bare.at(-1)?.perSecond}/s`);
      }
      const of = (paces: readonly Pace[], name: keyof Pace): number[] => paces.map((one) => one[name]);
      return {
        rows: [
          {
            what: `failures a second that are counted on their issues, ${callers} at once`,
            figure: median(of(shown, 'perSecond')),
            unit: '/s',
            better: 'higher',
            ceiling: { is: median(of(bare, 'perSecond')), what: 'the same failures, told to nobody' },
            target: { of: 'figure', is: 1_000 },
            samples: of(shown, 'perSecond'),
          },
          {
            what: 'processor time of the process for one such failure',
            figure: median(of(shown, 'ownMicros')),
            unit: 'µs',
            better: 'lower',
            ceiling: { is: median(of(bare, 'ownMicros')), what: 'told to nobody' },
            samples: of(shown, 'ownMicros'),
          },
          {
            what: 'time in Redis of the commit of one such failure',
            figure: median(of(shown, 'redisMicros')),
            unit: 'µs',
            better: 'lower',
            ceiling: { is: median(of(bare, 'redisMicros')), what: 'told to nobody' },
            samples: of(shown, 'redisMicros'),
          },
        ],
        details: { bare, shown },
      };
    }),
});

/** Orders that are accepted, and whose submissions are under way: all at once, which a lane does not allow. */
async function beginWork(store: StoreDeps & { redis: Redis }): Promise<Work[]> {
  const { redis, keys } = store;
  for (let made = 0; made < orders; made += 1) await acceptSample(store, `order-${made}`);
  const work: Work[] = [];
  while (work.length < orders) {
    const { entries } = await leaseEntries(store, { room: 200, leaseMs: 600_000 });
    for (const begun of await beginEntries(store, entries)) {
      work.push({ id: begun.id, orderId: begun.id.slice(begun.id.indexOf('.') + 1), attempt: begun.attempt });
    }
    for (const state of await redis.keys(`${keys.tag}:lane-state:*`)) await redis.hset(state, 'inflight', 0);
    await redis.zadd(keys.lanes, 'LT', 0, 'free');
  }
  // Redis has not seen the script: sent a second time, it would come behind what is sent with it.
  await commit(store, {});
  return work;
}

/** As a run that failed ends: looked up, shown, put back; and leased again at once, so that it can fail once more. */
async function failOnce(store: StoreDeps, work: Work, nth: number, isShown: boolean): Promise<void> {
  const { id, orderId, attempt } = work;
  const kinds = ['timeout', 'reset', 'refused', 'garbage', 'page', 'slow', 'half', 'cut', 'late', 'none'];
  const word = nth % 10 === 0 ? (kinds[(nth / 10) % 10] ?? '') : 'unavailable';
  const failure = new Failure('transient', 'nash.unavailable', `Nash answered 503: ${word}`, {
    detail: { operation: 'order.upsert', status: 503 },
  });
  const about = { entryId: id, job: 'fulfilment-submit', payload: { orderId }, failure, failingSinceMs: undefined };
  const { writes, ...failed } = isShown ? await noticeFailure(store, about) : { writes: [] };
  const settle = { id, attempt, how: 'retry', delayMs: 0, counted: false } as const;
  const [outcome] = await Promise.all([
    commit(store, { writes, settle: { ...settle, failed } }),
    // In the same way to Redis, behind it.
    store.redis.zadd(store.keys.leased, systemClock.now() + 600_000, id),
  ]);
  if (outcome !== 'committed') throw new Error(`a failure was not put down: ${outcome}`);
  work.attempt += 1;
}
