import { spawn, type ChildProcess, type StdioOptions } from 'node:child_process';
import { once } from 'node:events';
import { Socket } from 'node:net';
import { Failure } from '../domain/failure.ts';

export interface ProcessEnd {
  code: number | null;
  signal: NodeJS.Signals | null;
}

export interface BoundProcess {
  readonly pid: number;
  readonly child: ChildProcess;
  /** Settles when the process is gone, whatever ended it; never rejects. */
  readonly ended: Promise<ProcessEnd>;
  hasEnded(): boolean;
  /** SIGTERM, then SIGKILL after `graceMs`; resolves when the process is gone. May be called again with a shorter grace. */
  stop(graceMs: number): Promise<ProcessEnd>;
}

export interface BoundProcessOptions {
  /** The whole environment of the child; inherited when absent. */
  env?: NodeJS.ProcessEnv;
  cwd?: string;
  stdio: StdioOptions;
}

/**
 * Starts a process that does not outlive us, however we end.
 *
 * It gets a process group of its own, so that Ctrl-C in a terminal reaches only us and we choose the order of ending. A
 * second, tiny shell holds a pipe from us: when we are gone (SIGKILL included) the pipe closes and it ends the process.
 */
export async function startBoundProcess(
  command: string,
  args: readonly string[],
  { env, cwd, stdio }: BoundProcessOptions,
): Promise<BoundProcess> {
  const child = spawn(command, args, {
    detached: true,
    stdio,
    ...(env === undefined ? {} : { env }),
    ...(cwd === undefined ? {} : { cwd }),
  });
  try {
    await once(child, 'spawn');
  } catch (thrown) {
    throw new Failure('misconfigured', 'process.not_started', `cannot start ${command}`, { cause: thrown });
  }
  const { pid } = child;
  if (pid === undefined) throw new Failure('misconfigured', 'process.not_started', `cannot start ${command}`);

  let end: ProcessEnd | undefined;
  const watchdog = startWatchdog(pid);
  const ended = new Promise<ProcessEnd>((resolve) => {
    child.once('exit', (code, signal) => {
      end = { code, signal };
      // At once: the pid may soon belong to somebody else, whom the watchdog would end.
      watchdog.kill('SIGKILL');
      resolve(end);
    });
  });

  const signalGroup = (signal: NodeJS.Signals): void => {
    if (end !== undefined) return;
    try {
      process.kill(-pid, signal);
    } catch {
      // Gone between the check and the signal.
    }
  };

  return {
    pid,
    child,
    ended,
    hasEnded: () => end !== undefined,
    stop: async (graceMs) => {
      if (end !== undefined) return end;
      if (graceMs <= 0) signalGroup('SIGKILL');
      else child.kill('SIGTERM');
      const timer = setTimeout(() => signalGroup('SIGKILL'), Math.max(graceMs, 0));
      try {
        return await ended;
      } finally {
        clearTimeout(timer);
      }
    },
  };
}

function startWatchdog(pid: number): ChildProcess {
  const watchdog = spawn('/bin/sh', ['-c', 'read -r line; kill -TERM "$0"', String(pid)], {
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  watchdog.on('error', () => undefined);
  watchdog.stdin?.on('error', () => undefined);
  watchdog.unref();
  // Neither the shell nor our end of its pipe keeps us running.
  if (watchdog.stdin instanceof Socket) watchdog.stdin.unref();
  return watchdog;
}
