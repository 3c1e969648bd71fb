import { setTimeout as delay } from 'node:timers/promises';
import { Redis } from 'ioredis';
import type { BoundProcess } from '../src/platform/bound-process.ts';
import { createKeys } from '../src/store/keys.ts';
import { startProcesses, type PacklineProcesses } from '../test/support/packline-processes.ts';
import { connectAway, drain, postAway, type Away } from './away.ts';
import { defineBenchmark } from './benchmark.ts';
import { postOrders } from './load.ts';
import { residentMib, watchCpu } from './process-stats.ts';
import { usedBytes } from './redis-info.ts';
import { untilRouted } from './until-routed.ts';

const merchants = 10;
const latencyPerSecond = 300;
const { entries } = createKeys(0);

/**
 * Orders of merchants whose partners answer 503 are accepted, routed, and wait. What that costs in Redis and in the
 * processes, what accepting costs beside it, and how fast the orders of one merchant leave when its partner is back.
 */
export const backlog = defineBenchmark({
  name: 'backlog',
  shows: 'many orders wait for partners that are away: memory, idle cost, latency, and how fast they leave',
  size: { orders: 200_000, slice: 2_000, seconds: 15 },
  quickSize: { orders: 2_000, slice: 100, seconds: 2 },
  async run({ orders, slice, seconds }, say) {
    const packline = await startProcesses({
      sandbox: { speed: 0, picker: { mode: 'manual', outcome: 'exact' } },
      settings: { PACKLINE_LOG_LEVEL: 'fatal', PACKLINE_RATE_PER_SECOND: '100000', PACKLINE_RATE_BURST: '100000' },
    });
    const redis = new Redis(packline.redis.url);
    try {
      const worker = await packline.startWorker();
      const pids = { redis: packline.redis.pid, worker: worker.pid, api: packline.api.pid };
      const fresh = await connectAway(packline, 'org_fresh');
      await postAway(packline, redis, fresh, slice + 200);
      const drainedAlone = await drain(packline, fresh, slice);
      say(`${drainedAlone}/s leave where nothing else waits`);

      const away: Away[] = [];
      for (let n = 0; n < merchants; n += 1) away.push(await connectAway(packline, `org_away_${n}`));
      const postSteadily = async () => {
        const [first] = away;
        if (first === undefined) throw new Error('nobody was away');
        const { merchantId, merchantKey: key } = first.merchant;
        const load = { key, connections: 20, seconds, ratePerSecond: latencyPerSecond };
        const posted = await postOrders(packline.baseUrl, load);
        await untilRouted(redis, [merchantId]);
        return posted;
      };
      const idleBefore = await watchIdle(pids, seconds);
      const latencyBefore = await postSteadily();
      const [bytesBefore, countBefore] = [await usedBytes(redis), await redis.hlen(entries)];
      const memory: Memory[] = [];
      const startedMs = performance.now();
      for (const merchant of away) {
        await postAway(packline, redis, merchant, Math.ceil(orders / merchants));
        memory.push(await memoryOf(packline, worker));
        say(`${await redis.hlen(entries)} wait; API ${memory.at(-1)?.api} MiB, worker ${memory.at(-1)?.worker} MiB`);
      }
      const waiting = await redis.hlen(entries);
      const routedPerSecond = Math.round(((waiting - countBefore) / (performance.now() - startedMs)) * 1_000);
      const bytes = ((await usedBytes(redis)) - bytesBefore) / (waiting - countBefore);
      const idleAfter = await watchIdle(pids, seconds);
      const latencyAfter = await postSteadily();
      const back = away[1];
      if (back === undefined) throw new Error('nobody was away');
      const drained = await drain(packline, back, slice);
      say(`${drained}/s leave beside ${waiting} that wait`);

      const memoryRow = (who: keyof Memory) => ({
        what: `memory of the ${who} when all wait`,
        figure: memory.at(-1)?.[who] ?? Number.NaN,
        unit: 'MiB',
        better: 'lower' as const,
        ceiling: { is: memory[0]?.[who] ?? Number.NaN, what: 'when a tenth of them waited' },
        target: { of: 'ratio' as const, is: 1.25 },
      });
      const idleRow = (who: 'redis' | 'worker') => ({
        what: `processor of the ${who} while all wait`,
        figure: (idleAfter[who] ?? Number.NaN) * 100,
        unit: '%',
        better: 'lower' as const,
        ceiling: { is: (idleBefore[who] ?? Number.NaN) * 100, what: 'while none waits' },
      });
      return {
        rows: [
          { what: 'Redis for an order that waits for its partner', figure: bytes, unit: 'B', better: 'lower' },
          { what: 'orders accepted and routed to wait', figure: routedPerSecond, unit: '/s', better: 'higher' },
          memoryRow('api'),
          memoryRow('worker'),
          idleRow('redis'),
          idleRow('worker'),
          {
            what: `latency of POST /v1/orders at ${latencyPerSecond}/s beside all that wait, p99`,
            figure: latencyAfter.latencyMsP99,
            unit: 'ms',
            better: 'lower',
            ceiling: { is: latencyBefore.latencyMsP99, what: 'while none waits' },
            target: { of: 'figure', is: 50 },
          },
          {
            what: 'orders of one merchant that leave when its partner is back',
            figure: drained,
            unit: '/s',
            better: 'higher',
            ceiling: { is: drainedAlone, what: 'where nothing else waits' },
          },
        ],
        details: { waiting, memoryMib: memory, idleBefore, idleAfter, latencyBefore, latencyAfter },
      };
    } finally {
      redis.disconnect();
      await packline.close();
    }
  },
});

/** In MiB. */
interface Memory {
  api: number;
  worker: number;
}

const memoryOf = async ({ api }: PacklineProcesses, worker: BoundProcess): Promise<Memory> => ({
  api: await residentMib(api.pid),
  worker: await residentMib(worker.pid),
});

async function watchIdle(pids: Readonly<Record<string, number>>, seconds: number): Promise<Record<string, number>> {
  const cpu = await watchCpu(pids);
  await delay(seconds * 1_000);
  return cpu();
}
