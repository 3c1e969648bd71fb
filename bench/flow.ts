import { setTimeout as delay } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { startProcesses } from '../test/support/packline-processes.ts';
import { defineBenchmark } from './benchmark.ts';
import { countFlow } from './flow-counts.ts';
import { postOrders } from './load.ts';
import { residentMib } from './process-stats.ts';
import { usedBytes } from './redis-info.ts';
import { quantiles } from './statistics.ts';

/**
 * The whole flow: orders posted at a steady rate are submitted, dispatched, picked (about twelve hooks each), read,
 * resolved and announced to one endpoint, by one worker process; sandbox, subscriber and load generator in this process.
 * Processor time per order is what to compare: the rate depends on what else the machine does. With
 * `--cpu-prof` in NODE_OPTIONS every process leaves its profile.
 */
export const flow = defineBenchmark({
  name: 'flow',
  shows: 'orders posted, submitted, picked, resolved and announced, by one worker: pace, cost and bytes',
  size: { orders: 2_000, rate: 50 },
  quickSize: { orders: 50, rate: 25 },
  run: ({ orders, rate }) => benchFlow({ orders, ratePerSecond: rate }),
});

async function benchFlow(options: { orders: number; ratePerSecond: number }) {
  const packline = await startProcesses({
    sandbox: { speed: 0, picker: { stepMs: 20, outcome: 'exact' } },
    settings: { PACKLINE_LOG_LEVEL: 'error', NODE_OPTIONS: process.env['NODE_OPTIONS'] ?? '' },
  });
  const redis = new Redis(packline.redis.url);
  try {
    const worker = await packline.startWorker();
    const load = { key: packline.merchantKey, connections: 10 };
    const before = await usedBytes(redis);
    const pids = { api: packline.api.pid, worker: worker.pid, redis: packline.redis.pid, sandboxAndLoad: process.pid };
    const countsBefore = await countFlow(redis, pids);
    const partnerCallsBefore = packline.sandbox.books.report().requestsTotal;
    const hooksBefore = await countHooks(packline);
    const apiMemoryMib: number[] = [];
    const workerMemoryMib: number[] = [];
    const sampling = setInterval(
      () => {
        void Promise.all([residentMib(packline.api.pid), residentMib(worker.pid)])
          .then(([api, work]) => {
            apiMemoryMib.push(api);
            workerMemoryMib.push(work);
          })
          .catch(() => undefined);
      },
      Math.max(1_000, (options.orders / options.ratePerSecond / 20) * 1_000),
    );
    const startedMs = Date.now();
    const posted = await postOrders(packline.baseUrl, {
      ...load,
      seconds: 3_600,
      amount: options.orders,
      ratePerSecond: options.ratePerSecond,
    });
    const acceptedMs = Date.now() - startedMs;
    let finished = 0;
    const delivered = new Set<unknown>();
    const finishedAtMs: number[] = [];
    let seen = 0;
    while (finished < options.orders && Date.now() - startedMs < acceptedMs + 300_000) {
      const { received } = packline.subscriber;
      for (; seen < received.length; seen += 1) {
        const event = received[seen];
        if (event?.data['newStatus'] !== 'DELIVERED' || delivered.has(event.data['orderId'])) continue;
        delivered.add(event.data['orderId']);
        finishedAtMs.push(event.atMs - startedMs);
      }
      finished = delivered.size;
      await delay(50);
    }
    const totalMs = Date.now() - startedMs;
    clearInterval(sampling);
    const counts = await countFlow(redis, pids);
    const hooks = (await countHooks(packline)) - hooksBefore;
    const partnerCalls = packline.sandbox.books.report().requestsTotal - partnerCallsBefore;
    const events = packline.subscriber.received.length;
    const perOrder = (amount: number): number => Math.round((amount / options.orders) * 100) / 100;
    if (finished < options.orders) throw new Error(`only ${finished} of ${options.orders} orders were delivered`);
    const costs = Object.fromEntries(
      Object.entries(counts).map(([name, count]) => [name, perOrder(count - (countsBefore[name] ?? 0))]),
    );
    const bytes = ((await usedBytes(redis)) - before) / options.orders;
    const cpuMs = Object.keys(pids).reduce((sum, name) => sum + (costs[`${name}CpuMs`] ?? Number.NaN), 0);
    const cost = { unit: 'ms', better: 'lower' } as const;
    return {
      rows: [
        {
          what: 'orders finished, one worker',
          figure: (finished / totalMs) * 1_000,
          unit: '/s',
          better: 'higher' as const,
          ceiling: { is: (options.orders / acceptedMs) * 1_000, what: 'accepted in the same time' },
        },
        { what: 'processor time of the worker for an order', figure: costs['workerCpuMs'] ?? Number.NaN, ...cost },
        { what: 'processor time of all for an order, sandbox and load included', figure: cpuMs, ...cost },
        {
          what: 'Redis for an order that is finished, with one endpoint',
          figure: bytes,
          unit: 'B',
          better: 'lower' as const,
        },
      ],
      details: {
        acceptedPerSecond: Math.round((options.orders / acceptedMs) * 1_000),
        finishedAtMs: quantiles(finishedAtMs),
        failed: posted.non2xx,
        perOrder: {
          partnerCalls: perOrder(partnerCalls),
          hooks: perOrder(hooks),
          events: perOrder(events),
          ...costs,
        },
        apiMemoryMib,
        workerMemoryMib,
      },
    };
  } finally {
    redis.disconnect();
    await packline.close();
  }
}

/** Partners' webhooks that the API has taken. */
async function countHooks({ baseUrl, adminKey }: { baseUrl: string; adminKey: string }): Promise<number> {
  const headers = { authorization: `Bearer ${adminKey}` };
  const metrics = await (await fetch(`${baseUrl}/metrics`, { headers })).text();
  return [...metrics.matchAll(/^packline_inbound_events_total\{(?!.*refused_).*\} (\d+)$/gm)].reduce((sum, [, n]) => sum + Number(n), 0); // prettier-ignore
}
