import { getRequestListener } from '@hono/node-server';
import { createServer, type Server } from 'node:http';
import { setImmediate } from 'node:timers/promises';
import { guardServer } from './guard-server.ts';
import { answerUnread } from './refuse-unread.ts';
import { serverOptions } from './server-options.ts';

/** How many connections may wait to be accepted. */
const backlog = 511;

export interface Listening {
  port: number;
  /** Accepts who is connected already and nobody else, lets requests under way have their answers until the deadline, then cuts the rest. */
  close(graceMs: number): Promise<void>;
}

/** Serves an app. Rejects when the port cannot be had. */
export function listen(
  app: { fetch: Parameters<typeof getRequestListener>[0] },
  { port, host, bodyBytesMax }: { port: number; host: string; bodyBytesMax: number },
): Promise<Listening> {
  const listener = getRequestListener(app.fetch, { hostname: host, errorHandler: answerUnread });
  const server = createServer(serverOptions);
  guardServer(server, (request, response) => void listener(request, response), { bodyBytesMax });

  const close = async (graceMs: number): Promise<void> => {
    await acceptWaiting(server);
    const closed = new Promise<void>((done) => {
      server.close(() => done());
    });
    server.closeIdleConnections();
    const cut = setTimeout(() => server.closeAllConnections(), graceMs);
    await closed;
    clearTimeout(cut);
  };
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ port, host, backlog }, () => {
      const address = server.address();
      resolve({ port: address !== null && typeof address === 'object' ? address.port : port, close });
    });
  });
}

/**
 * The kernel resets whom it has connected and nobody has accepted. Node accepts one in each turn of the event loop: goes
 * round until nobody is left, or as many have come as could have waited.
 */
async function acceptWaiting(server: Server): Promise<void> {
  const accepted = { count: 0 };
  const count = (): void => void (accepted.count += 1);
  server.on('connection', count);
  let before: number;
  do {
    before = accepted.count;
    // The first may come before the turn's sockets are looked at; between the two they are.
    await setImmediate();
    await setImmediate();
  } while (before < accepted.count && accepted.count < backlog);
  server.off('connection', count);
}
