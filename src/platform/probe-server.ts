import { createServer } from 'node:http';
import type { Registry } from 'prom-client';

export interface ProbeServer {
  port: number;
  close(): Promise<void>;
}

/**
 * What Prometheus and an orchestrator ask a process for, without a key: `/metrics`, `/livez` and `/readyz`. On a port of its
 * own, which nobody publishes: beside the API's it would be behind the same proxy. Rejects when the port cannot be had.
 * @param isReady throws when the process can do nothing now
 */
export function serveProbes(
  { port, host }: { port: number; host: string },
  { metrics, isReady }: { metrics: Registry; isReady: () => Promise<void> },
): Promise<ProbeServer> {
  const answers: Readonly<Record<string, () => Promise<{ status: number; type: string; text: string }>>> = {
    '/metrics': async () => ({ status: 200, type: metrics.contentType, text: await metrics.metrics() }),
    '/livez': async () => ({ status: 200, type: 'application/json', text: '{"status":"ok"}' }),
    '/readyz': () =>
      isReady().then(
        () => ({ status: 200, type: 'application/json', text: '{"status":"ok"}' }),
        () => ({ status: 503, type: 'application/json', text: '{"status":"not ready"}' }),
      ),
  };
  const server = createServer({ requestTimeout: 5_000 }, (request, response) => {
    const path = request.url?.split('?', 1)[0] ?? '';
    const answer = request.method === 'GET' && Object.hasOwn(answers, path) ? answers[path] : undefined;
    const missing = { status: 404, type: 'application/json', text: '{"status":"no such path"}' };
    const failed = { status: 500, type: 'application/json', text: '{"status":"failed"}' };
    void (answer === undefined ? Promise.resolve(missing) : answer().catch(() => failed)).then(
      ({ status, type, text }) => {
        response.writeHead(status, { 'content-type': type, 'cache-control': 'no-store' }).end(text);
      },
    );
  });
  const close = (): Promise<void> =>
    new Promise((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ port, host }, () => {
      const address = server.address();
      resolve({ port: address !== null && typeof address === 'object' ? address.port : port, close });
    });
  });
}
