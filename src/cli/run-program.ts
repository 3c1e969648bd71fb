import { startProgram } from '../platform/start-program.ts';
import { onStopSignal } from './stop-signals.ts';

/** Runs a program in our place: our output, our signals; resolves to its exit code (1 when a signal ended it). */
export async function runProgram(path: string, args: readonly string[]): Promise<number> {
  const running = await startProgram(path, args, { stdio: 'inherit' });
  const release = onStopSignal((signal) => running.child.kill(signal));
  try {
    const { code } = await running.ended;
    return code ?? 1;
  } finally {
    release();
  }
}
