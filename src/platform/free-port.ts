import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { Failure } from '../domain/failure.ts';

/** Below those that the kernel gives to outgoing connections: who is started again finds its port still free. */
const ports = { from: 15_000, to: 32_000 };
const triesMax = 100;

/** A TCP port that nobody uses at this moment. Another process may take it before we do: whoever needs it handles that. */
export async function freePort(host: string): Promise<number> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await tryListen(host, randomInt(ports.from, ports.to));
    } catch (thrown) {
      if (tries === triesMax) throw thrown;
    }
  }
}

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
