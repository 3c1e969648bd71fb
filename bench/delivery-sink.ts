import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import * as z from 'zod';

const BodySchema = z.object({ data: z.object({ orderId: z.string(), version: z.int() }) });

/** Who takes webhooks here: answers 200 to each, with as little work as may be, and knows what came in which order. */
export interface Sink {
  /** Of endpoints that answer. */
  url: string;
  /** Answers as late as this says, in milliseconds. */
  slowUrl: (afterMs: number) => string;
  /** When it came in first, by `performance.now()`: `<order id>.<version>`. */
  arrived: ReadonlyMap<string, number>;
  /** What came again. */
  readonly repeated: number;
  /** What came before an earlier version of its order. */
  readonly outOfOrder: number;
  /** Resolves with the moment at which so many had come in; rejects when nothing comes for a minute. */
  until(amount: number): Promise<number>;
  forget(): void;
  close(): void;
}

const patienceMs = 60_000;

export async function openSink(): Promise<Sink> {
  const arrived = new Map<string, number>();
  const versions = new Map<string, number>();
  let repeated = 0;
  let outOfOrder = 0;
  let lastMs = 0;
  const note = (body: string): void => {
    const { orderId, version } = BodySchema.parse(JSON.parse(body)).data;
    const name = `${orderId}.${version}`;
    if (arrived.has(name)) {
      repeated += 1;
      return;
    }
    lastMs = performance.now();
    arrived.set(name, lastMs);
    if (version !== (versions.get(orderId) ?? 0) + 1) outOfOrder += 1;
    versions.set(orderId, version);
  };
  const server = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8');
    request.on('data', (chunk: string) => (body += chunk));
    request.on('end', () => {
      const afterMs = Number(/^\/slow\/(\d+)/.exec(request.url ?? '')?.[1] ?? 0);
      if (afterMs > 0) {
        setTimeout(() => response.writeHead(200).end(), afterMs).unref();
        return;
      }
      note(body);
      response.writeHead(200).end();
    });
  });
  // Whoever calls decides how long a connection is kept.
  server.keepAliveTimeout = 60_000;
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url: `${origin}/hooks`,
    slowUrl: (afterMs) => `${origin}/slow/${afterMs}`,
    arrived,
    get repeated() {
      return repeated;
    },
    get outOfOrder() {
      return outOfOrder;
    },
    async until(amount) {
      const beganMs = performance.now();
      while (arrived.size < amount) {
        if (performance.now() - Math.max(beganMs, lastMs) > patienceMs) {
          throw new Error(`only ${arrived.size} of ${amount} deliveries came in`);
        }
        await delay(5);
      }
      return lastMs;
    },
    forget() {
      arrived.clear();
      versions.clear();
    },
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}
