import { setTimeout as delay } from 'node:timers/promises';
import { startProcesses } from '../test/support/packline-processes.ts';
import { postOrders, residentMib } from './load.ts';

const batchSize = 2_000;

/**
 * Resident memory of API and worker over many orders, each accepted, submitted and dispatched, with the hooks and events
 * that this brings. In batches, because the sandbox keeps what it is given until it is told to forget.
 */
export async function benchMemory(options: { orders: number; ratePerSecond: number }) {
  const packline = await startProcesses({
    sandbox: { speed: 0, picker: { mode: 'manual', outcome: 'exact' } },
    settings: { PACKLINE_LOG_LEVEL: 'error' },
  });
  try {
    const worker = await packline.startWorker();
    const samples: { orders: number; apiMib: number; workerMib: number }[] = [];
    for (let done = 0; done < options.orders; done += batchSize) {
      await postOrders(packline.baseUrl, {
        key: packline.merchantKey,
        connections: 10,
        seconds: 3_600,
        amount: batchSize,
        ratePerSecond: options.ratePerSecond,
      });
      const dispatched = () =>
        Object.values(packline.sandbox.books.report('org_demo').effects['org_demo'] ?? {}).filter(
          (effects) => 'order.dispatched' in effects,
        ).length;
      for (let waited = 0; dispatched() < batchSize && waited < 300; waited += 1) await delay(1_000);
      if (dispatched() < batchSize) throw new Error(`only ${dispatched()} of ${batchSize} orders were dispatched`);
      await delay(1_000);
      packline.sandbox.reset();
      packline.subscriber.received.length = 0;
      const [apiMib, workerMib] = await Promise.all([residentMib(packline.api.pid), residentMib(worker.pid)]);
      samples.push({ orders: done + batchSize, apiMib, workerMib });
    }
    return { orders: options.orders, samples };
  } finally {
    await packline.close();
  }
}
