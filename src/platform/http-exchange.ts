import { Readable } from 'node:stream';
import type { Dispatcher } from 'undici';

/** The answer as it arrives: a final status and its headers (lower case, repeated ones joined), and a body to be read. */
export interface ExchangeReply {
  status: number;
  headers: Record<string, string>;
  /**
   * All of it, where it came together with the headers, as most do; else a stream, and destroying that ends the exchange
   * and closes its socket. To be called once, and at once: what comes before it is not held back.
   */
  openBody: () => readonly Buffer[] | Readable;
}

/**
 * One request on undici's dispatcher, up to the headers of its reply. Not by undici's `request()`, which cannot be aborted
 * before a socket is there and does not say when the request goes out: `onSent` is called just before its first byte is
 * written, and until then the other side has seen nothing of it.
 *
 * `end` ends the exchange at once in whatever phase: the promise rejects, or the body fails, with its reason. (Not by an
 * AbortSignal: one that nobody else sees costs as much as the rest of this.) Otherwise rejects with what undici says.
 */
export function startExchange(
  dispatcher: Dispatcher,
  request: Dispatcher.DispatchOptions,
  onSent: () => void,
): { reply: Promise<ExchangeReply>; end: (reason: Error) => void } {
  const { promise, resolve, reject } = Promise.withResolvers<ExchangeReply>();
  let controller: Dispatcher.DispatchController | undefined;
  /** Of the body, what came before anybody asked for it. */
  const early: Buffer[] = [];
  let body: Readable | undefined;
  let endReason: Error | undefined;
  let failure: Error | undefined;
  let isOver = false;

  /** Also when nothing runs yet: undici has the request in its queue and must not send it later. */
  const end = (reason: Error): void => {
    endReason ??= reason;
    if (isOver) return;
    isOver = true;
    controller?.abort(reason);
    fail(reason);
  };
  const fail = (reason: Error): void => {
    failure ??= reason;
    reject(reason);
    body?.destroy(reason);
  };
  const makeStream = (): Readable =>
    new Readable({
      read: () => controller?.resume(),
      destroy: (error, done) => {
        // Called at the good end of every reply, too, where nothing is left to be ended.
        if (!isOver) end(error ?? new Error('The reply was not read to its end'));
        done(error);
      },
      // A reply may fail before anyone reads it. Whoever reads it still gets the error.
    }).on('error', () => {});
  const openBody = (): readonly Buffer[] | Readable => {
    if (isOver && failure === undefined) return early;
    body = makeStream();
    for (const chunk of early) take(chunk);
    if (failure !== undefined) body.destroy(failure);
    return body;
  };
  const take = (chunk: Buffer): void => {
    if (body === undefined) early.push(chunk);
    else if (!body.push(chunk)) controller?.pause();
  };

  dispatcher.dispatch(request, {
    onRequestStart(started) {
      if (endReason !== undefined) return started.abort(endReason);
      controller = started;
      onSent();
    },
    onResponseStart(_controller, status, headers) {
      // Informational replies precede the final one, and may be any number: the caller's deadline ends a flood of them.
      if (status < 200) return;
      resolve({ status, headers: toPlainHeaders(headers), openBody });
    },
    onResponseData(_controller, chunk) {
      take(chunk);
    },
    onResponseEnd() {
      isOver = true;
      body?.push(null);
    },
    onResponseError(_controller, error) {
      isOver = true;
      fail(error);
    },
  });
  return { reply: promise, end };
}

const toPlainHeaders = (headers: Record<string, string | string[] | undefined>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(headers).map(([name, value = '']) => [name, typeof value === 'string' ? value : value.join(', ')]),
  );
