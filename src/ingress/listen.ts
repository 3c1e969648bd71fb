import { serve } from '@hono/node-server';
import { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { guardServer, serverOptions } from './server-options.ts';

export interface Listening {
  port: number;
  /** Takes no new connections, lets requests under way have their answers until the deadline, then cuts the rest. */
  close(graceMs: number): Promise<void>;
}

/** Serves an app. Rejects when the port cannot be had. */
export function listen(
  app: { fetch: Parameters<typeof serve>[0]['fetch'] },
  { port, host, bodyBytesMax }: { port: number; host: string; bodyBytesMax: number },
): Promise<Listening> {
  return new Promise((resolve, reject) => {
    const server = serve({ fetch: app.fetch, port, hostname: host, serverOptions }, ({ port: bound }: AddressInfo) =>
      resolve({ port: bound, close }),
    );
    server.once('error', reject);
    if (server instanceof Server) guardServer(server, { bodyBytesMax });

    const close = async (graceMs: number): Promise<void> => {
      const closed = new Promise<void>((done) => {
        server.close(() => done());
      });
      if (server instanceof Server) server.closeIdleConnections();
      const cut = setTimeout(() => {
        if (server instanceof Server) server.closeAllConnections();
      }, graceMs);
      await closed;
      clearTimeout(cut);
    };
  });
}
