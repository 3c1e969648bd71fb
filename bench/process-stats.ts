import { readFile } from 'node:fs/promises';

/** Resident memory of a process, in MiB. */
export async function residentMib(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return Math.round(Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? Number.NaN) / 1024);
}

/** Processor time that a process has used, in microseconds (of 10 ms resolution). */
export async function cpuMicros(pid: number): Promise<number> {
  const text = await readFile(`/proc/${pid}/stat`, 'utf8');
  // The name stands in brackets and may hold spaces.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) * 10_000;
}

/** Shares of one processor that these processes use from now until the answer is called for, by name. */
export async function watchCpu(pids: Readonly<Record<string, number>>): Promise<() => Promise<Record<string, number>>> {
  const read = () =>
    Promise.all(Object.entries(pids).map(async ([name, pid]) => ({ name, micros: await cpuMicros(pid) })));
  const beganMs = performance.now();
  const before = await read();
  return async () => {
    const after = await read();
    const passedMicros = (performance.now() - beganMs) * 1_000;
    return Object.fromEntries(
      after.map(({ name, micros }, n) => {
        const share = (micros - (before[n]?.micros ?? 0)) / passedMicros;
        return [name, Math.round(share * 1_000) / 1_000];
      }),
    );
  };
}
