import { Readable } from 'node:stream';
import type { Dispatcher } from 'undici';

/** The answer as it arrives: a final status and its headers (lower case, repeated ones joined), and a body to be read. */
export interface ExchangeReply {
  status: number;
  headers: Record<string, string>;
  /** Destroying it ends the exchange and closes its socket. */
  body: Readable;
}

/**
 * One request on undici's dispatcher, up to the headers of its reply. Not by undici's `request()`, which cannot be aborted
 * before a socket is there and does not say when the request goes out: `onSent` is called just before its first byte is
 * written, and until then the other side has seen nothing of it.
 *
 * The signal ends the exchange at once in whatever phase: the promise rejects, or the body fails, with its reason.
 * Otherwise rejects with what undici says.
 */
export function startExchange(
  dispatcher: Dispatcher,
  request: Dispatcher.DispatchOptions,
  signal: AbortSignal,
  onSent: () => void,
): Promise<ExchangeReply> {
  const { promise, resolve, reject } = Promise.withResolvers<ExchangeReply>();
  let controller: Dispatcher.DispatchController | undefined;
  let body: Readable | undefined;
  let endReason: Error | undefined;
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
    reject(reason);
    body?.destroy(reason);
  };
  signal.addEventListener('abort', () => end(signal.reason), { once: true });

  const openBody = (): Readable =>
    new Readable({
      read: () => controller?.resume(),
      destroy: (error, done) => {
        // Called at the good end of every reply, too, where nothing is left to be ended.
        if (!isOver) end(error ?? new Error('The reply was not read to its end'));
        done(error);
      },
      // A reply may fail before anyone reads it. Whoever reads it still gets the error.
    }).on('error', () => {});

  dispatcher.dispatch(request, {
    onRequestStart(started) {
      if (endReason !== undefined) return started.abort(endReason);
      controller = started;
      onSent();
    },
    onResponseStart(_controller, status, headers) {
      // Informational replies precede the final one, and may be any number: the caller's deadline ends a flood of them.
      if (status < 200) return;
      body = openBody();
      resolve({ status, headers: toPlainHeaders(headers), body });
    },
    onResponseData(started, chunk) {
      if (body?.push(chunk) === false) started.pause();
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
  return promise;
}

const toPlainHeaders = (headers: Record<string, string | string[] | undefined>): Record<string, string> =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, [value ?? ''].flat().join(', ')]));
