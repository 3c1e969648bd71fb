import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { Failure } from '../src/domain/failure.ts';
import { systemClock } from '../src/platform/clock.ts';
import { startEmbeddedRedis } from '../src/platform/embedded-redis.ts';
import { createLog } from '../src/platform/log.ts';
import { noticeFailure } from '../src/queues/report-failure.ts';
import { commit } from '../src/store/commit.ts';
import type { StoreDeps } from '../src/store/deps.ts';
import { beginEntries, leaseEntries } from '../src/store/entries.ts';
import { acceptSample } from '../test/store/accept-sample.ts';
import { createTestStore } from '../test/support/test-store.ts';
import { defineBenchmark } from './benchmark.ts';
import { median } from './statistics.ts';

const callers = 50;
const orders = 500;

/**
 * Work that fails and is put back to be tried again, with the issue that shows it and without (the ceiling), on the same
 * Redis (AOF, fsync always): what seeing a failure within its own commit costs. Every tenth failure has a cause of its own.
 */
export const issues = defineBenchmark({
  name: 'issues',
  shows: 'failures that are counted on their issues, beside failures that nobody is told of',
  size: { rounds: 5, seconds: 2 },
  quickSize: { rounds: 1, seconds: 1 },
  async run({ rounds, seconds }, say) {
    const home = await mkdtemp(join(tmpdir(), 'packline-bench-'));
    const server = await startEmbeddedRedis({ home, log: createLog({ level: 'silent', name: 'bench' }) });
    const redis = new Redis(server.url, { enableAutoPipelining: false });
    try {
      const store = await createTestStore(redis, systemClock);
      for (let made = 0; made < orders; made += 1) await acceptSample(store, `order-${made}`);
      const leased: { id: string; orderId: string }[] = [];
      while (leased.length < orders) {
        const { entries } = await leaseEntries(store, { room: 200, leaseMs: 600_000 });
        for (const { id } of entries) leased.push({ id, orderId: id.slice(id.indexOf('.') + 1) });
        await beginEntries(store, entries);
        await liftCaps(redis, store);
      }
      const bare: number[] = [];
      const shown: number[] = [];
      const micros: number[] = [];
      for (let round = 1; round <= rounds; round += 1) {
        bare.push((await pace(store, leased, seconds, false)).perSecond);
        const told = await pace(store, leased, seconds, true);
        shown.push(told.perSecond);
        micros.push(told.redisMicros);
        say(`round ${round} of ${rounds}: ${shown.at(-1)}/s of ${bare.at(-1)}/s`);
      }
      return {
        rows: [
          {
            what: `failures a second that are counted on their issues, ${callers} at once`,
            figure: median(shown),
            unit: '/s',
            better: 'higher',
            ceiling: { is: median(bare), what: 'the same failures, told to nobody' },
            samples: shown,
          },
        ],
        details: { bare, shown, scriptMicros: micros },
      };
    } finally {
      redis.disconnect();
      await server.stop(1_000);
      await rm(home, { recursive: true, force: true });
    }
  },
});

/** All work is under way at once here, which a lane does not allow. */
const liftCaps = async (redis: Redis, { keys }: StoreDeps): Promise<void> => {
  for (const state of await redis.keys(`${keys.tag}:lane-state:*`)) await redis.hset(state, 'inflight', 0);
  await redis.zadd(keys.lanes, 'LT', 0, 'free');
};

async function pace(
  store: StoreDeps,
  work: readonly { id: string; orderId: string }[],
  seconds: number,
  isShown: boolean,
): Promise<{ perSecond: number; redisMicros: number }> {
  await store.redis.config('RESETSTAT');
  let failed = 0;
  const beganMs = performance.now();
  const endsMs = beganMs + seconds * 1_000;
  const caller = async (from: number): Promise<void> => {
    for (let at = from; performance.now() < endsMs; at += callers) {
      const one = work[at % work.length];
      if (one === undefined) return;
      failed += 1;
      await failOnce(store, one, failed, isShown);
    }
  };
  await Promise.all(Array.from({ length: callers }, (_, from) => caller(from)));
  const perSecond = Math.round((failed / (performance.now() - beganMs)) * 1_000);
  const stats = /cmdstat_evalsha:.*usec_per_call=([\d.]+)/.exec(await store.redis.info('commandstats'));
  return { perSecond, redisMicros: Number(stats?.[1] ?? Number.NaN) };
}

/** As a run that failed ends: looked up, shown, put back; and leased again at once, so that it can fail once more. */
async function failOnce(
  store: StoreDeps,
  { id, orderId }: { id: string; orderId: string },
  nth: number,
  isShown: boolean,
): Promise<void> {
  const kinds = ['timeout', 'reset', 'refused', 'garbage', 'page', 'slow', 'half', 'cut', 'late', 'none'];
  const word = nth % 10 === 0 ? (kinds[(nth / 10) % 10] ?? '') : 'unavailable';
  const failure = new Failure('transient', 'nash.unavailable', `Nash answered 503: ${word}`, {
    detail: { operation: 'order.upsert', status: 503 },
  });
  const about = { entryId: id, job: 'fulfilment-submit', payload: { orderId }, failure, failingSinceMs: undefined };
  const { writes, ...failed } = isShown ? await noticeFailure(store, about) : { writes: [] };
  const attempt = await currentAttempt(store, id);
  const settle = { id, attempt, how: 'retry', delayMs: 0, counted: false } as const;
  await commit(store, { writes, settle: { ...settle, failed } });
  await store.redis.zadd(store.keys.leased, systemClock.now() + 600_000, id);
}

async function currentAttempt({ redis, keys }: StoreDeps, id: string): Promise<number> {
  const raw = await redis.hget(keys.entries, id);
  const { attempt } = raw === null ? { attempt: 0 } : (JSON.parse(raw) as { attempt: number });
  return attempt;
}
