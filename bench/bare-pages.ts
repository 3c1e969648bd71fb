import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { startBoundProcess } from '../src/platform/bound-process.ts';
import { freePort } from '../src/platform/free-port.ts';

export interface BareConsole {
  url: string;
  pid: number;
}

/** The ceilings of "console" in a process of their own (bare-console.ts), which is ended afterwards. */
export async function withBareConsole<T>(use: (bare: BareConsole) => Promise<T>): Promise<T> {
  const port = await freePort('127.0.0.1');
  const program = fileURLToPath(new URL('bare-console.ts', import.meta.url));
  const bare = await startBoundProcess(process.execPath, [program, String(port)], {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  try {
    await once(bare.child, 'message');
    return await use({ url: `http://127.0.0.1:${port}`, pid: bare.pid });
  } finally {
    await bare.stop(1_000);
  }
}
