import { RequestError } from '@hono/node-server';
import { randomUUID } from 'node:crypto';
import { STATUS_CODES, type IncomingMessage, type Server, type ServerOptions, type ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Failure } from '../domain/failure.ts';
import { makeRefusal, toProblem, toShownFailure } from './problem.ts';
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

/** The answer to what never becomes a request of the app. Whatever follows on its connection would not be understood. */
function refuseUnread(failure: Failure) {
  const requestId = randomUUID();
  const problem = toProblem(failure, requestId);
  const headers = {
    'X-Request-Id': requestId,
    'X-Content-Type-Options': 'nosniff',
    'Cache-Control': 'no-store',
    'Content-Type': 'application/problem+json',
    Connection: 'close',
  };
  return { status: problem.status, headers, body: JSON.stringify(problem) };
}
const unreadable = (code: ProblemCode): Failure => makeRefusal(code, 'this is not HTTP as we read it');

/** A `Host` or a path that make no URL (the adapter would answer 400 without a body), or an app that broke. */
export function answerUnread(error: unknown): Response {
  const { status, headers, body } = refuseUnread(
    error instanceof RequestError ? unreadable('request.http') : toShownFailure(error).failure,
  );
  return new Response(body, { status, headers });
}

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
    const { status, headers, body } = refuseUnread(unreadable(parserProblems[error.code ?? ''] ?? 'request.http'));
    const lines = { ...headers, 'Content-Length': Buffer.byteLength(body) };
    socket.end(
      [
        `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}`,
        ...Object.entries(lines).map(([name, value]) => `${name}: ${value}`),
        '',
        body,
      ].join('\r\n'),
    );
  });
  server.on('checkContinue', (request: IncomingMessage, response: ServerResponse) => {
    if (Number(request.headers['content-length'] ?? 0) <= bodyBytesMax) response.writeContinue();
    server.emit('request', request, response);
  });
  // What else a sender expects, nobody has to meet (RFC 9110, 10.1.1); Node would answer 417 without a body.
  server.on('checkExpectation', (request: IncomingMessage, response: ServerResponse) => {
    server.emit('request', request, response);
  });
}
