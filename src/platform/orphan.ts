import { execFile } from 'node:child_process';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { z } from 'zod';
import { Failure } from '../domain/failure.ts';
import type { Log } from './log.ts';

/** What a parent notes about its child: by it a later parent tells an orphan from a child in use. `pid` comes after the start. */
const ProcessRecordSchema = z.object({ parentPid: z.int(), pid: z.int().optional() });
type ProcessRecord = z.infer<typeof ProcessRecordSchema>;

export interface OrphanOptions {
  /** JSON file of a `ProcessRecord`. */
  recordPath: string;
  /** Text that only our child has on its command line: a pid alone may belong to anybody by now. */
  mark: string;
  graceMs: number;
  log: Log;
}

/**
 * Ends the child that a killed parent left behind and removes its record. Throws `process.in_use` when that parent is
 * still its parent.
 */
export async function endOrphan({ recordPath, mark, graceMs, log }: OrphanOptions): Promise<void> {
  const record = await readRecord(recordPath);
  if (record === undefined) return;
  const { pid, parentPid } = record;
  if (pid === undefined) {
    if (parentPid !== process.pid && (await describeProcess(parentPid)) !== undefined) throw inUse(recordPath);
  } else {
    const isOurs = async () => {
      const found = await describeProcess(pid);
      return found?.commandLine.includes(mark) === true ? found : undefined;
    };
    const found = await isOurs();
    if (found?.parentPid === parentPid) throw inUse(recordPath);
    if (found !== undefined) {
      log.warn({ pid }, 'orphan.found');
      process.kill(pid, 'SIGTERM');
      const killAt = Date.now() + graceMs;
      let killed = false;
      while ((await isOurs()) !== undefined) {
        if (!killed && Date.now() > killAt) {
          process.kill(pid, 'SIGKILL');
          killed = true;
        }
        await delay(20);
      }
    }
  }
  await rm(recordPath, { force: true });
}

/** Says that we are about to start a child here, so that a second Packline on this home does not. */
export async function claimRecord(recordPath: string): Promise<void> {
  const claim: ProcessRecord = { parentPid: process.pid };
  try {
    await writeFile(recordPath, JSON.stringify(claim), { flag: 'wx' });
  } catch (thrown) {
    throw inUse(recordPath, thrown);
  }
}

/** Completes our claim with the child's pid. */
export async function recordChild(recordPath: string, pid: number): Promise<void> {
  const record: ProcessRecord = { parentPid: process.pid, pid };
  await writeFile(recordPath, JSON.stringify(record));
}

const inUse = (recordPath: string, cause?: unknown): Failure =>
  new Failure('misconfigured', 'process.in_use', `another Packline uses this home: see ${recordPath}`, { cause });

async function readRecord(path: string): Promise<ProcessRecord | undefined> {
  try {
    return ProcessRecordSchema.parse(JSON.parse(await readFile(path, 'utf8')));
  } catch {
    // Absent, or cut short by the crash that made it stale.
    return undefined;
  }
}

interface ProcessDescription {
  parentPid: number;
  commandLine: string;
}

/** Undefined when there is no such process, or only its unreaped rest. */
export async function describeProcess(pid: number): Promise<ProcessDescription | undefined> {
  try {
    if (process.platform === 'linux') {
      const commandLine = (await readFile(`/proc/${pid}/cmdline`, 'utf8')).replaceAll('\0', ' ');
      const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
      // `pid (name) state ppid …`, where the name may hold spaces and parentheses.
      const [, state, parentPid] = /\) (\S) (\d+) [^)]*$/.exec(stat) ?? [];
      return state === 'Z' ? undefined : { parentPid: Number(parentPid), commandLine };
    }
    const { stdout } = await promisify(execFile)('ps', ['-o', 'ppid=,command=', '-p', String(pid)]);
    const [, parentPid, commandLine = ''] = /^\s*(\d+)\s+(.*)$/m.exec(stdout) ?? [];
    return parentPid === undefined ? undefined : { parentPid: Number(parentPid), commandLine };
  } catch {
    return undefined;
  }
}
