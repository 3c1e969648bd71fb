import { setTimeout as delay } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { startProcesses } from '../test/support/packline-processes.ts';
import { usedBytes } from './accept.ts';
import { postOrders, residentMib } from './load.ts';

/**
 * The whole flow: orders posted at a steady rate are submitted, dispatched, picked (about twelve hooks each), read,
 * resolved and announced to one endpoint, by one worker process; sandbox and load generator in this process.
 */
export async function benchFlow(options: { orders: number; ratePerSecond: number }) {
  const packline = await startProcesses({
    sandbox: { speed: 0, picker: { stepMs: 20, outcome: 'exact' } },
    settings: { PACKLINE_LOG_LEVEL: 'error' },
  });
  const redis = new Redis(packline.redis.url);
  try {
    const worker = await packline.startWorker();
    const load = { key: packline.merchantKey, connections: 10 };
    const before = await usedBytes(redis);
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
    let seen = 0;
    while (finished < options.orders && Date.now() - startedMs < acceptedMs + 300_000) {
      const { received } = packline.subscriber;
      for (; seen < received.length; seen += 1) {
        const event = received[seen];
        if (event?.data['newStatus'] === 'DELIVERED') delivered.add(event.data['orderId']);
      }
      finished = delivered.size;
      await delay(50);
    }
    const totalMs = Date.now() - startedMs;
    clearInterval(sampling);
    return {
      orders: options.orders,
      offeredPerSecond: options.ratePerSecond,
      finished,
      acceptedPerSecond: Math.round((options.orders / acceptedMs) * 1_000),
      finishedPerSecond: Math.round((finished / totalMs) * 1_000),
      failed: posted.non2xx,
      eventsReceived: packline.subscriber.received.length,
      bytesPerFinishedOrder: Math.round(((await usedBytes(redis)) - before) / options.orders),
      apiMemoryMib,
      workerMemoryMib,
    };
  } finally {
    redis.disconnect();
    await packline.close();
  }
}
