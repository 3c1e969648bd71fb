import { connect } from 'node:net';
import { createRequire } from 'node:module';
import { setTimeout as delay } from 'node:timers/promises';
import { startBoundProcess } from '../../src/platform/bound-process.ts';
import { freePort } from '../../src/platform/free-port.ts';

export interface Prism {
  /** Where it listens, on loopback. */
  url: string;
  stop(): Promise<void>;
}

const host = '127.0.0.1';
const startMaxMs = 60_000;
const stopGraceMs = 2_000;
const cli = createRequire(import.meta.url).resolve('@stoplight/prism-cli');

/** Answers as the document's examples and schemas say. */
export const startMock = (file: string): Promise<Prism> => startPrism(['mock', file]);

/**
 * Passes everything on to `upstream`, and says in the header `sl-violations` of each reply what of the request or the reply
 * is not as the document has it. Paths are matched from the root, whatever base path the document's servers have.
 */
export const startProxy = (file: string, upstream: string): Promise<Prism> => startPrism(['proxy', file, upstream]);

/** A process of its own that ends with us, however we end. */
async function startPrism(args: readonly string[]): Promise<Prism> {
  const port = await freePort(host);
  const argv = [cli, ...args, '--host', host, '--port', String(port), '--verboseLevel', 'fatal', '--cors', 'false'];
  const running = await startBoundProcess(process.execPath, argv, { stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  for (const stream of [running.child.stdout, running.child.stderr]) {
    stream?.on('data', (bytes: Buffer) => {
      said = (said + bytes.toString()).slice(-2_000);
    });
  }
  const stop = async (): Promise<void> => void (await running.stop(stopGraceMs));
  const startedMs = Date.now();
  while (!(await accepts(port))) {
    if (running.hasEnded()) throw new Error(`Prism ended before it listened (${args.join(' ')}):\n${said}`);
    if (Date.now() - startedMs > startMaxMs) {
      await stop();
      throw new Error(`Prism does not listen after ${startMaxMs} ms (${args.join(' ')}):\n${said}`);
    }
    await delay(50);
  }
  return { url: `http://${host}:${port}`, stop };
}

const accepts = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect({ host, port }, () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
