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
export async function watchCpu<Name extends string>(
  pids: Readonly<Record<Name, number>>,
): Promise<() => Promise<Record<Name, number>>> {
  const read = async (): Promise<Map<Name, number>> => {
    const names = Object.keys(pids) as Name[];
    return new Map(await Promise.all(names.map(async (name) => [name, await cpuMicros(pids[name])] as const)));
  };
  const beganMs = performance.now();
  const before = await read();
  return async () => {
    const after = await read();
    const micros = (performance.now() - beganMs) * 1_000;
    const share = (name: Name): number => ((after.get(name) ?? 0) - (before.get(name) ?? 0)) / micros;
    return Object.fromEntries([...after.keys()].map((name) => [name, Math.round(share(name) * 1_000) / 1_000])) as Record<Name, number>; // prettier-ignore
  };
}
