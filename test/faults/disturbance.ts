import { startLoad, type Load } from './load.ts';
import { conclude, type Finding, type Scale, type Scenario } from './scenario.ts';
import { startWorld, type World } from './world.ts';

/** What is done to an installation under load, which is whole again afterwards: several may follow each other on one. */
export interface Disturbance extends Omit<Scenario, 'run'> {
  disturb(world: World, load: Load, scale: Scale): Promise<Disturbed>;
}

export interface Disturbed {
  figures: Record<string, number | string>;
  broken?: readonly string[];
  slow?: readonly string[];
  /** From when it is measured how long work in flight took; without, nobody measures it. */
  faultEndedMs?: number;
}

/** Orders a second. In the short version few are under way when something happens to them: each costs a good deal of work. */
const rates = { short: 2, long: 6 };

/** One on an installation of its own. */
export const alone = (disturbance: Disturbance): Scenario => ({
  ...disturbance,
  run: (scale) => runDisturbances(disturbance, [disturbance], scale),
});

/** One after the other on one installation, under one load, judged once when all are over. */
export async function runDisturbances(
  scenario: Omit<Scenario, 'run'>,
  disturbances: readonly Disturbance[],
  scale: Scale,
): Promise<Finding> {
  const startedMs = Date.now();
  const world = await startWorld({ ...scale, workerCount: 2 });
  try {
    const load = startLoad(world, { ratePerSecond: scale.isShort ? rates.short : rates.long });
    const seen: Disturbed[] = [];
    for (const disturbance of disturbances) seen.push(await disturbance.disturb(world, load, scale));
    const faultEndedMs = seen.at(-1)?.faultEndedMs;
    return await conclude(
      scenario,
      scale,
      { world, load, startedMs, ...(faultEndedMs === undefined ? {} : { faultEndedMs }) },
      Object.assign({}, ...seen.map(({ figures }) => figures)) as Record<string, number | string>,
      {
        broken: seen.flatMap(({ broken = [] }) => broken),
        slow: seen.flatMap(({ slow = [] }) => slow),
      },
    );
  } finally {
    await world.close();
  }
}
