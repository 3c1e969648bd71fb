import type { HttpBindings } from '@hono/node-server';
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response';
import type { Context, MiddlewareHandler } from 'hono';
import type { RequestEntry } from './books.ts';
import type { Faults, MetFault } from './faults.ts';
import { findPaths } from './find-paths.ts';

/** What every partner's routes carry: the node objects of a listening sandbox, and the request's line in the books. */
export interface PartnerEnv {
  Bindings: Partial<HttpBindings>;
  Variables: { entry: RequestEntry };
}

/**
 * How a partner words an error of its own; `retryAfterSeconds` becomes the header, `paths` are the fields of the body that the
 * error is about.
 */
export type ToErrorResponse = (
  status: number,
  code: string,
  retryAfterSeconds?: number,
  paths?: readonly string[],
) => Response;

/** Nobody got this response: the connection was cut, or closed by a client that waited in vain. */
export const isCut = (response: Response): boolean => response === RESPONSE_ALREADY_SENT;

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

const garbagePage = '<!doctype html><html><head><title>Gateway</title></head><body><h1>Welcome</h1></body></html>';

/** Applies the faults that meet a request: delays first, then the first other fault; without one the request goes on. */
export function applyFaults<Env extends PartnerEnv>(
  faults: Faults,
  toErrorResponse: ToErrorResponse,
): MiddlewareHandler<Env> {
  return async (c, next) => {
    const { partner, org, method, path } = c.get('entry');
    const body = faults.asksForPaths() ? await readJson(c) : undefined;
    const pathsOf = (sku: string): string[] => findPaths(body, 'sku', sku);
    const met = faults.take({ partner, org, method, path, pathsOf });
    for (const fault of met) if (fault.kind === 'delay') await sleep(fault.ms);
    const fault = met.find(({ kind }) => kind !== 'delay');
    if (fault === undefined) return next();
    if (fault.kind === 'dropAfter' || ('afterEffect' in fault && fault.afterEffect)) await next();
    // Hono merges the headers of a response that is there already into the one that replaces it.
    c.res = undefined;
    c.res = await toFaultResponse(fault, c.env, toErrorResponse);
    return undefined;
  };
}

/** Hono keeps what was read for the routes behind; undefined for what is no JSON. */
const readJson = async (c: Context): Promise<unknown> =>
  c.req
    .text()
    .then((text): unknown => JSON.parse(text))
    .catch(() => undefined);

async function toFaultResponse(
  fault: MetFault,
  { incoming, outgoing }: Context<PartnerEnv>['env'],
  toErrorResponse: ToErrorResponse,
): Promise<Response> {
  switch (fault.kind) {
    case 'status':
      return fault.body === undefined
        ? toErrorResponse(fault.status, fault.code, undefined, fault.paths)
        : Response.json(fault.body, { status: fault.status });
    case 'rateLimit':
      return toErrorResponse(429, 'TOO_MANY_REQUESTS', fault.retryAfterSeconds ?? undefined);
    case 'garbage':
      return new Response(garbagePage, { headers: { 'content-type': 'text/html; charset=utf-8' } });
    case 'hang':
      await closingOf(outgoing);
      return RESPONSE_ALREADY_SENT;
    default:
      if (incoming === undefined) throw new Error(`the fault ${fault.kind} needs a listening sandbox`);
      incoming.socket.destroy();
      return RESPONSE_ALREADY_SENT;
  }
}

const closingOf = (outgoing: HttpBindings['outgoing'] | undefined): Promise<void> =>
  new Promise((resolve, reject) => {
    if (outgoing === undefined) reject(new Error('the fault hang needs a listening sandbox'));
    else if (outgoing.destroyed) resolve();
    else outgoing.once('close', resolve);
  });
