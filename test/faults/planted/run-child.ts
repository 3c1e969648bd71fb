import { once } from 'node:events';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { startBoundProcess } from '../../../src/platform/bound-process.ts';

/** Longer than the longest test may take. */
const runMaxMs = 300_000;
const graceMs = 5_000;

/**
 * Runs a program for Node in a folder, and answers what it printed. It has ended when this resolves or rejects, with all
 * that it started; what it leaves in temporary folders lies in `<folder>/tmp`.
 * @throws Error when `signal` or its time cut it off.
 */
export async function runChild(folder: string, args: readonly string[], signal: AbortSignal): Promise<string> {
  const temporary = join(folder, 'tmp');
  await mkdir(temporary, { recursive: true });
  signal.throwIfAborted();
  const running = await startBoundProcess(process.execPath, args, {
    cwd: folder,
    env: { ...process.env, NO_COLOR: '1', TMPDIR: temporary },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const { stdout, stderr } = running.child;
  const printed = Promise.all([stdout, stderr].map(async (stream) => (stream === null ? '' : text(stream))));
  const cut = AbortSignal.any([signal, AbortSignal.timeout(runMaxMs)]);
  await Promise.race([running.ended, once(cut, 'abort')]);
  await running.stop(graceMs);
  if (cut.aborted) throw new Error(signal.aborted ? 'stopped' : `not over after ${runMaxMs / 1000} s`);
  return (await printed).join('');
}
