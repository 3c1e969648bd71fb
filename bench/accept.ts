import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { startBoundProcess } from '../src/platform/bound-process.ts';
import { freePort } from '../src/platform/free-port.ts';
import { startProcesses } from '../test/support/packline-processes.ts';
import { defineBenchmark } from './benchmark.ts';
import { postOrders } from './load.ts';
import { cpuMicros, residentMib } from './process-stats.ts';
import { median } from './statistics.ts';

const connections = 50;

/**
 * `POST /v1/orders` with key, schema, idempotency, sealing and a durable write, against a bare Hono route that parses the
 * same JSON and writes once to the same Redis (AOF, fsync always). In turn, several rounds, medians; load generator, Redis
 * and server share the machine.
 */
export const accept = defineBenchmark({
  name: 'accept',
  shows: 'POST /v1/orders at full load, beside a bare route with one Redis write',
  size: { rounds: 5, seconds: 10 },
  quickSize: { rounds: 1, seconds: 1 },
  async run({ rounds, seconds }, say) {
    const packline = await startProcesses({
      settings: { PACKLINE_RATE_PER_SECOND: '100000', PACKLINE_RATE_BURST: '100000', PACKLINE_LOG_LEVEL: 'error' },
    });
    const port = await freePort('127.0.0.1');
    const bare = await startBoundProcess(
      process.execPath,
      [fileURLToPath(new URL('bare-route.ts', import.meta.url)), packline.redis.url, String(port)],
      { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] },
    );
    try {
      await once(bare.child, 'message');
      const load = { key: packline.merchantKey, seconds, connections };
      const bareUrl = `http://127.0.0.1:${port}`;
      // Warm both up: code, connections, and Redis' append-only file.
      await postOrders(bareUrl, { ...load, seconds: Math.min(2, seconds) });
      await postOrders(packline.baseUrl, { ...load, seconds: Math.min(2, seconds) });
      const measure = async (url: string, pid: number) => {
        const before = await cpuMicros(pid);
        const result = await postOrders(url, load);
        if (result.non2xx > 0) throw new Error(`${result.non2xx} of ${result.total} requests failed`);
        return { perSecond: result.requestsPerSecond, cpuMicros: ((await cpuMicros(pid)) - before) / result.total };
      };
      const memoryMib = [await residentMib(packline.api.pid)];
      const ceiling: { perSecond: number; cpuMicros: number }[] = [];
      const ours: typeof ceiling = [];
      for (let round = 1; round <= rounds; round += 1) {
        ceiling.push(await measure(bareUrl, bare.pid));
        ours.push(await measure(packline.baseUrl, packline.api.pid));
        memoryMib.push(await residentMib(packline.api.pid));
        say(`round ${round} of ${rounds}: ${ours.at(-1)?.perSecond}/s of ${ceiling.at(-1)?.perSecond}/s`);
      }
      const perSecond = ours.map((round) => round.perSecond);
      const micros = ours.map((round) => round.cpuMicros);
      return {
        rows: [
          {
            what: `POST /v1/orders, ${connections} connections`,
            figure: median(perSecond),
            unit: '/s',
            better: 'higher',
            ceiling: {
              is: median(ceiling.map((round) => round.perSecond)),
              what: 'a bare Hono route that parses the same JSON and does one Redis write',
            },
            samples: perSecond,
          },
          {
            what: 'processor time of the API for an order',
            figure: median(micros),
            unit: 'µs',
            better: 'lower',
            ceiling: { is: median(ceiling.map((round) => round.cpuMicros)), what: 'the bare route' },
            samples: micros,
          },
        ],
        details: { ceiling, ours, apiMemoryMib: memoryMib },
      };
    } finally {
      await bare.stop(1_000);
      await packline.close();
    }
  },
});
