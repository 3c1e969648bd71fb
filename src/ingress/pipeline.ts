import type { HttpBindings } from '@hono/node-server';
import type { Context } from 'hono';
import { originOf, type Failure } from '../domain/failure.ts';
import { newId } from '../store/deps.ts';
import type { Answer } from './answer.ts';
import { mayAct, type Authenticator, type Caller } from './authenticate.ts';
import { checkGeneration } from './check-generation.ts';
import type { Method, RawCall, Route } from './define-route.ts';
import type { Dialect } from './dialect.ts';
import type { IngressDeps } from './deps.ts';
import { readIdempotencyKey } from './idempotency-key.ts';
import { doorOf, isAct, recordAct } from './record-act.ts';
import { askToGoOn, openStream } from './open-stream.ts';
import { makeInvalid, makeRefusal, problemHeaders, toProblem, toShownFailure } from './problem.ts';
import { isRedisAway, reasonOf } from '../platform/redis-away.ts';
import { checkDeclaredLength, readIncoming, readRequest } from './read-body.ts';
import { parseJson } from './parse-json.ts';
import type { RequestMetrics } from './request-metrics.ts';
import { runOnce } from './run-once.ts';
import { createTokenBuckets } from './token-buckets.ts';

/** Node's own request and response; absent where the app is called without a socket, by the console for a user it knows. */
export interface Env {
  Bindings: Partial<HttpBindings> & { caller?: Caller };
}
type RequestContext = Context<Env>;

export interface Pipeline {
  /** Answers a request to one route, from its headers to its log line. */
  handle(c: RequestContext, route: Route): Promise<Response>;
  /** Answers a request that belongs to no route. */
  refuse(c: RequestContext, failure: Failure, headers?: Record<string, string>): Promise<Response>;
}

/** What is learnt of a request on its way, for its headers and its one log line. */
interface Facts {
  requestId: string;
  startedMs: number;
  route: string;
  merchantId?: string;
  keyId?: string;
  code?: string;
  reason?: string;
  rate?: Record<string, string>;
}

const headersMax = 100;
const requestIdPattern = /^[\w.:-]{1,128}$/;
const jsonTypePattern = /^application\/json\s*(?:;|$)/i;
const sheddingRetryMs = 5_000;
const writes: ReadonlySet<Method> = new Set(['post', 'patch']);

/**
 * What happens to every request, in this order: auth, rate, size, parse, schema, idempotency key, handler. Lean on
 * purpose: Hono's own body limit and header middlewares each cost a good part of the throughput of `POST /v1/orders`.
 */
export function createPipeline(deps: IngressDeps, metrics: RequestMetrics, authenticator: Authenticator): Pipeline {
  const { clock, log, settings } = deps;
  // The one line of every request has fixed fields, none of them a person's or a key: looking through it for what to cut
  // out would take as long as parsing, checking and sealing an order.
  const answered = log.child({}, { redact: [] });
  const buckets = createTokenBuckets(clock, { perSecond: settings.ratePerSecond, burst: settings.rateBurst });
  const ratePolicy = `"default";q=${settings.rateBurst};w=${Math.ceil(settings.rateBurst / settings.ratePerSecond)}`;
  const bodyLimits = { bytesMax: settings.bodyBytesMax, deadlineMs: settings.bodyDeadlineMs };

  const takeRate = (keyId: string, facts: Facts): void => {
    const { taken, remaining, resetSeconds } = buckets.take(keyId);
    facts.rate = { 'RateLimit-Policy': ratePolicy, RateLimit: `"default";r=${remaining};t=${resetSeconds}` };
    if (taken) return;
    throw makeRefusal('rate.limited', 'this key sent more requests than it may', { retryAfterMs: resetSeconds * 1000 });
  };

  const authenticate = async (
    route: Route,
    headers: RawCall['headers'],
    known: Caller | undefined,
    facts: Facts,
  ): Promise<Pick<RawCall, 'caller' | 'tenant'>> => {
    if (route.scope === 'none') return { caller: null, tenant: null };
    const caller = known ?? (await (route.dialect ?? authenticator).identify(headers.authorization));
    facts.keyId = caller.keyId;
    if (caller.merchantId !== null) facts.merchantId = caller.merchantId;
    // One page asks several times; the console counts pages.
    if (known === undefined) takeRate(caller.keyId, facts);
    if (!mayAct(caller, route.scope)) throw makeRefusal('auth.scope', `this needs a key with the scope ${route.scope}`);
    if (route.checksGeneration !== true) await checkGeneration(deps);
    if (!route.isTenantBound) return { caller, tenant: null };
    const named = route.dialect === undefined ? oneOf(headers['packline-merchant']) : undefined;
    const tenant = await authenticator.tenantOf(caller, named);
    facts.merchantId = tenant.merchantId;
    return { caller, tenant };
  };

  const readBody = async (c: RequestContext, route: Route, headers: RawCall['headers']) => {
    if (route.body === undefined && route.rawBody !== true) return { bytes: noBytes, parsed: undefined };
    const limits = { ...bodyLimits, bytesMax: Math.max(bodyLimits.bytesMax, route.bodyBytesMax ?? 0) };
    checkDeclaredLength(headers['content-length'], limits);
    askToGoOn(c, bodyLimits);
    const { incoming } = c.env ?? {};
    const bytes = await (incoming === undefined ? readRequest(c.req.raw, limits) : readIncoming(incoming, limits));
    if (route.rawBody === true) return { bytes, parsed: undefined };
    if (bytes.length === 0 && route.bodyOptional === true) return { bytes, parsed: {} };
    if (!jsonTypePattern.test(headers['content-type'] ?? '')) {
      throw makeRefusal('request.content_type', 'send the body as application/json');
    }
    if ((headers['content-encoding'] ?? 'identity') !== 'identity') {
      throw makeRefusal('request.content_encoding', 'send the body without content encoding');
    }
    return { bytes, parsed: parseJson(bytes) };
  };

  const perform = async (c: RequestContext, route: Route, facts: Facts): Promise<Answer> => {
    const headers = headersOf(c);
    const incoming = c.env?.incoming;
    if (incoming !== undefined && incoming.rawHeaders.length > headersMax * 2) {
      throw makeRefusal('request.headers_too_large', `a request may have at most ${headersMax} headers`);
    }
    const { caller, tenant } = await authenticate(route, headers, c.env?.caller, facts);
    if (deps.shedding() && writes.has(route.method) && route.scope !== 'admin') {
      throw makeRefusal('packline.full', 'nothing new is taken for the moment', { retryAfterMs: sheddingRetryMs });
    }
    const idempotencyKey = readKey(route, headers['idempotency-key']);
    const { bytes, parsed } = await readBody(c, route, headers);
    const call: RawCall = {
      deps,
      params: c.req.param(),
      query: queryOf(c),
      parsed,
      bytes,
      arriving: () => openStream(c, bodyLimits),
      idempotencyKey,
      headers,
      address: incoming?.socket.remoteAddress ?? '',
      log,
      caller,
      tenant,
    };
    const isClaimedHere = idempotencyKey !== null && route.idempotency === undefined;
    if (!isClaimedHere) return route.run(call, (act) => act());
    const scope = {
      owner: tenant?.merchantId ?? 'admin',
      // The path as it came, ids included: the same key on two orders is two requests.
      route: `${c.req.method} ${c.req.path}`,
      key: idempotencyKey,
      parsed: parsed ?? null,
      orderId: call.params['orderId'],
      log,
    };
    return route.run(call, (act) => runOnce(tenant?.store ?? deps.shard(0), scope, act));
  };

  const toAnswer = (thrown: unknown, facts: Facts, dialect?: Dialect): Answer => {
    const { failure, isOurs } = toShownFailure(thrown);
    facts.code = failure.code;
    if (isRedisAway(failure.cause)) facts.reason = reasonOf(failure.cause);
    if (isOurs) {
      log.error({ requestId: facts.requestId, route: facts.route, ...originOf(thrown) }, 'request.failed');
    }
    if (dialect !== undefined) return dialect.refuse(failure, facts.requestId);
    const problem = toProblem(failure, facts.requestId);
    return {
      status: problem.status,
      content: { type: 'application/problem+json', data: JSON.stringify(problem) },
      headers: problemHeaders(failure),
    };
  };

  const begin = (c: RequestContext, route: string): Facts => {
    const given = oneOf(headersOf(c)['x-request-id']);
    const requestId = given !== undefined && requestIdPattern.test(given) ? given : newId('request', clock);
    return { requestId, startedMs: clock.now(), route };
  };

  const respond = (c: RequestContext, answer: Answer, facts: Facts): Response => {
    const { status, json, content } = answer;
    const data = content === undefined ? (json === undefined ? null : JSON.stringify(json)) : content.data;
    const headers: Record<string, string> = {
      'X-Request-Id': facts.requestId,
      'X-Content-Type-Options': 'nosniff',
      'Cache-Control': 'no-store',
      ...(data === null ? {} : { 'Content-Type': content?.type ?? 'application/json' }),
      ...facts.rate,
      ...answer.headers,
      ...(deps.draining() ? { Connection: 'close' } : {}),
    };
    const { method } = c.req;
    const { requestId, route, merchantId, keyId, code, reason } = facts;
    const durationMs = clock.now() - facts.startedMs;
    metrics.answered({ method, route, status, durationMs });
    answered.info(
      { requestId, method, route, status, durationMs, merchantId, keyId, code, reason },
      'request.answered',
    );
    return new Response(data, { status, headers });
  };

  return {
    async handle(c, route) {
      const facts = begin(c, route.path);
      let answer: Answer;
      try {
        answer = await perform(c, route, facts);
      } catch (thrown) {
        answer = toAnswer(thrown, facts, route.dialect);
        // The rest of the body will not be read: nothing after it on this connection could be understood.
        const isCut = route.streamBody !== undefined && c.env?.incoming?.complete === false;
        if (isCut) answer = { ...answer, headers: { ...answer.headers, Connection: 'close' } };
      }
      if (isAct(route)) {
        const through = c.env?.caller === undefined ? doorOf(headersOf(c)['user-agent']) : 'console';
        await recordAct(deps, route, answer, { ...facts, params: c.req.param(), through });
      }
      return respond(c, answer, facts);
    },
    async refuse(c, failure, headers = {}) {
      const facts = begin(c, 'none');
      const answer = toAnswer(failure, facts);
      return respond(c, { ...answer, headers: { ...answer.headers, ...headers } }, facts);
    },
  };
}

const noBytes = Buffer.alloc(0);
const oneOf = (value: string | string[] | undefined): string | undefined => (Array.isArray(value) ? value[0] : value);

/** Node's own header object where there is one: making a `Headers` of it costs more than all the checks together. */
const headersOf = (c: RequestContext): RawCall['headers'] => c.env?.incoming?.headers ?? c.req.header();

function readKey(route: Route, header: string | string[] | undefined): string | null {
  if (route.method !== 'post' || route.idempotency === 'none') return null;
  const given = oneOf(header);
  if (given !== undefined) return readIdempotencyKey(given);
  if (route.idempotency !== 'own') return null;
  throw makeRefusal('idempotency.key_missing', 'this route needs the header Idempotency-Key');
}

function queryOf(c: RequestContext): Record<string, string> {
  const mark = c.req.url.indexOf('?');
  if (mark < 0) return {};
  // Not Hono's: where a value is not UTF-8 its `%ff` is three characters, and for everybody else one.
  // With the mark, which it takes off: without it, it would take off a second one.
  const given = [...new URLSearchParams(c.req.url.slice(mark))].filter(([name]) => name !== '');
  const names = given.map(([name]) => name);
  const repeated = names.find((name, at) => names.indexOf(name) < at);
  if (repeated !== undefined) throw makeInvalid([{ code: 'field.repeated', detail: 'is given twice', parameter: repeated }]); // prettier-ignore
  // Made at once: set one by one, `__proto__` would not become a member.
  return Object.fromEntries(given);
}
