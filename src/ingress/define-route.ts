import type { IncomingHttpHeaders } from 'node:http';
import type { Readable } from 'node:stream';
import * as z from 'zod';
import type { Log } from '../platform/log.ts';
import type { ApiKeyScope } from '../store/merchants.ts';
import type { Answer } from './answer.ts';
import type { Caller, Tenant } from './authenticate.ts';
import type { IngressDeps } from './deps.ts';
import type { Dialect } from './dialect.ts';
import { makeInvalid, makeRefusal } from './problem.ts';
import type { ProblemCode } from './problem-codes.ts';
import { validateBody, validateParameters } from './validate.ts';

export type Method = 'get' | 'post' | 'patch' | 'delete';

/** One way in which a route may answer, beside the problems. `schema` is absent where there is no JSON. */
export interface AnswerSpec {
  description: string;
  schema?: z.ZodType;
  /** The media type of a body that is not JSON. */
  type?: string;
}

/** What a handler is told, whatever the route. */
export interface Call<P, Q, B> {
  deps: IngressDeps;
  /** Null where nobody has to say who they are. */
  caller: Caller | null;
  params: P;
  query: Q;
  body: B;
  /** The body as it was sent, before its schema. */
  parsed: unknown;
  /** The body's bytes, on routes that take them as they are. */
  bytes: Buffer;
  /** The body as it arrives, of any size, on routes that read it themselves. A sender who waits to be told so goes on. */
  arriving(): Readable;
  idempotencyKey: string | null;
  headers: IncomingHttpHeaders;
  /** Where the request came from; '' when that is not known. */
  address: string;
  log: Log;
}
export type TenantCall<P, Q, B> = Call<P, Q, B> & Tenant;

interface Declaration<P, Q, B> {
  method: Method;
  /** As Hono writes it: `/v1/orders/:orderId`. */
  path: string;
  summary: string;
  description?: string;
  tag: string;
  params?: z.ZodType<P>;
  query?: z.ZodType<Q>;
  body?: z.ZodType<B>;
  /** What the document says of a body whose parts the handler judges one by one. */
  bodyShown?: z.ZodType;
  /** An absent body counts as `{}`. */
  bodyOptional?: true;
  /** Its body may be larger than others. */
  bodyBytesMax?: number;
  /** The body is taken as bytes, of any type. */
  rawBody?: true;
  /** The handler reads the body, however large: by media type, what it may be. */
  streamBody?: Readonly<Record<string, z.ZodType>>;
  /** Headers of this route's own, for the document; the handler reads and checks them. */
  requestHeaders?: Readonly<Record<string, z.ZodType>>;
  /** By status. */
  answers: Readonly<Record<number, AnswerSpec>>;
  /** The problems that only this route, or few, can answer; those of every route are added. */
  problems?: readonly ProblemCode[];
  /** A partner's protocol that this route speaks, and what of its own refusals it can answer. */
  dialect?: Dialect;
  refusals?: readonly string[];
  /**
   * Every POST takes an `Idempotency-Key` and then acts once, except: `own` routes need the key and claim it in the script
   * that does the work; `none` have another way of knowing what they have seen, or nothing to do twice; `late` routes claim it
   * when they have read their body.
   */
  idempotency?: 'own' | 'none' | 'late';
  /** What it makes says by itself what was sent and when, as often as a shop has orders: not told again in the audit log. */
  isOwnRecord?: true;
  /** Its one script checks the generation itself, so that nobody has to ask first. */
  checksGeneration?: true;
}

/** A request as the pipeline has read it; what fits the route's schemas is found out by `run`. */
export interface RawCall extends Omit<Call<unknown, unknown, unknown>, 'params' | 'query' | 'body'> {
  params: Record<string, string>;
  query: Record<string, string>;
  tenant: Tenant | null;
}

/** A route, declared once: what is mounted, what validates, and what the API's document says. */
export interface Route extends Omit<Declaration<unknown, unknown, unknown>, 'params' | 'query' | 'body'> {
  params: z.ZodType | undefined;
  query: z.ZodType | undefined;
  body: z.ZodType | undefined;
  scope: ApiKeyScope | 'none';
  /** Whether a request is about one merchant. */
  isTenantBound: boolean;
  /** Checks the parts of the request and answers it, at once or after `once` has claimed the key. */
  run(raw: RawCall, once: (act: () => Promise<Answer>) => Promise<Answer>): Promise<Answer>;
}

/** A route about one merchant: the key's own, or the one that an admin names. */
export const defineRoute = <P, Q, B>(
  declaration: Declaration<P, Q, B> & {
    scope: Exclude<ApiKeyScope, 'admin'>;
    handle: (call: TenantCall<P, Q, B>) => Promise<Answer>;
  },
): Route =>
  makeRoute(declaration, true, (call, { tenant }) => {
    if (tenant === null) throw makeRefusal('auth.merchant_required', 'name a merchant in Packline-Merchant');
    return declaration.handle({ ...call, ...tenant });
  });

/** A route about no merchant in particular: the operator's, and what anybody may ask. */
export const defineGlobalRoute = <P, Q, B>(
  declaration: Declaration<P, Q, B> & {
    /** With `read` and `operate`, of the installation: the handler looks whether the caller is a merchant's key. */
    scope: 'admin' | 'operate' | 'read' | 'none';
    handle: (call: Call<P, Q, B>) => Promise<Answer>;
  },
): Route => makeRoute(declaration, false, (call) => declaration.handle(call));

function makeRoute<P, Q, B>(
  declaration: Declaration<P, Q, B> & { scope: ApiKeyScope | 'none' },
  isTenantBound: boolean,
  handle: (call: Call<P, Q, B>, raw: RawCall) => Promise<Answer>,
): Route {
  const { params, query, body } = declaration;
  // `custom` without a check takes anything: a route without a schema does not look at it.
  const [paramsSchema, querySchema, bodySchema] = [
    params ?? z.custom<P>(),
    query ?? z.custom<Q>(),
    body ?? z.custom<B>(),
  ];
  return {
    ...declaration,
    params,
    query,
    body,
    isTenantBound,
    run(raw, once) {
      if (query === undefined && declaration.scope !== 'none' && declaration.dialect === undefined) {
        refuseParameters(raw.query);
      }
      const call = {
        ...raw,
        params: validateParameters(paramsSchema, raw.params),
        query: validateParameters(querySchema, raw.query),
        body: validateBody(bodySchema, raw.parsed),
      };
      return once(() => handle(call, raw));
    },
  };
}

/** Our own callers are told of a parameter that does nothing; probes and partners may add what they like. */
function refuseParameters(query: Record<string, string>): void {
  const errors = Object.keys(query).map((parameter) => ({
    code: 'field.unknown',
    detail: 'is no parameter of this route',
    parameter,
  }));
  if (errors.length > 0) throw makeInvalid(errors);
}
