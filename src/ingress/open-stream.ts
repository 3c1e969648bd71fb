import type { HttpBindings } from '@hono/node-server';
import type { Context } from 'hono';
import { Readable } from 'node:stream';

type RequestContext = Context<{ Bindings: Partial<HttpBindings> }>;
/** `bytesMax`: of bodies that the server asks for by itself. */
interface Told {
  bytesMax: number;
}

/** Whoever asked first whether to send his body (`Expect: 100-continue`) is told now, unless the server has told him already. */
export function askToGoOn(c: RequestContext, { bytesMax }: Told): void {
  const { incoming, outgoing } = c.env ?? {};
  if (incoming?.headers.expect === undefined || outgoing === undefined || !('writeContinue' in outgoing)) return;
  const isTold = Number(incoming.headers['content-length'] ?? 0) <= bytesMax;
  if (!isTold && /^100-continue$/i.test(incoming.headers.expect)) outgoing.writeContinue();
}

/** The body of a request as it arrives. */
export function openStream(c: RequestContext, told: Told): Readable {
  askToGoOn(c, told);
  return c.env?.incoming ?? Readable.from(c.req.raw.body ?? []);
}
