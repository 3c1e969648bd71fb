import { setImmediate } from 'node:timers/promises';
import { vi } from 'vitest';
import { runCli } from '../../src/cli/main.ts';

/** The command as a merchant types it, anywhere; meanwhile a worker does what there is to do. */
export const commandsBeside =
  (work: () => Promise<unknown>) =>
  async (...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> => {
    const said = { stdout: '', stderr: '' };
    const hear = (stream: 'stdout' | 'stderr') =>
      vi.spyOn(process[stream], 'write').mockImplementation((text) => ((said[stream] += String(text)), true));
    const heard = [hear('stdout'), hear('stderr')];
    const done = new AbortController();
    const working = (async () => {
      while (!done.signal.aborted) {
        await work();
        await setImmediate();
      }
    })();
    try {
      return { code: await runCli(args), ...said };
    } finally {
      done.abort();
      await working;
      for (const spy of heard) spy.mockRestore();
    }
  };
