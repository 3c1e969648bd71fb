import type { BoundProcess } from '../src/platform/bound-process.ts';
import { freePort } from '../src/platform/free-port.ts';
import type { Subscriber } from '../src/store/endpoints.ts';
import { startProcesses } from '../test/support/packline-processes.ts';
import { defineBenchmark } from './benchmark.ts';
import { measureBytes } from './delivery-bytes.ts';
import { openFeed, sampleBody, type DeliveryFeed } from './delivery-feed.ts';
import { openSink, type Sink } from './delivery-sink.ts';
import { drainDeliveries, startBare, type Drained } from './drain-deliveries.ts';
import { residentMib } from './process-stats.ts';
import { median, quantile, quantiles } from './statistics.ts';
import { timeDeliveries } from './time-deliveries.ts';

/** As they are made, each takes ten deliveries at once: together as many as two workers run. */
const endpointCount = 10;
const eventsPerOrder = 5;
const jobsAtOnce = 50;
const slowMs = 15_000;
const tenths = 10;
/** Of what is to show that memory stays: so many orders wait at once. */
const batchOrders = 2_000;

interface At {
  feed: DeliveryFeed;
  sink: Sink;
  endpoints: readonly Subscriber[];
  workers: readonly BoundProcess[];
}

/**
 * Events from their commit to the sockets of ten endpoints, five of an order and kept in its order, by two workers; Redis
 * (append-only file, fsync always), workers, and this process, which is the sink and commits the events, share the machine.
 *
 * - How fast: what waits is brought out, beside bare loops (bare-deliveries.ts) of as many processes, in turn. On neither side does
 *   making the work count: no commit of the event, no adding of the job.
 * - How soon: from before the commit, at a steady rate, alone, and then with two endpoints more: one that answers after
 *   15 s, and one where nobody listens.
 * - What one is in Redis, and the memory of the workers over many (`--long 1000000`).
 */
export const deliveries = defineBenchmark({
  name: 'deliveries',
  shows: 'webhooks: pace beside a bare loop, how soon, the same beside endpoints that hang, memory and bytes',
  size: { workers: 2, rounds: 3, orders: 4_000, seconds: 15, rate: 200, long: 100_000 },
  quickSize: { workers: 1, rounds: 1, orders: 100, seconds: 2, rate: 100, long: 1_000 },
  async run({ workers: workerCount, rounds, orders, seconds, rate, long }, say) {
    const packline = await startProcesses({
      settings: {
        PACKLINE_LOG_LEVEL: 'error',
        PACKLINE_EGRESS_ALLOW: '127.0.0.0/8',
        PACKLINE_WORKER_CONCURRENCY: String(jobsAtOnce),
        NODE_OPTIONS: process.env['NODE_OPTIONS'] ?? '',
      },
    });
    const { merchantId } = packline;
    const { pid: redisPid } = packline.redis;
    const sink = await openSink();
    const feed = await openFeed(packline);
    const startLoop = (client: 'fetch' | 'request') =>
      startBare(packline.redis.url, { processes: workerCount, concurrency: jobsAtOnce, client });
    const [bare, leanest] = [await startLoop('fetch'), await startLoop('request')];
    try {
      const workers: BoundProcess[] = [];
      while (workers.length < workerCount) workers.push(await packline.startWorker());
      const endpoints: Subscriber[] = [];
      while (endpoints.length < endpointCount) endpoints.push(await feed.subscribe(sink.url));
      const at: At = { feed, sink, endpoints, workers };
      const amount = orders * eventsPerOrder;
      const announce = () => feed.announceAll(endpoints, orders, eventsPerOrder);

      const bytes = await measureBytes(at, merchantId, amount, announce);
      say(`bytes in Redis: ${JSON.stringify(bytes)}`);

      const bodies = Array.from({ length: amount }, (_, n) => sampleBody(`ord_bare_${n}`));
      const drainBare = (loop = bare) =>
        drainDeliveries({ sink, workers: loop.workers, redisPid }, amount, () => loop.fill(bodies, sink.url));
      const drainOurs = async (): Promise<Drained> => {
        const drained = await drainDeliveries({ sink, workers, redisPid }, amount, announce);
        await feed.untilSettled();
        return drained;
      };
      // Ours have run already.
      await drainBare();
      await drainBare(leanest);
      const paces: Record<'ours' | 'bare' | 'leanest', Drained[]> = { ours: [], bare: [], leanest: [] };
      for (let round = 1; round <= rounds; round += 1) {
        paces.bare.push(await drainBare());
        paces.leanest.push(await drainBare(leanest));
        paces.ours.push(await drainOurs());
        say(
          `round ${round} of ${rounds}: ${describe(paces.ours.at(-1))}; bare: ${describe(paces.bare.at(-1))}; by request: ${describe(paces.leanest.at(-1))}`,
        );
      }

      const measureSoon = async (what: string, beside: readonly Subscriber[]): Promise<number[][]> => {
        const times: number[][] = [];
        while (times.length < rounds) {
          times.push(await timeDeliveries(at, endpoints, { amount: rate * seconds, perSecond: rate, beside }));
          say(`${what}: ${JSON.stringify(quantiles(times.at(-1) ?? []))}`);
        }
        return times;
      };
      await timeDeliveries(at, endpoints, { amount: rate, perSecond: rate });
      const alone = await measureSoon('alone', []);
      const bad = [
        await feed.subscribe(sink.slowUrl(slowMs)),
        await feed.subscribe(`http://127.0.0.1:${await freePort('127.0.0.1')}/hooks`),
      ];
      const beside = await measureSoon('beside one that hangs and one that refuses', bad);
      for (const { id } of bad) await packline.call('DELETE', `/v1/endpoints/${id}`);

      const memoryMib = await watchLong(at, long, say);
      if (sink.outOfOrder > 0)
        throw new Error(`${sink.outOfOrder} events came in before an earlier one of their order`);

      const perSecond = (of: readonly Drained[]): number[] => of.map((drained) => drained.perSecond);
      const micros = (of: readonly Drained[]): number[] => of.map((drained) => sumOf(Object.values(drained.micros)));
      const soon = `from the commit of an event to its first attempt, ${rate}/s over ${endpointCount} endpoints`;
      const latency = { unit: 'ms', better: 'lower' } as const;
      const byteRow = (what: string, figure: number) => ({ what, figure, unit: 'B', better: 'lower' as const });
      return {
        rows: [
          {
            what: `webhooks brought out, ${workerCount} workers`,
            figure: median(perSecond(paces.ours)),
            unit: '/s',
            better: 'higher',
            target: { of: 'figure', is: 1_500 },
            samples: perSecond(paces.ours),
          },
          {
            what: 'the same beside a bare fetch loop over BullMQ',
            figure: median(perSecond(paces.ours)),
            unit: '/s',
            better: 'higher',
            ceiling: { is: median(perSecond(paces.bare)), what: 'one job each, signed and posted by as many processes' },
            target: { of: 'ratio', is: 0.6 },
          },
          {
            what: 'the same beside that loop without fetch',
            figure: median(perSecond(paces.ours)),
            unit: '/s',
            better: 'higher',
            ceiling: { is: median(perSecond(paces.leanest)), what: 'posted by undici’s own request, which is leaner' },
            target: { of: 'ratio', is: 0.6 },
          },
          {
            what: 'processor time for a webhook: workers, Redis and sink',
            figure: median(micros(paces.ours)),
            unit: 'µs',
            better: 'lower',
            ceiling: { is: median(micros(paces.leanest)), what: 'the bare loop without fetch' },
            samples: micros(paces.ours),
          },
          { what: `${soon}, p95`, figure: median(p95s(alone)), ...latency, target: { of: 'figure', is: 100 }, samples: p95s(alone) },
          {
            what: `the same beside one that answers after ${slowMs / 1_000} s and one that refuses, p95`,
            figure: median(p95s(beside)),
            ...latency,
            ceiling: { is: median(p95s(alone)), what: 'without them' },
            target: { of: 'ratio', is: 1.2 },
            samples: p95s(beside),
          },
          {
            what: `memory of the workers after ${long} deliveries`,
            figure: memoryMib.at(-1) ?? Number.NaN,
            unit: 'MiB',
            better: 'lower',
            ceiling: { is: memoryMib[0] ?? Number.NaN, what: 'after a tenth of them' },
            target: { of: 'ratio', is: 1.1 },
            samples: memoryMib,
          },
          byteRow('Redis for an event and its delivery, waiting', bytes.waiting),
          byteRow('the same, delivered less than ten minutes ago', bytes.delivered),
          byteRow('the same, until it is past its retention', bytes.kept),
          byteRow('the same, past its retention', bytes.forgotten),
        ], // prettier-ignore
        details: {
          ...paces,
          alone: alone.map(quantiles),
          beside: beside.map(quantiles),
          memoryMib,
          bytes,
          bodyBytes: bodies[0]?.length,
          repeated: sink.repeated,
        },
      };
    } finally {
      feed.close();
      sink.close();
      await bare.close();
      await leanest.close();
      await packline.close();
    }
  },
});

const p95s = (rounds: readonly number[][]): number[] => rounds.map((times) => quantile(times, 0.95));

const sumOf = (numbers: readonly number[]): number => numbers.reduce((sum, one) => sum + one, 0);

const describe = (drained: Drained | undefined): string =>
  `${drained?.perSecond}/s, µs each ${JSON.stringify(drained?.micros)}`;

/** The workers' memory after each tenth of so many deliveries, all of them together, in MiB. */
async function watchLong(at: At, long: number, say: (progress: string) => void): Promise<number[]> {
  const { feed, sink, endpoints, workers } = at;
  const perTenth = Math.ceil(long / tenths / eventsPerOrder);
  const mib: number[] = [];
  while (mib.length < tenths) {
    for (let left = perTenth; left > 0; left -= batchOrders) {
      const orders = Math.min(left, batchOrders);
      sink.forget();
      await feed.announceAll(endpoints, orders, eventsPerOrder);
      await sink.until(orders * eventsPerOrder);
    }
    const each = await Promise.all(workers.map(({ pid }) => residentMib(pid)));
    mib.push(sumOf(each));
    say(`after ${mib.length * perTenth * eventsPerOrder} deliveries: ${mib.at(-1)} MiB`);
  }
  return mib;
}
