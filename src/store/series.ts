import { globalKeys } from './keys.ts';
import { defineScript, runScript } from './script.ts';
import type { GlobalStore } from './users.ts';

/** The two resolutions that are kept: every 10 s for an hour, every 5 min for a day. */
export const seriesWindows = {
  '1h': { stepMs: 10_000, points: 360 },
  '24h': { stepMs: 300_000, points: 288 },
} as const;
export type SeriesWindow = keyof typeof seriesWindows;
const windows = Object.keys(seriesWindows).filter((name): name is SeriesWindow => name in seriesWindows);

/** Of one step: numbers by name. Names are ours: of jobs, connectors and outcomes, and never anybody's ids. */
export type SeriesStep = Readonly<Record<string, number>>;
export interface SeriesPoint {
  atMs: number;
  values: SeriesStep;
}

const stepOf = (window: SeriesWindow, nowMs: number): number => Math.floor(nowMs / seriesWindows[window].stepMs);

/** Adds to the step that is now; in the longer window a level stays at its highest. */
export async function recordSeries(
  { redis, clock }: GlobalStore,
  { added, levels }: { added: SeriesStep; levels: SeriesStep },
): Promise<void> {
  for (const window of windows) {
    const { stepMs, points } = seriesWindows[window];
    const key = globalKeys.series(window, stepOf(window, clock.now()));
    const known = Object.keys(levels).length === 0 ? [] : await redis.hmget(key, ...Object.keys(levels));
    const raised = Object.entries(levels).filter(([, value], at) => value >= Number(known[at] ?? 0));
    const writes = redis.pipeline();
    for (const [name, value] of Object.entries(added)) writes.hincrbyfloat(key, name, value);
    if (raised.length > 0) writes.hset(key, Object.fromEntries(raised));
    await writes.pexpire(key, stepMs * (points + 2)).exec();
  }
}

/** One of all processes takes this step's levels; true for that one. */
export async function claimStep({ redis, clock }: GlobalStore): Promise<boolean> {
  const key = globalKeys.seriesClaim(stepOf('1h', clock.now()));
  return (await redis.set(key, '1', 'PX', 60_000, 'NX')) === 'OK';
}

/** KEYS the steps. Hundreds of questions with thousands of short answers cost who reads them three times as much as one text. */
const readScript = defineScript(`
local found = {}
for at, key in ipairs(KEYS) do found[at] = redis.call('HGETALL', key) end
return cjson.encode(found)`);

/** Oldest first; steps of which nothing was recorded are empty. */
export async function readSeries({ redis, clock }: GlobalStore, window: SeriesWindow): Promise<SeriesPoint[]> {
  const { stepMs, points } = seriesWindows[window];
  const last = stepOf(window, clock.now());
  const steps = Array.from({ length: points }, (_, at) => last - points + 1 + at);
  const keys = steps.map((step) => globalKeys.series(window, step));
  const found: unknown = JSON.parse(String(await runScript(redis, readScript, keys, [])));
  return steps.map((step, at) => ({
    atMs: step * stepMs,
    values: toStep(Array.isArray(found) ? found[at] : undefined),
  }));
}

function toStep(fields: unknown): SeriesStep {
  const flat = Array.isArray(fields) ? fields.map(String) : [];
  const pairs = flat.flatMap((name, at) => (at % 2 === 0 ? [[name, Number(flat[at + 1])] as const] : []));
  return Object.fromEntries(pairs);
}
