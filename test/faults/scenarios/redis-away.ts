import { setTimeout as delay } from 'node:timers/promises';
import { finishedAt } from '../deliveries.ts';
import { startLoad, type Load } from '../load.ts';
import { timeNewWork } from '../probe.ts';
import { mortalRedis, redisFaults, type MortalRedis, type RedisFault } from '../redis-faults.ts';
import { checkNewWork, conclude, recoveryMaxMs, type Scenario } from '../scenario.ts';
import { startWorld, type World } from '../world.ts';

const warmUpMs = 2_000;
const lastsMs = { short: 2_000, long: 8_000 };
/** One of each kind: gone, there and refusing. */
const inShort = new Set(['killed', 'read-only']);

interface Outage {
  newWorkMs: number;
  inFlightMs: number;
  /** What `/readyz` said while it lasted. */
  readyz: number[];
}

async function passThrough(
  fault: RedisFault,
  redis: MortalRedis,
  world: World,
  load: Load,
  ms: number,
): Promise<Outage> {
  await delay(warmUpMs);
  await fault.begin(redis);
  const readyz: number[] = [];
  const endsMs = Date.now() + ms;
  while (Date.now() < endsMs) {
    for (const { port } of world.fleet.apis) readyz.push((await fetch(`http://127.0.0.1:${port}/readyz`)).status);
    await delay(250);
  }
  await fault.end(redis);
  const endedMs = Date.now();
  const underWay = load.accepted.map(({ externalId }) => externalId);
  const newWorkMs = await timeNewWork(world);
  let finished = finishedAt(world.packline.subscriber.received);
  while (!underWay.every((id) => finished.has(id)) && Date.now() - endedMs < 2 * recoveryMaxMs.inFlight) {
    await delay(100);
    finished = finishedAt(world.packline.subscriber.received);
  }
  const inFlightMs = Math.max(0, ...underWay.map((id) => (finished.get(id) ?? Infinity) - endedMs));
  return { newWorkMs, inFlightMs, readyz };
}

function findSlow(fault: RedisFault, { newWorkMs, inFlightMs }: Outage): string[] {
  return [
    ...checkNewWork(newWorkMs, fault.name),
    ...(inFlightMs > recoveryMaxMs.inFlight ? [`${fault.name}: work in flight took ${inFlightMs} ms`] : []),
  ];
}

function findBroken(fault: RedisFault, { readyz }: Outage): string[] {
  return [
    ...(fault.isVisible && !readyz.includes(503) ? [`${fault.name}: no API said that it is not ready`] : []),
    ...readyz
      .filter((status) => status !== 200 && status !== 503)
      .map((status) => `${fault.name}: /readyz said ${status}`),
  ];
}

export const redisAway: Scenario = {
  name: 'Redis away',
  promises: ['R1', 'R2', 'R3', 'R5'],
  what: 'Redis is killed and started again, frozen, full, read-only, paused, and all its connections are cut, one after the other, under load.',
  async run(scale) {
    const startedMs = Date.now();
    const world = await startWorld({ ...scale, workerCount: 2 });
    const redis = mortalRedis(world);
    try {
      const load = startLoad(world, { ratePerSecond: 6 });
      const figures: Record<string, number> = {};
      const broken: string[] = [];
      const slow: string[] = [];
      for (const fault of redisFaults) {
        if (scale.isShort && !inShort.has(fault.name)) continue;
        const outage = await passThrough(fault, redis, world, load, scale.isShort ? lastsMs.short : lastsMs.long);
        figures[`${fault.name}: new work after ms`] = outage.newWorkMs;
        figures[`${fault.name}: in flight after ms`] = outage.inFlightMs;
        broken.push(...findBroken(fault, outage));
        slow.push(...findSlow(fault, outage));
      }
      return await conclude(redisAway, scale, { world, load, startedMs }, figures, { broken, slow });
    } finally {
      await world.close();
      await redis.close();
    }
  },
};
