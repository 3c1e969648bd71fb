import { readFile } from 'node:fs/promises';
import type { BoundProcess } from '../../src/platform/bound-process.ts';
import type { World } from './world.ts';

/** What the largest API and the largest worker hold in memory now, in MiB. */
export async function readMemory({ fleet }: World): Promise<{ api: number; worker: number }> {
  return {
    api: await largest(fleet.apis.map(({ process }) => process)),
    worker: await largest(fleet.workers),
  };
}

async function largest(processes: readonly BoundProcess[]): Promise<number> {
  const living = processes.filter((process) => !process.hasEnded());
  const resident = await Promise.all(
    living.map(async ({ pid }) => {
      const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
      return Math.round(Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1] ?? 0) / 1024);
    }),
  );
  return Math.max(0, ...resident);
}
