import type { CrashPoint } from './crash-points.ts';

const preload = new URL('crash-points.ts', import.meta.url).href;

/** The environment of a process that kills itself when it gets to this point for the n-th time. */
export const crashAt = (point: CrashPoint, times: number): Record<string, string> => ({
  CRASH_AT: `${point}:${times}`,
  NODE_OPTIONS: `--import=${preload}`,
});
