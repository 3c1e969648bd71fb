import { RequestError } from '@hono/node-server';
import { randomUUID } from 'node:crypto';
import { STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Failure } from '../domain/failure.ts';
import { makeRefusal, toProblem, toShownFailure } from './problem.ts';

/** An answer outside the pipeline, complete. */
export interface UnreadAnswer {
  status: number;
  headers: Readonly<Record<string, string>>;
  body: string;
}

export const notHttp = (): Failure => makeRefusal('request.http', 'this is not HTTP as we read it');

/** The answer to what never becomes a request of the app. Whatever follows on its connection would not be understood. */
export function refuseUnread(failure: Failure): UnreadAnswer {
  const requestId = randomUUID();
  const problem = toProblem(failure, requestId);
  const body = JSON.stringify(problem);
  const headers = {
    'X-Request-Id': requestId,
    'X-Content-Type-Options': 'nosniff',
    'Cache-Control': 'no-store',
    'Content-Type': 'application/problem+json',
    'Content-Length': String(Buffer.byteLength(body)),
    Connection: 'close',
  };
  return { status: problem.status, headers, body };
}

/** For the adapter: a `Host` or a target that make no URL (it would answer 400 without a body), or an app that broke. */
export function answerUnread(error: unknown): Response {
  const isTheirs = error instanceof RequestError;
  const { status, headers, body } = refuseUnread(isTheirs ? notHttp() : toShownFailure(error).failure);
  return new Response(body, { status, headers });
}

/** For a connection without a response to write to. */
export function endWith(socket: Duplex, { status, headers, body }: UnreadAnswer): void {
  if (!socket.writable) return void socket.destroy();
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
  socket.end([`HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}`, ...lines, '', body].join('\r\n'));
}
