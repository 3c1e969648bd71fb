import { setTimeout as delay } from 'node:timers/promises';
import { startLoad } from '../load.ts';
import { timeNewWork } from '../probe.ts';
import { conclude, type Scenario } from '../scenario.ts';
import { startWorld } from '../world.ts';

const graceMs = 10_000;
/** Several times what the balancer takes to notice. */
const drainMs = 1_000;

/** What `/readyz` says after SIGTERM: 503, or nobody listens any more. */
async function stillReady(port: number): Promise<boolean> {
  return fetch(`http://127.0.0.1:${port}/readyz`).then(
    ({ ok }) => ok,
    () => false,
  );
}

export const rollingRestarts: Scenario = {
  name: 'rolling restarts',
  promises: ['R1', 'R2', 'R3', 'R7'],
  what: 'Each API and worker in turn is told to end (SIGTERM) under load, and replaced; the balancer asks `/readyz`.',
  async run(scale) {
    const startedMs = Date.now();
    const settings = { PACKLINE_GRACE_MS: String(graceMs), PACKLINE_DRAIN_MS: String(drainMs) };
    const world = await startWorld({ ...scale, workerCount: 2, settings });
    const { fleet, balancer } = world;
    const broken: string[] = [];
    const slow: string[] = [];
    let slowestMs = 0;
    const expectGoodEnd = async (name: string, end: Promise<{ code: number | null; signal: string | null }>) => {
      const toldMs = Date.now();
      const { code, signal } = await end;
      const tookMs = Date.now() - toldMs;
      slowestMs = Math.max(slowestMs, tookMs);
      if (code !== 0) broken.push(`${name} ended with ${code ?? signal}`);
      if (tookMs > drainMs + graceMs + 1_000) slow.push(`${name} took ${tookMs} ms to end`);
    };
    try {
      const load = startLoad(world, { ratePerSecond: 10 });
      const rounds = scale.isShort ? 1 : 5;
      const pauseMs = scale.isShort ? 300 : 1_000;
      const restartApis = async (): Promise<void> => {
        for (const [index, { port }] of fleet.apis.entries()) {
          await delay(pauseMs);
          const end = fleet.endApi(index, 'SIGTERM');
          await delay(100);
          if (await stillReady(port)) broken.push('an API that was told to end said that it is ready');
          await expectGoodEnd('an API', end);
          await fleet.replaceApi(index);
        }
      };
      const restartWorkers = async (): Promise<void> => {
        for (const index of fleet.workers.keys()) {
          await delay(pauseMs);
          await expectGoodEnd('a worker', fleet.endWorker(index, 'SIGTERM'));
          await fleet.replaceWorker(index);
        }
      };
      for (let round = 0; round < rounds; round += 1) await Promise.all([restartApis(), restartWorkers()]);
      const faultEndedMs = Date.now();
      const newWorkMs = await timeNewWork(world);
      const cut = balancer.statuses('/')[502] ?? 0;
      if (cut > 0) broken.push(`${cut} requests were cut off`);
      const figures = {
        restarts: rounds * (fleet.apis.length + fleet.workers.length),
        slowestEndMs: slowestMs,
        newWorkMs,
      };
      return await conclude(rollingRestarts, scale, { world, load, startedMs, faultEndedMs }, figures, {
        broken,
        slow,
      });
    } finally {
      await world.close();
    }
  },
};
