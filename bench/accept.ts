import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { Redis } from 'ioredis';
import { startBoundProcess } from '../src/platform/bound-process.ts';
import { freePort } from '../src/platform/free-port.ts';
import { startProcesses } from '../test/support/packline-processes.ts';
import { cpuMicros, median, postOrders, residentMib } from './load.ts';

const connections = 50;

/**
 * `POST /v1/orders` with key, schema, idempotency, sealing and a durable write, against a bare Hono route that parses the
 * same JSON and writes once to the same Redis (AOF, fsync always). In turn, several rounds, medians; load generator, Redis
 * and server share the machine. Then the latency at a steady 300/s, and memory.
 */
export async function benchAccept(options: { rounds: number; seconds: number }) {
  const packline = await startProcesses({
    settings: { PACKLINE_RATE_PER_SECOND: '100000', PACKLINE_RATE_BURST: '100000', PACKLINE_LOG_LEVEL: 'error' },
  });
  const port = await freePort('127.0.0.1');
  const bare = await startBoundProcess(
    process.execPath,
    [fileURLToPath(new URL('bare-route.ts', import.meta.url)), packline.redis.url, String(port)],
    { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] },
  );
  const redis = new Redis(packline.redis.url);
  try {
    await once(bare.child, 'message');
    const load = { key: packline.merchantKey, seconds: options.seconds, connections };
    const bareUrl = `http://127.0.0.1:${port}`;
    // Warm both up: code, connections, and Redis' append-only file.
    await postOrders(bareUrl, { ...load, seconds: 2 });
    await postOrders(packline.baseUrl, { ...load, seconds: 2 });
    const ceiling: number[] = [];
    const accept: number[] = [];
    const ceilingCpuMicros: number[] = [];
    const acceptCpuMicros: number[] = [];
    let failed = 0;
    const measure = async (url: string, pid: number) => {
      const before = await cpuMicros(pid);
      const result = await postOrders(url, load);
      return { ...result, cpuMicrosPerRequest: Math.round(((await cpuMicros(pid)) - before) / result.total) };
    };
    const memoryMib = [await residentMib(packline.api.pid)];
    for (let round = 0; round < options.rounds; round += 1) {
      const bareRoute = await measure(bareUrl, bare.pid);
      const ours = await measure(packline.baseUrl, packline.api.pid);
      ceiling.push(bareRoute.requestsPerSecond);
      ceilingCpuMicros.push(bareRoute.cpuMicrosPerRequest);
      accept.push(ours.requestsPerSecond);
      acceptCpuMicros.push(ours.cpuMicrosPerRequest);
      failed += ours.non2xx;
      memoryMib.push(await residentMib(packline.api.pid));
    }
    await redis.flushall().catch(() => undefined);
    return {
      acceptPerSecond: median(accept),
      ceilingPerSecond: median(ceiling),
      ratio: Math.round((median(accept) / median(ceiling)) * 100) / 100,
      cpuMicrosPerRequest: { accept: median(acceptCpuMicros), ceiling: median(ceilingCpuMicros) },
      rounds: { accept, ceiling },
      failed,
      apiMemoryMib: memoryMib,
    };
  } finally {
    redis.disconnect();
    await bare.stop(1_000);
    await packline.close();
  }
}

/** Latency at a steady rate, and what an order costs in Redis while nobody has worked on it. */
export async function benchSteady(options: { seconds: number; ratePerSecond: number }) {
  const packline = await startProcesses({ settings: { PACKLINE_LOG_LEVEL: 'error' } });
  const redis = new Redis(packline.redis.url);
  try {
    const load = { key: packline.merchantKey, connections: 20 };
    await postOrders(packline.baseUrl, { ...load, seconds: 2, ratePerSecond: options.ratePerSecond });
    const before = await usedBytes(redis);
    const steady = await postOrders(packline.baseUrl, { ...load, ...options });
    const bytesPerWaitingOrder = Math.round(((await usedBytes(redis)) - before) / steady.total);
    return { ...steady, bytesPerWaitingOrder };
  } finally {
    redis.disconnect();
    await packline.close();
  }
}

export async function usedBytes(redis: Redis): Promise<number> {
  return Number(/used_memory:(\d+)/.exec(await redis.info('memory'))?.[1] ?? 0);
}
