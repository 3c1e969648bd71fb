import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { Redis } from 'ioredis';
import { startBoundProcess, type BoundProcess } from '../src/platform/bound-process.ts';
import { createKeys } from '../src/store/keys.ts';
import { startProcesses, type PacklineProcesses } from '../test/support/packline-processes.ts';
import { defineBenchmark } from './benchmark.ts';
import { watchCpu } from './process-stats.ts';
import { watchFsync } from './redis-info.ts';
import { median, quantile, quantiles } from './statistics.ts';
import { timeOrders, type OrderTimes } from './time-orders.ts';
import { untilRouted } from './until-routed.ts';

const waits = ['answer', 'partner', 'dispatch', 'webhook'] as const;
const told: Record<(typeof waits)[number], string> = {
  answer: 'latency of POST /v1/orders',
  partner: 'from the answer to the partner',
  dispatch: 'from the answer to the dispatch at the partner',
  webhook: 'from the answer to the first webhook',
};

/**
 * A merchant who orders at a steady, small rate, alone and beside merchants who flood the same Packline (flood.ts), in
 * turn, so that whatever else the machine does meets both; each round on a Packline of its own, one API and two workers.
 */
export const noisy = defineBenchmark({
  name: 'noisy',
  shows: 'p95 of a quiet merchant beside flooding ones, beside the same alone',
  size: { rounds: 5, seconds: 15, rate: 10, waiting: 3_000 },
  quickSize: { rounds: 1, seconds: 3, rate: 5, waiting: 200 },
  async run({ rounds, seconds, rate, waiting }, say) {
    const alone: Round[] = [];
    const beside: Round[] = [];
    for (let round = 1; round <= rounds; round += 1) {
      alone.push(await runRound({ seconds, rate, waiting: null }));
      say(`round ${round} of ${rounds}, alone: ${describe(alone.at(-1))}`);
      beside.push(await runRound({ seconds, rate, waiting }));
      say(`round ${round} of ${rounds}, beside the flood: ${describe(beside.at(-1))}`);
    }
    const p95s = (of: readonly Round[], wait: keyof OrderTimes): number[] =>
      of.map(({ times }) =>
        quantile(
          times.map((time) => time[wait]),
          0.95,
        ),
      );
    return {
      rows: waits.map((wait) => ({
        what: `${told[wait]}, p95 beside a flood`,
        figure: median(p95s(beside, wait)),
        unit: 'ms',
        better: 'lower',
        ceiling: { is: median(p95s(alone, wait)), what: 'the same merchant alone' },
        // The answer itself takes milliseconds, which any other request in the same process moves.
        ...(wait === 'answer' ? {} : { target: { of: 'ratio', is: 1.2 } }),
        samples: p95s(beside, wait),
      })),
      details: { alone: alone.map(toDetails), beside: beside.map(toDetails) },
    };
  },
});

interface Round {
  times: OrderTimes[];
  cpu: Record<string, number>;
  seen: Record<string, unknown>;
}

const describe = (round: Round | undefined): string =>
  waits.map((wait) => `${wait} ${Math.round(quantile(round?.times.map((time) => time[wait]) ?? [], 0.95))} ms`).join(', ') +
  `; processors ${Object.values(round?.cpu ?? {}).reduce((sum, share) => sum + share, 0).toFixed(2)}`; // prettier-ignore

const toDetails = ({ times, cpu, seen }: Round) => ({
  ms: Object.fromEntries(waits.map((wait) => [wait, quantiles(times.map((time) => time[wait]))])),
  cpu,
  ...seen,
});

async function runRound(options: { seconds: number; rate: number; waiting: number | null }): Promise<Round> {
  const { seconds, rate, waiting } = options;
  const packline = await startProcesses({
    sandbox: { speed: 0, picker: { stepMs: 20, outcome: 'exact' } },
    settings: {
      PACKLINE_LOG_LEVEL: 'error',
      PACKLINE_EGRESS_ALLOW: '127.0.0.0/8',
      NODE_OPTIONS: process.env['NODE_OPTIONS'] ?? '',
      // What a key may do by default: without it, no merchant is held back at all.
      PACKLINE_RATE_PER_SECOND: '50',
      PACKLINE_RATE_BURST: '200',
    },
  });
  const redis = new Redis(packline.redisUrl);
  let flood: BoundProcess | undefined;
  try {
    const workers = [await packline.startWorker(), await packline.startWorker()];
    // So that both rounds measure code that has run before.
    await timeOrders(packline, { amount: 150, ratePerSecond: 50 });
    flood = waiting === null ? undefined : await startFlood(packline, redis, waiting);
    await timeOrders(packline, { amount: rate * 2, ratePerSecond: rate });
    const fsyncMs = await watchFsync(redis);
    const cpu = await watchCpu({
      api: packline.api.pid,
      ...Object.fromEntries(workers.map(({ pid }, n) => [`worker${n + 1}`, pid])),
      redis: packline.redis.pid,
      measuring: process.pid,
      ...(flood === undefined ? {} : { flood: flood.pid }),
    });
    const times = await timeOrders(packline, { amount: rate * seconds, ratePerSecond: rate });
    const seen = {
      waitingEntries: await redis.hlen(createKeys(0).entries),
      slowestFsyncMs: await fsyncMs(),
      flood: flood === undefined ? null : await lookAt(flood),
    };
    return { times, cpu: await cpu(), seen };
  } finally {
    redis.disconnect();
    await flood?.stop(1_000);
    await packline.close();
  }
}

/** Resolves when so many of its orders wait for their partner, and it floods. */
async function startFlood(
  { baseUrl, adminKey }: PacklineProcesses,
  redis: Redis,
  waiting: number,
): Promise<BoundProcess> {
  const path = fileURLToPath(new URL('flood.ts', import.meta.url));
  const flood = await startBoundProcess(process.execPath, [path, baseUrl, adminKey, String(waiting)], {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const [merchantId] = await Promise.race([
    once(flood.child, 'message'),
    flood.ended.then(() => Promise.reject(new Error('the flood ended before it began'))),
  ]);
  await untilRouted(redis, [String(merchantId)]);
  return flood;
}

/** What the flood was like at its end. */
async function lookAt(flood: BoundProcess): Promise<unknown> {
  const answer = once(flood.child, 'message', { signal: AbortSignal.timeout(5_000) });
  flood.child.send('report');
  const [report] = await answer;
  return report;
}
