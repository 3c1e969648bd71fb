import type { HttpBindings } from '@hono/node-server';
import type { Context } from 'hono';
import { Readable } from 'node:stream';

/**
 * The body of a request as it arrives. Who asked first whether to send it (`Expect: 100-continue`) is told now, unless the
 * server has told him already because it is small.
 */
export function openStream(
  c: Context<{ Bindings: Partial<HttpBindings> }>,
  { bytesMax }: { bytesMax: number },
): Readable {
  const { incoming, outgoing } = c.env ?? {};
  if (incoming === undefined) return Readable.from(c.req.raw.body ?? []);
  const isAsked = /^100-continue$/i.test(incoming.headers.expect ?? '');
  const isTold = Number(incoming.headers['content-length'] ?? 0) <= bytesMax;
  if (isAsked && !isTold && outgoing !== undefined && 'writeContinue' in outgoing) outgoing.writeContinue();
  return incoming;
}
