import { setTimeout as delay } from 'node:timers/promises';
import { crashPoints, type CrashPoint } from '../crash-points.ts';
import { refuseSome } from '../deliveries.ts';
import { startLoad } from '../load.ts';
import { timeNewWork } from '../probe.ts';
import { checkNewWork, conclude, type Scenario } from '../scenario.ts';
import { startWorld, type World } from '../world.ts';

const preload = new URL('../crash-points.ts', import.meta.url).href;
const crashAt = (point: CrashPoint, times: number): Record<string, string> => ({
  CRASH_AT: `${point}:${times}`,
  NODE_OPTIONS: `--import=${preload}`,
});
/** A point that is not reached by then will not be: the process is killed all the same, and not counted. */
const reachMaxMs = 20_000;

async function hasDied(ended: Promise<unknown>): Promise<boolean> {
  return Promise.race([ended.then(() => true), delay(reachMaxMs, false, { ref: false })]);
}

/** An API only accepts: of the points it has the two around its commit. */
const apiPoints = ['before-commit', 'after-commit'] as const satisfies readonly CrashPoint[];

async function killApi({ fleet }: World, point: CrashPoint, times: number): Promise<boolean> {
  await fleet.endApi(1, 'SIGTERM');
  await fleet.replaceApi(1, { env: crashAt(point, times) });
  const died = await hasDied(fleet.apis[1]?.process.ended ?? Promise.resolve());
  if (!died) await fleet.endApi(1);
  await fleet.replaceApi(1);
  return died;
}

async function killWorker({ fleet }: World, point: CrashPoint, times: number): Promise<boolean> {
  await fleet.endWorker(1, 'SIGTERM');
  await fleet.replaceWorker(1, crashAt(point, times));
  const died = await hasDied(fleet.workers[1]?.ended ?? Promise.resolve());
  if (!died) await fleet.endWorker(1);
  await fleet.replaceWorker(1);
  return died;
}

export const namedKills: Scenario = {
  name: 'kills at named points',
  promises: ['R1', 'R2', 'R3'],
  what: 'Processes kill themselves before a call leaves, after it left, after its answer, before a commit, after a commit.',
  async run(scale) {
    const startedMs = Date.now();
    const world = await startWorld({ ...scale, workerCount: 2 });
    const { random } = world;
    try {
      refuseSome(world.packline.subscriber);
      const load = startLoad(world, { ratePerSecond: 6 });
      const kills: Record<string, number> = {};
      const broken: string[] = [];
      const rounds = scale.isShort
        ? 1
        : Math.max(1, Math.ceil(scale.kills / 3 / (crashPoints.length + apiPoints.length)));
      for (let round = 0; round < rounds; round += 1) {
        const times = (): number => 1 + Math.floor(random() * (scale.isShort ? 3 : 12));
        for (const point of crashPoints) {
          const died = await killWorker(world, point, times());
          kills[`worker ${point}`] = (kills[`worker ${point}`] ?? 0) + Number(died);
        }
        for (const point of apiPoints) {
          const died = await killApi(world, point, times());
          kills[`api ${point}`] = (kills[`api ${point}`] ?? 0) + Number(died);
        }
      }
      for (const [name, count] of Object.entries(kills)) if (count === 0) broken.push(`${name} was never reached`);
      const faultEndedMs = Date.now();
      const newWorkMs = await timeNewWork(world);
      const slow = checkNewWork(newWorkMs, 'the last kill');
      const sum = Object.values(kills).reduce((all, count) => all + count, 0);
      const figures = { kills: sum, ...kills, newWorkMs };
      return await conclude(namedKills, scale, { world, load, startedMs, faultEndedMs }, figures, { broken, slow });
    } finally {
      await world.close();
    }
  },
};
