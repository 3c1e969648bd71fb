import { randomUUID } from 'node:crypto';
import { STATUS_CODES, type IncomingMessage, type Server, type ServerOptions, type ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { makeRefusal, toProblem } from './problem.ts';
import type { ProblemCode } from './problem-codes.ts';

/** For the HTTP server in front of the app: what Node enforces before a request reaches it. */
export const serverOptions = {
  // Request line included, so this bounds the query string too; over it: 431.
  maxHeaderSize: 16 * 1024,
  headersTimeout: 10_000,
  // Longer than the body deadline of the app, whose 408 says what was wrong.
  requestTimeout: 30_000,
  // Longer than the idle time of common load balancers (60 s), so that it is they who close idle connections.
  keepAliveTimeout: 65_000,
  connectionsCheckingInterval: 1_000,
  insecureHTTPParser: false,
  joinDuplicateHeaders: false,
} as const satisfies ServerOptions;

const requestsPerSocketMax = 10_000;

/** What Node's parser refuses, as problems. */
const parserProblems: Record<string, ProblemCode> = {
  HPE_HEADER_OVERFLOW: 'request.headers_too_large',
  ERR_HTTP_REQUEST_TIMEOUT: 'request.timeout',
};

/**
 * Sets what cannot be given as an option: requests per connection, an answer for what never becomes a request, and that
 * a sender who asks first (`Expect: 100-continue`) is not told to go on with a body that is too large anyway.
 */
export function guardServer(server: Server, { bodyBytesMax }: { bodyBytesMax: number }): void {
  server.maxRequestsPerSocket = requestsPerSocketMax;
  server.on('clientError', (error: NodeJS.ErrnoException, socket: Duplex) => {
    if (error.code === 'ECONNRESET' || !socket.writable) {
      socket.destroy();
      return;
    }
    const failure = makeRefusal(parserProblems[error.code ?? ''] ?? 'request.http', 'this is not HTTP as we read it');
    const problem = toProblem(failure, randomUUID());
    const body = JSON.stringify(problem);
    socket.end(
      [
        `HTTP/1.1 ${problem.status} ${STATUS_CODES[problem.status] ?? ''}`,
        'Connection: close',
        'Content-Type: application/problem+json',
        `Content-Length: ${Buffer.byteLength(body)}`,
        '',
        body,
      ].join('\r\n'),
    );
  });
  server.on('checkContinue', (request: IncomingMessage, response: ServerResponse) => {
    if (Number(request.headers['content-length'] ?? 0) <= bodyBytesMax) response.writeContinue();
    server.emit('request', request, response);
  });
}
