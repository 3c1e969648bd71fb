import { setTimeout as delay } from 'node:timers/promises';
import { startProcesses } from '../test/support/packline-processes.ts';
import { defineBenchmark } from './benchmark.ts';
import { postOrders } from './load.ts';
import { residentMib } from './process-stats.ts';

/**
 * Resident memory of API and worker over many orders, each accepted, submitted and dispatched, with the hooks and events
 * that this brings. In batches, because the sandbox keeps what it is given until it is told to forget.
 */
export const memory = defineBenchmark({
  name: 'memory',
  shows: 'memory of API and worker over many orders, the last batch beside the first',
  size: { orders: 4_500, batch: 1_500, rate: 50 },
  quickSize: { orders: 100, batch: 50, rate: 50 },
  async run({ orders, batch, rate: ratePerSecond }, say) {
    const packline = await startProcesses({
      sandbox: { speed: 0, picker: { mode: 'manual', outcome: 'exact' } },
      settings: { PACKLINE_LOG_LEVEL: 'error' },
    });
    try {
      const worker = await packline.startWorker();
      const load = { key: packline.merchantKey, connections: 10, seconds: 3_600, amount: batch, ratePerSecond };
      const dispatched = () =>
        Object.values(packline.sandbox.books.report('org_demo').effects['org_demo'] ?? {}).filter(
          (effects) => 'order.dispatched' in effects,
        ).length;
      const samples: { orders: number; apiMib: number; workerMib: number }[] = [];
      for (let done = 0; done < orders; done += batch) {
        await postOrders(packline.baseUrl, load);
        for (let waited = 0; dispatched() < batch && waited < 300; waited += 1) await delay(1_000);
        if (dispatched() < batch) throw new Error(`only ${dispatched()} of ${batch} orders were dispatched`);
        await delay(1_000);
        packline.sandbox.reset();
        packline.subscriber.received.length = 0;
        const [apiMib, workerMib] = await Promise.all([residentMib(packline.api.pid), residentMib(worker.pid)]);
        samples.push({ orders: done + batch, apiMib, workerMib });
        say(`after ${done + batch} orders: API ${apiMib} MiB, worker ${workerMib} MiB`);
      }
      const rowOf = (who: string, mib: readonly number[]) => ({
        what: `memory of the ${who} after ${samples.at(-1)?.orders} orders`,
        figure: mib.at(-1) ?? Number.NaN,
        unit: 'MiB',
        better: 'lower' as const,
        ceiling: { is: mib[0] ?? Number.NaN, what: `after ${batch} orders` },
      });
      return {
        rows: [
          rowOf('API', samples.map(({ apiMib }) => apiMib)),
          rowOf('worker', samples.map(({ workerMib }) => workerMib)),
        ], // prettier-ignore
        details: { samples },
      };
    } finally {
      await packline.close();
    }
  },
});
