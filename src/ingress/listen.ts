import { getRequestListener } from '@hono/node-server';
import { createServer } from 'node:http';
import { guardServer } from './guard-server.ts';
import { answerUnread } from './refuse-unread.ts';
import { serverOptions } from './server-options.ts';

export interface Listening {
  port: number;
  /** Takes no new connections, lets requests under way have their answers until the deadline, then cuts the rest. */
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
    server.listen(port, host, () => {
      const address = server.address();
      resolve({ port: address !== null && typeof address === 'object' ? address.port : port, close });
    });
  });
}
