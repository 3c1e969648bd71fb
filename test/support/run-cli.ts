import { vi } from 'vitest';
import { runCli } from '../../src/cli/main.ts';

/** The command as somebody types it, in this process, and what it said. */
export async function packline(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  const said = { stdout: '', stderr: '' };
  const hear = (stream: 'stdout' | 'stderr') =>
    vi.spyOn(process[stream], 'write').mockImplementation((text) => ((said[stream] += String(text)), true));
  const heard = [hear('stdout'), hear('stderr')];
  try {
    return { code: await runCli(args), ...said };
  } finally {
    for (const spy of heard) spy.mockRestore();
  }
}
