import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Failure } from '../domain/failure.ts';
import { makeRefusal } from './problem.ts';
import { endWith, notHttp, refuseUnread } from './refuse-unread.ts';

const requestsPerSocketMax = 10_000;

type Listener = (request: IncomingMessage, response: ServerResponse) => void;

/**
 * Stands between Node's server and the app: what cannot be given as an option, and an answer for what never becomes a
 * request. A sender who asks first (`Expect: 100-continue`) is not told to go on with a body that is too large anyway.
 */
export function guardServer(
  server: Server,
  listener: Listener,
  { bodyBytesMax, unreadMaxMs = 15_000 }: { bodyBytesMax: number; unreadMaxMs?: number },
): void {
  /** The newest request of each connection. */
  const newest = new WeakMap<Duplex, { request: IncomingMessage; response: ServerResponse }>();
  const refused = new WeakSet<Duplex>();
  server.maxRequestsPerSocket = requestsPerSocketMax;

  const onRequest: Listener = (request, response) => {
    newest.set(request.socket, { request, response });
    response.once('finish', () => endUnread(request, unreadMaxMs));
    if (isClear(request)) return listener(request, response);
    const { status, headers, body } = refuseUnread(notHttp());
    response.writeHead(status, headers).end(body);
  };
  server.on('request', onRequest);
  server.on('checkContinue', (request: IncomingMessage, response: ServerResponse) => {
    if (Number(request.headers['content-length'] ?? 0) <= bodyBytesMax) response.writeContinue();
    onRequest(request, response);
  });
  // What else a sender expects, nobody has to meet (RFC 9110, 10.1.1); Node would answer 417 without a body.
  server.on('checkExpectation', onRequest);
  server.on('connect', (_request: IncomingMessage, socket: Duplex) => {
    const { headers, ...answer } = refuseUnread(makeRefusal('route.method', 'this is no proxy'));
    endWith(socket, { ...answer, headers: { ...headers, Allow: 'GET, POST, PATCH, DELETE' } });
  });

  server.on('clientError', (error: NodeJS.ErrnoException, socket: Duplex) => {
    if (error.code === 'ECONNRESET') return void socket.destroy();
    // Each further byte is an error anew.
    if (refused.has(socket)) return;
    refused.add(socket);
    const end = (): void => endWith(socket, refuseUnread(toFailure(error.code)));
    const last = newest.get(socket);
    // The flaw lies behind a request that is whole: its answer may be that an order was accepted, and goes out first.
    if (last?.request.complete === true && !last.response.writableFinished) last.response.once('close', end);
    else end();
  });
}

function toFailure(parserCode: string | undefined): Failure {
  switch (parserCode) {
    case 'HPE_HEADER_OVERFLOW':
      return makeRefusal('request.headers_too_large', 'the headers are too large');
    case 'HPE_CHUNK_EXTENSIONS_OVERFLOW':
      return makeRefusal('request.too_large', 'the extensions of a chunk are too large');
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return makeRefusal('request.timeout', 'the request was not here whole in time');
    default:
      return notHttp();
  }
}

/** The rest of a body that came after its answer is waited for, but not for ever. */
function endUnread(request: IncomingMessage, unreadMaxMs: number): void {
  if (request.complete || request.destroyed) return;
  setTimeout(() => {
    if (!request.complete) request.socket.destroy();
  }, unreadMaxMs).unref();
}

/** One `Host`, which HTTP/1.1 demands (RFC 9112, 3.2) and of which Node would take the first, and a version at all. */
function isClear({ httpVersionMajor, httpVersionMinor, rawHeaders }: IncomingMessage): boolean {
  let hosts = 0;
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = rawHeaders[at];
    if (name?.length === 4 && name.toLowerCase() === 'host') hosts += 1;
  }
  return httpVersionMajor === 1 && (hosts === 1 || (hosts === 0 && httpVersionMinor === 0));
}
