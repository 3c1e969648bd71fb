import { once } from 'node:events';
import { mkdir, open, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startBoundProcess } from '../../../src/platform/bound-process.ts';

/** Longer than the longest test may take. */
const runMaxMs = 300_000;
const graceMs = 5_000;

/**
 * Runs a program for Node in a folder, and answers how it ended and what it printed. It has ended when this resolves or
 * rejects; what it leaves in temporary folders lies in `<folder>/tmp`.
 * @throws Error when `signal` or its time cut it off.
 */
export async function runChild(
  folder: string,
  args: readonly string[],
  signal: AbortSignal,
): Promise<{ code: number | null; printed: string }> {
  const temporary = join(folder, 'tmp');
  await mkdir(temporary, { recursive: true });
  // A file and no pipe: whatever the program leaves running cannot keep us waiting for the end of it.
  const output = join(folder, 'printed.log');
  const file = await open(output, 'w');
  try {
    signal.throwIfAborted();
    const running = await startBoundProcess(process.execPath, args, {
      cwd: folder,
      env: { ...process.env, NO_COLOR: '1', TMPDIR: temporary },
      stdio: ['ignore', file.fd, file.fd],
    });
    const cut = AbortSignal.any([signal, AbortSignal.timeout(runMaxMs)]);
    await Promise.race([running.ended, once(cut, 'abort')]);
    const { code } = await running.stop(graceMs);
    signal.throwIfAborted();
    if (cut.aborted) throw new Error(`not over after ${runMaxMs / 1000} s`);
    return { code, printed: await readFile(output, 'utf8') };
  } finally {
    await file.close();
  }
}
