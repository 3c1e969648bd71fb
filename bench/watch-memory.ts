import { residentMib } from './process-stats.ts';
import { median } from './statistics.ts';

export interface MemoryWatched {
  maxMib: number;
  /** From the second quarter of the time to the last, of their medians: what a longer run would go on adding. */
  driftMib: number;
  samples: number[];
}

/** Resident memory of some processes, by name, twice a second until the answer is called for. */
export function watchMemory(pids: Readonly<Record<string, number>>): () => Record<string, MemoryWatched> {
  const seen = Object.entries(pids).map(([name, pid]) => ({ name, pid, samples: new Array<number>() }));
  const timer = setInterval(() => {
    for (const { pid, samples } of seen) {
      residentMib(pid).then(
        (mib) => samples.push(mib),
        () => clearInterval(timer), // It is gone.
      );
    }
  }, 500);
  return () => {
    clearInterval(timer);
    return Object.fromEntries(seen.map(({ name, samples }) => [name, sum(samples)]));
  };
}

function sum(samples: number[]): MemoryWatched {
  const quarter = Math.ceil(samples.length / 4);
  const driftMib = median(samples.slice(-quarter)) - median(samples.slice(quarter, 2 * quarter));
  return { maxMib: Math.max(...samples), driftMib, samples };
}
