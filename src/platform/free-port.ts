import { once } from 'node:events';
import { createServer } from 'node:net';
import { Failure } from '../domain/failure.ts';

/** A TCP port that nobody uses at this moment. Another process may take it before we do: whoever needs it handles that. */
export const freePort = (host: string): Promise<number> => tryListen(host, 0);

/** Throws `port.unavailable`, with one line that names the setting to change, when nobody can listen on `port` now. */
export async function assertPortFree(setting: string, host: string, port: number): Promise<void> {
  try {
    await tryListen(host, port);
  } catch (thrown) {
    const isUsed = thrown instanceof Error && 'code' in thrown && thrown.code === 'EADDRINUSE';
    const reason = isUsed
      ? 'is in use'
      : `cannot be listened on (${thrown instanceof Error ? thrown.message : String(thrown)})`;
    throw new Failure(
      'misconfigured',
      'port.unavailable',
      `port ${port} of ${host} ${reason}: end what uses it, or set ${setting} to another`,
      { cause: thrown },
    );
  }
}

async function tryListen(host: string, port: number): Promise<number> {
  const server = createServer();
  server.listen(port, host);
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  return typeof address === 'object' && address !== null ? address.port : port;
}
