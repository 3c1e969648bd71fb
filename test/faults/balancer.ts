import { once } from 'node:events';
import {
  Agent as HttpAgent,
  createServer,
  request as httpRequest,
  type IncomingMessage,
  type ServerResponse,
} from 'node:http';

/** What stands in front of the API in any installation: it asks its ports whether they are ready, and tries the next. */
export interface Balancer {
  readonly port: number;
  /** Answers that each backend gave, by status: what the backend's own metrics have to agree with. */
  readonly answered: ReadonlyMap<number, ReadonlyMap<number, number>>;
  /** A new process on this port begins to count at nothing. */
  forget(port: number): void;
  /** Answers given to clients on a path, by status; 502 is ours. */
  statuses(pathPrefix: string): Record<string, number>;
  close(): Promise<void>;
}

const checkEveryMs = 100;

/**
 * Passes each request on to the first backend that takes the connection, those that say they are ready before the others. A request that a backend has begun to read is
 * never sent to another one: its sender gets 502, and sends it again if it cares.
 */
export async function startBalancer(port: number, backends: readonly number[]): Promise<Balancer> {
  const answered = new Map<number, Map<number, number>>(
    backends.map((backend) => [backend, new Map<number, number>()]),
  );
  const given = new Map<string, Map<number, number>>();
  const agent = new HttpAgent({ keepAlive: false });
  let turn = 0;

  const ready = new Set<number>(backends);
  const check = (backend: number): void => {
    const asked = httpRequest({ port: backend, host: '127.0.0.1', path: '/readyz', agent, timeout: 5_000 });
    asked.on('response', (reply) => {
      reply.resume();
      if (reply.statusCode === 200) ready.add(backend);
      else ready.delete(backend);
    });
    asked.on('timeout', () => asked.destroy());
    asked.on('error', () => ready.delete(backend));
    asked.end();
  };
  const checking = setInterval(() => backends.forEach(check), checkEveryMs);

  const answer = (incoming: IncomingMessage, outgoing: ServerResponse, status: number): void => {
    const path = incoming.url?.split('?')[0] ?? '';
    const ofPath = given.get(path) ?? new Map<number, number>();
    given.set(path, ofPath);
    bump(ofPath, status);
    if (!outgoing.headersSent) outgoing.writeHead(status);
    outgoing.end();
  };

  const forward = (
    incoming: IncomingMessage,
    outgoing: ServerResponse,
    body: Buffer,
    left: readonly number[],
  ): void => {
    const [backend, ...others] = left;
    if (backend === undefined) return answer(incoming, outgoing, 502);
    let isConnected = false;
    const { method, url, headers } = incoming;
    const upstream = httpRequest({ port: backend, host: '127.0.0.1', method, path: url, headers, agent });
    upstream.on('socket', (socket) => {
      socket.once('connect', () => {
        isConnected = true;
      });
    });
    upstream.on('response', (reply) => {
      const chunks: Buffer[] = [];
      reply.on('data', (chunk: Buffer) => chunks.push(chunk));
      reply.on('error', () => answer(incoming, outgoing, 502));
      reply.on('end', () => {
        if (!reply.complete) return;
        const status = reply.statusCode ?? 0;
        bump(answered.get(backend) ?? new Map<number, number>(), status);
        outgoing.writeHead(status, reply.headers);
        outgoing.write(Buffer.concat(chunks));
        answer(incoming, outgoing, status);
      });
    });
    upstream.on('error', () => {
      if (outgoing.writableEnded) return;
      if (isConnected) answer(incoming, outgoing, 502);
      else forward(incoming, outgoing, body, others);
    });
    upstream.end(body);
  };

  const server = createServer((incoming, outgoing) => {
    const chunks: Buffer[] = [];
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
    incoming.on('error', () => outgoing.destroy());
    incoming.on('end', () => {
      turn += 1;
      const first = turn % backends.length;
      const inTurn = [...backends.slice(first), ...backends.slice(0, first)];
      const left = [...inTurn.filter((one) => ready.has(one)), ...inTurn.filter((one) => !ready.has(one))];
      forward(incoming, outgoing, Buffer.concat(chunks), left);
    });
  });
  // Closed for idling, a connection might be written to in the same moment: that is not what is tried here.
  server.keepAliveTimeout = 0;
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  return {
    port,
    answered,
    forget: (backend) => answered.get(backend)?.clear(),
    statuses: (pathPrefix) => {
      const sums = new Map<number, number>();
      for (const [path, statuses] of given) {
        if (path.startsWith(pathPrefix)) for (const [status, times] of statuses) bump(sums, status, times);
      }
      return Object.fromEntries(sums);
    },
    close: () =>
      new Promise((resolve) => {
        clearInterval(checking);
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

const bump = (counts: Map<number, number>, key: number, by = 1): void => {
  counts.set(key, (counts.get(key) ?? 0) + by);
};
