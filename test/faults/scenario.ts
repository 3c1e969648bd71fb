import { inspect } from 'node:util';
import type { Load } from './load.ts';
import { judge, type Verdict } from './judge.ts';
import type { World } from './world.ts';

/** What RELIABILITY promises, by its number there; docs/reliability.md prints them. */
export type PromiseId = 'R1' | 'R2' | 'R3' | 'R4' | 'R5' | 'R6' | 'R7' | 'R8' | 'R9' | 'R10' | 'R11';

export interface Scale {
  seed: number;
  /** Processes to be killed: two thirds at random, the rest at named points. */
  kills: number;
  /** The short version of `npm test`: one of each instead of several. */
  isShort: boolean;
}

export interface Finding {
  scenario: string;
  what: string;
  promises: readonly PromiseId[];
  seed: number;
  seconds: number;
  /** When the run began that found it, if that was an earlier one than the report's. */
  ranAt?: string;
  /** Null where everything was lost on purpose. */
  verdict: Verdict | null;
  /** What was done and measured, beside the verdict. */
  figures: Record<string, number | string>;
  /** Every way in which a promise did not hold; empty is what is wanted. */
  broken: string[];
  /** What took longer than it may. Apart, because it depends on what else the machine does: no test fails by it. */
  slow: string[];
}

export interface Scenario {
  name: string;
  promises: readonly PromiseId[];
  /** One sentence: what is done to the installation. */
  what: string;
  run(scale: Scale): Promise<Finding>;
}

/** One that could not be brought to its end is broken, and does not keep the others from theirs. */
export async function runScenario(scenario: Scenario, scale: Scale): Promise<Finding> {
  const startedMs = Date.now();
  try {
    return await scenario.run(scale);
  } catch (thrown) {
    return {
      scenario: scenario.name,
      what: scenario.what,
      promises: scenario.promises,
      seed: scale.seed,
      seconds: Math.round((Date.now() - startedMs) / 1000),
      verdict: null,
      figures: {},
      broken: [`did not come to its end: ${inspect(thrown)}`],
      slow: [],
    };
  }
}

/** A fault's end until a new order is with the partner, and until all that was under way is at its end. */
export const recoveryMaxMs = { newWork: 10_000, inFlight: 30_000 } as const;

/** Says so when new work took longer than it may. */
export const checkNewWork = (newWorkMs: number, after: string): string[] =>
  newWorkMs > recoveryMaxMs.newWork ? [`new work took ${newWorkMs} ms after ${after}`] : [];

/** Ends the load, judges, and says what is broken of what always has to hold. */
export async function conclude(
  scenario: Pick<Scenario, 'name' | 'what' | 'promises'>,
  { seed }: Scale,
  run: { world: World; load: Load; startedMs: number; faultEndedMs?: number },
  figures: Record<string, number | string>,
  also: { broken?: readonly string[]; slow?: readonly string[] } = {},
): Promise<Finding> {
  await run.load.stop();
  const verdict = await judge(run.world, run.load, run.faultEndedMs ?? null);
  return {
    scenario: scenario.name,
    what: scenario.what,
    promises: scenario.promises,
    seed,
    seconds: Math.round((Date.now() - run.startedMs) / 1000),
    verdict,
    figures: { ...figures, requestsRepeated: run.load.repeats },
    broken: [...findBroken(verdict), ...(also.broken ?? [])],
    slow: [...findSlow(verdict), ...(also.slow ?? [])],
  };
}

function findBroken(verdict: Verdict): string[] {
  const lists = [
    'lost',
    'shownAsIssues',
    'doubled',
    'wrongSums',
    'disordered',
    'miscounted',
    'leftOver',
    'metricsLied',
    'wrongAnswers',
  ] as const;
  return [
    ...lists.flatMap((name) => (verdict[name] ?? []).map((what) => `${name}: ${what}`)),
    ...(verdict.accepted === 0 ? ['nothing was accepted: nothing was shown'] : []),
  ];
}

function findSlow({ inFlightMs, slowest }: Verdict): string[] {
  if (inFlightMs === null || inFlightMs <= recoveryMaxMs.inFlight) return [];
  return [`work in flight took ${inFlightMs} ms after the fault (${recoveryMaxMs.inFlight} at most): ${slowest}`];
}
