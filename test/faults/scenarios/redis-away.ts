import { setTimeout as delay } from 'node:timers/promises';
import { finishedAt } from '../deliveries.ts';
import type { Disturbance } from '../disturbance.ts';
import type { Load } from '../load.ts';
import { timeNewWork } from '../probe.ts';
import { mortalRedis, redisFaults, type MortalRedis, type RedisFault } from '../redis-faults.ts';
import { checkNewWork, recoveryMaxMs, type Scale } from '../scenario.ts';
import type { World } from '../world.ts';

const warmUpMs = { short: 500, long: 2_000 };
const lastsMs = { short: 2_000, long: 8_000 };
/** One of each kind: gone, there and refusing. */
const inShort = new Set(['killed', 'read-only']);

interface Outage {
  newWorkMs: number;
  /** Null in the short version: whether it comes to its end is judged with everything else, in the end. */
  inFlightMs: number | null;
  /** What `/readyz` said while it lasted. */
  readyz: number[];
}

async function passThrough(
  fault: RedisFault,
  redis: MortalRedis,
  world: World,
  load: Load,
  { isShort }: Scale,
): Promise<Outage> {
  const length = isShort ? 'short' : 'long';
  await delay(warmUpMs[length]);
  await fault.begin(redis);
  const readyz: number[] = [];
  const endsMs = Date.now() + lastsMs[length];
  while (Date.now() < endsMs) {
    for (const { port } of world.fleet.apis) readyz.push((await fetch(`http://127.0.0.1:${port}/readyz`)).status);
    await delay(250);
  }
  await fault.end(redis);
  const endedMs = Date.now();
  const underWay = load.accepted.map(({ externalId }) => externalId);
  const newWorkMs = await timeNewWork(world);
  if (isShort) return { newWorkMs, inFlightMs: null, readyz };
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
    ...(inFlightMs !== null && inFlightMs > recoveryMaxMs.inFlight
      ? [`${fault.name}: work in flight took ${inFlightMs} ms`]
      : []),
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

export const redisAway: Disturbance = {
  name: 'Redis away',
  promises: ['R1', 'R2', 'R3', 'R5'],
  what: 'Redis is killed and started again, frozen, full, read-only, paused, and all its connections are cut, one after the other, under load.',
  async disturb(world, load, scale) {
    const redis = mortalRedis(world);
    const figures: Record<string, number> = {};
    const broken: string[] = [];
    const slow: string[] = [];
    for (const fault of redisFaults) {
      if (scale.isShort && !inShort.has(fault.name)) continue;
      const outage = await passThrough(fault, redis, world, load, scale);
      figures[`${fault.name}: new work after ms`] = outage.newWorkMs;
      if (outage.inFlightMs !== null) figures[`${fault.name}: in flight after ms`] = outage.inFlightMs;
      broken.push(...findBroken(fault, outage));
      slow.push(...findSlow(fault, outage));
    }
    return { figures, broken, slow };
  },
};
