import { setTimeout as delay } from 'node:timers/promises';
import { crashAt } from '../crash-at.ts';
import { crashPoints, type CrashPoint } from '../crash-points.ts';
import { refuseSome } from '../deliveries.ts';
import type { Disturbance } from '../disturbance.ts';
import { timeNewWork } from '../probe.ts';
import { checkNewWork } from '../scenario.ts';
import type { World } from '../world.ts';

/** A point that is not reached by then will not be: the process is killed all the same, and not counted. */
const reachMaxMs = 20_000;

async function hasDied(ended: Promise<unknown>): Promise<boolean> {
  return Promise.race([ended.then(() => true), delay(reachMaxMs, false, { ref: false })]);
}

/** An API only accepts: of the points it has the two around its commit. */
const apiPoints = ['before-commit', 'after-commit'] as const satisfies readonly CrashPoint[];

/** A point, and which time that it is reached is the last. */
type Death = readonly [point: CrashPoint, times: number];

/** Where one process after the other is started, dies, and has its place taken; the one beside it lives. */
interface Seat {
  end(signal?: NodeJS.Signals): Promise<unknown>;
  start(env?: Readonly<Record<string, string>>): Promise<void>;
  ended(): Promise<unknown> | undefined;
}

const workerSeat = ({ fleet }: World): Seat => ({
  end: (signal) => fleet.endWorker(1, signal),
  start: (env) => fleet.replaceWorker(1, env),
  ended: () => fleet.workers[1]?.ended,
});

const apiSeat = ({ fleet }: World): Seat => ({
  end: (signal) => fleet.endApi(1, signal),
  start: (env = {}) => fleet.replaceApi(1, { env }),
  ended: () => fleet.apis[1]?.process.ended,
});

/** Answers at which points somebody died. */
async function dieInTurn(seat: Seat, deaths: readonly Death[]): Promise<CrashPoint[]> {
  const reached: CrashPoint[] = [];
  await seat.end('SIGTERM');
  for (const [point, times] of deaths) {
    await seat.start(crashAt(point, times));
    if (await hasDied(seat.ended() ?? Promise.resolve())) reached.push(point);
    else await seat.end();
  }
  await seat.start();
  return reached;
}

export const namedKills: Disturbance = {
  name: 'kills at named points',
  promises: ['R1', 'R2', 'R3'],
  what: 'Processes kill themselves before a call leaves, after it left, after its answer, before a commit, after a commit.',
  async disturb(world, _load, scale) {
    const { random } = world;
    refuseSome(world.packline.subscriber);
    const rounds = scale.isShort
      ? 1
      : Math.max(1, Math.ceil(scale.kills / 3 / (crashPoints.length + apiPoints.length)));
    const deathsAt = (points: readonly CrashPoint[]): Death[] =>
      Array.from({ length: rounds }, () => points).flatMap((all) =>
        all.map((point): Death => [point, 1 + Math.floor(random() * (scale.isShort ? 3 : 12))]),
      );
    const [ofWorkers, ofApis] = [deathsAt(crashPoints), deathsAt(apiPoints)];
    const [workersDied, apisDied] = await Promise.all([
      dieInTurn(workerSeat(world), ofWorkers),
      dieInTurn(apiSeat(world), ofApis),
    ]);
    const reached = [...workersDied.map((point) => `worker ${point}`), ...apisDied.map((point) => `api ${point}`)];
    const names = [...crashPoints.map((point) => `worker ${point}`), ...apiPoints.map((point) => `api ${point}`)];
    const kills = Object.fromEntries(names.map((name) => [name, reached.filter((one) => one === name).length]));
    const broken = names.filter((name) => kills[name] === 0).map((name) => `${name} was never reached`);
    const faultEndedMs = Date.now();
    const newWorkMs = await timeNewWork(world);
    const slow = checkNewWork(newWorkMs, 'the last kill');
    return { figures: { kills: reached.length, ...kills, newWorkMs }, broken, slow, faultEndedMs };
  },
};
