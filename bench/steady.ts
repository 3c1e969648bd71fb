import { Redis } from 'ioredis';
import { startProcesses } from '../test/support/packline-processes.ts';
import { defineBenchmark } from './benchmark.ts';
import { postOrders } from './load.ts';
import { usedBytes } from './redis-info.ts';

/** Latency at a steady rate, and what an order costs in Redis while nobody has worked on it. */
export const steady = defineBenchmark({
  name: 'steady',
  shows: 'latency of POST /v1/orders at a steady rate, and what a waiting order costs in Redis',
  size: { seconds: 20, rate: 300 },
  quickSize: { seconds: 2, rate: 100 },
  async run({ seconds, rate: ratePerSecond }) {
    const packline = await startProcesses({ settings: { PACKLINE_LOG_LEVEL: 'error' } });
    const redis = new Redis(packline.redis.url);
    try {
      const load = { key: packline.merchantKey, connections: 20, ratePerSecond };
      await postOrders(packline.baseUrl, { ...load, seconds: 2 });
      const before = await usedBytes(redis);
      const posted = await postOrders(packline.baseUrl, { ...load, seconds });
      const bytes = ((await usedBytes(redis)) - before) / posted.total;
      const latency = { unit: 'ms', better: 'lower' } as const;
      const at = `latency of POST /v1/orders at ${ratePerSecond}/s`;
      return {
        rows: [
          { what: `${at}, p50`, figure: posted.latencyMsP50, ...latency },
          { what: `${at}, p99`, figure: posted.latencyMsP99, ...latency, target: { of: 'figure', is: 50 } },
          { what: 'Redis for an order that waits', figure: bytes, unit: 'B', better: 'lower' },
        ],
        details: { ...posted },
      };
    } finally {
      redis.disconnect();
      await packline.close();
    }
  },
});
