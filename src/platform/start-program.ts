import { startBoundProcess, type BoundProcess, type BoundProcessOptions } from './bound-process.ts';

/**
 * Of every program of ours. Half of what V8 gives young objects: a bulk run makes a million of them a second, and what is
 * given is never handed back. Costs nothing that shows, and saves a worker 130 MiB (bench `runs`).
 */
export const nodeFlags = ['--max-semi-space-size=8'] as const;

/** One of our programs under this Node, with its memory bounded. */
export const startProgram = (
  path: string,
  args: readonly string[],
  options: BoundProcessOptions,
): Promise<BoundProcess> => startBoundProcess(process.execPath, [...nodeFlags, path, ...args], options);
