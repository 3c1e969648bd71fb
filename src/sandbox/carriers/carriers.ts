import { Hono } from 'hono';
import { createMiddleware } from 'hono/factory';
import { applyFaults, isCut, type PartnerEnv } from '../apply-faults.ts';
import type { RequestEntry } from '../books.ts';
import type { SandboxContext } from '../context.ts';
import { createCallCounter, type CallCounter } from './call-limits.ts';
import { aftershipError, aftershipFace, easypostFace, shipengineFace, shippoFace } from './aggregator-faces.ts';
import { fedexError, fedexFace, upsFace } from './carrier-faces.ts';
import { demoFace } from './demo-face.ts';
import { australiaPostFace, dhlFace, uspsError, uspsFace } from './polled-faces.ts';
import { makeCarriersControl } from './carriers-control.ts';
import { createCarrierHooks, type CarrierHooks } from './hooks.ts';
import { createParcelBook, type ParcelBook } from './parcel-book.ts';
import { createTokenDesk, type TokenDesk } from './token-desk.ts';

export interface Carriers {
  parcels: ParcelBook;
  hooks: CarrierHooks;
  limits: CallCounter;
  tokens: Readonly<Record<'ups' | 'fedex' | 'usps', TokenDesk>>;
  /** A carrier's base URL is `<mount>/<carrier>`. */
  makeApi(basePath: string): Hono<PartnerEnv>;
  makeControl(): Hono;
  /** Forgets parcels, limits and what was still to be sent; who is told stays. */
  reset(): void;
  stop(): void;
}

export function createCarriers(context: SandboxContext): Carriers {
  const parcels = createParcelBook(context);
  const hooks = createCarrierHooks(context);
  const limits = createCallCounter(context);
  const tokens = {
    ups: createTokenDesk(context.now, 14_399),
    fedex: createTokenDesk(context.now, 3_599),
    usps: createTokenDesk(context.now, 28_799),
  };
  parcels.onMove((parcel) => hooks.tell(parcel));

  /** First in line, so that an arrival is when the headers were there and not when the body was read. */
  const keepBooks = (base: string, carrier: string) =>
    createMiddleware<PartnerEnv>(async (c, next) => {
      const path = c.req.path.slice(base.length);
      const entry: RequestEntry = {
        partner: carrier,
        org: 'demo',
        method: c.req.method,
        path,
        arrivedAt: context.now(),
        status: null,
      };
      context.books.addRequest(entry);
      c.set('entry', entry);
      await next();
      if (!isCut(c.res)) entry.status = c.res.status;
    });

  /** Tokens do not count for the day; those of USPS do for the hour. */
  const admit = (carrier: string) =>
    createMiddleware<PartnerEnv>(async (c, next) => {
      const entry = c.get('entry');
      const isToken = entry.path.endsWith('/oauth/token');
      const outcome = isToken ? 'within' : limits.arrive(carrier, entry);
      if (outcome === 'within') return next();
      return tooMany(carrier, outcome === 'over' ? 1 : undefined);
    });

  const mount = (base: string, carrier: string, face: Hono<PartnerEnv>): Hono<PartnerEnv> =>
    new Hono<PartnerEnv>()
      .use(keepBooks(`${base}/${carrier}`, carrier))
      .use(admit(carrier))
      .use(applyFaults<PartnerEnv>(context.faults, (status, code, seconds) => refuse(carrier, status, code, seconds)))
      .route('/', face)
      .all('/*', () => refuse(carrier, 404, 'NOT.FOUND'));

  const carriers: Carriers = {
    parcels,
    hooks,
    limits,
    tokens,
    makeApi: (base) =>
      new Hono<PartnerEnv>()
        .route('/ups', mount(base, 'ups', upsFace(parcels, tokens.ups)))
        .route('/fedex', mount(base, 'fedex', fedexFace(parcels, tokens.fedex)))
        .route('/usps', mount(base, 'usps', uspsFace(parcels, tokens.usps)))
        .route('/dhl-unified', mount(base, 'dhl-unified', dhlFace(parcels)))
        .route('/australia-post', mount(base, 'australia-post', australiaPostFace(parcels)))
        .route('/aftership', mount(base, 'aftership', aftershipFace(parcels)))
        .route('/shippo', mount(base, 'shippo', shippoFace(parcels)))
        .route('/easypost', mount(base, 'easypost', easypostFace(parcels)))
        .route('/shipengine', mount(base, 'shipengine', shipengineFace(parcels, hooks.rsa)))
        .route('/demo', mount(base, 'demo', demoFace(parcels))),
    makeControl: () => makeCarriersControl(carriers),
    reset() {
      parcels.reset();
      limits.reset();
      hooks.forget();
    },
    stop: () => hooks.stop(),
  };
  return carriers;
}

/** FedEx says nothing of how long to wait when the day is spent. */
const tooMany = (carrier: string, seconds: number | undefined): Response =>
  refuse(carrier, 429, carrier === 'ups' ? '10429' : 'TOO.MANY.REQUESTS', carrier === 'ups' ? undefined : seconds);

/** An error in the carrier's words. */
function refuse(carrier: string, status: number, code: string, retryAfterSeconds?: number): Response {
  const answer =
    carrier === 'fedex' ? fedexError(status, code) : Response.json(errorOf(carrier, status, code), { status });
  if (retryAfterSeconds !== undefined) answer.headers.set('retry-after', String(retryAfterSeconds));
  return answer;
}

function errorOf(carrier: string, status: number, code: string): object {
  switch (carrier) {
    case 'ups':
      return { response: { errors: [{ code }] } };
    case 'usps':
      return uspsError(String(status), code);
    case 'dhl-unified':
      return { status, title: code };
    case 'australia-post':
      return { errors: [{ code: String(status), name: code }] };
    case 'aftership':
      return aftershipError(status, code);
    default:
      return { error: { code } };
  }
}
