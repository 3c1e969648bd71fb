import type { IncomingMessage } from 'node:http';
import { makeRefusal } from './problem.ts';

export interface BodyLimits {
  bytesMax: number;
  deadlineMs: number;
}

const tooLarge = (bytesMax: number) => makeRefusal('request.too_large', `the body may have at most ${bytesMax} bytes`);

/** Refuses a body by its declared length, before a byte of it is read. */
export function checkDeclaredLength(contentLength: string | undefined, { bytesMax }: BodyLimits): void {
  if (contentLength !== undefined && Number(contentLength) > bytesMax) throw tooLarge(bytesMax);
}

/**
 * The whole body, from Node's own stream: going through a web stream halves the throughput of small requests. Bodies
 * without a declared length are counted as they come. Throws `request.too_large`, `request.timeout`, `request.aborted`.
 */
export function readIncoming(incoming: IncomingMessage, { bytesMax, deadlineMs }: BodyLimits): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    const stop = () => {
      clearTimeout(timer);
      incoming.off('data', onData).off('end', onEnd).off('error', onAbort).off('close', onAbort);
    };
    const fail = (failure: Error) => {
      stop();
      incoming.pause();
      reject(failure);
    };
    const onData = (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes > bytesMax) fail(tooLarge(bytesMax));
      else chunks.push(chunk);
    };
    const onEnd = () => {
      stop();
      const [only] = chunks;
      resolve(chunks.length === 1 && only !== undefined ? only : Buffer.concat(chunks, bytes));
    };
    const onAbort = () => fail(makeRefusal('request.aborted', 'the connection ended before the whole body was here'));
    const timer = setTimeout(
      () => fail(makeRefusal('request.timeout', `the body was not here whole within ${deadlineMs} ms`)),
      deadlineMs,
    );
    // Gone while its key was being looked up: none of the events below would come any more.
    if (incoming.destroyed) onAbort();
    else incoming.on('data', onData).on('end', onEnd).on('error', onAbort).on('close', onAbort);
  });
}

/** The same for a request that came without a socket (`app.request`), whose body is in memory already. */
export async function readRequest(request: Request, { bytesMax }: BodyLimits): Promise<Buffer> {
  const body = Buffer.from(await request.arrayBuffer());
  if (body.length > bytesMax) throw tooLarge(bytesMax);
  return body;
}
