import * as z from 'zod';
import { Failure, isRetryable, type FailureKind, type FailureOptions } from '../domain/failure.ts';
import { kindStatuses } from './kind-statuses.ts';
import { isProblemCode, problemCodes, type ProblemCode } from './problem-codes.ts';
import { isRedisAway } from '../platform/redis-away.ts';

/** One thing that is wrong with a request. */
export const FieldErrorSchema = z
  .strictObject({
    code: z.string(),
    detail: z.string(),
    pointer: z.string().optional().meta({ description: 'JSON Pointer (RFC 6901) into the body' }),
    parameter: z.string().optional().meta({ description: 'Name of a path or query parameter' }),
  })
  .meta({ id: 'FieldError' });
export type FieldError = z.infer<typeof FieldErrorSchema>;

/** RFC 9457 problem details, the only form in which this API says no. */
export const ProblemSchema = z
  .strictObject({
    type: z.string().meta({ description: 'A page that explains the problem' }),
    title: z.string(),
    status: z.int(),
    detail: z.string(),
    instance: z.string().meta({ description: 'This occurrence' }),
    code: z.string().meta({ description: 'Stable, `system.what_happened`' }),
    source: z.string().meta({ description: 'Who can do something about it: `you`, `packline`, or the partner’s id' }),
    retryable: z.boolean(),
    traceId: z.string(),
    errors: z.array(FieldErrorSchema).optional(),
    orderId: z.string().optional().meta({ description: 'The order that is in the way (`order.exists`)' }),
  })
  .meta({ id: 'Problem' });
export type Problem = z.infer<typeof ProblemSchema>;

/** A refusal of ours; its kind follows from its code. */
export const makeRefusal = (code: ProblemCode, message: string, options: FailureOptions = {}): Failure =>
  new Failure(problemCodes[code].kind, code, message, options);

/** `request.invalid` for what only the route can know to be wrong. */
export const makeInvalid = (errors: readonly FieldError[]): Failure =>
  makeRefusal('request.invalid', errors[0]?.detail ?? 'the request does not fit its schema', { detail: { errors } });

/** Whatever was thrown, as a failure that may be shown. `isOurs`: nobody expected it, so where it came from belongs into the log. */
export function toShownFailure(thrown: unknown): { failure: Failure; isOurs: boolean } {
  if (thrown instanceof Failure) return { failure: thrown, isOurs: false };
  if (isRedisAway(thrown)) {
    return { failure: makeRefusal('redis.away', 'the store cannot be reached', { cause: thrown }), isOurs: false };
  }
  const detail = 'something went wrong here; it was written to the log under traceId';
  return { failure: makeRefusal('packline.unexpected', detail, { cause: thrown }), isOurs: true };
}

/** The one place where a failure becomes an HTTP status. */
export function statusOf({ kind, code }: { kind: FailureKind; code: string }): number {
  if (isProblemCode(code)) return problemCodes[code].status;
  if (code.endsWith('.not_found')) return 404;
  if (code.endsWith('.state') || code.endsWith('.exists')) return 409;
  return kindStatuses[kind].status;
}

export function toProblem(failure: Failure, requestId: string): Problem {
  const { kind, code, detail } = failure;
  const status = statusOf(failure);
  const known = isProblemCode(code);
  const errors = z.array(FieldErrorSchema).safeParse(detail['errors']).data;
  return {
    type: `/docs/problems/${known ? code : `kind.${kind}`}`,
    title: known ? problemCodes[code].title : kindStatuses[kind].title,
    status,
    detail: failure.message,
    instance: `urn:packline:request:${requestId}`,
    code,
    source: typeof detail['source'] === 'string' ? detail['source'] : status >= 500 ? 'packline' : 'you',
    retryable: isRetryable(kind),
    traceId: requestId,
    ...(errors === undefined ? {} : { errors }),
    ...(code === 'order.exists' && typeof detail['orderId'] === 'string' ? { orderId: detail['orderId'] } : {}),
  };
}

const retryAfterDefaultMs = 1_000;

/** Headers that a problem carries beside its body. */
export function problemHeaders(failure: Failure): Record<string, string> {
  const status = statusOf(failure);
  const headers: Record<string, string> = {};
  if (failure.retryAfterMs !== undefined || status === 503 || status === 429) {
    headers['Retry-After'] = String(Math.ceil((failure.retryAfterMs ?? retryAfterDefaultMs) / 1000));
  }
  if (status === 401) headers['WWW-Authenticate'] = 'Bearer';
  // What is left of the body will not be read: nothing after it on this connection could be understood.
  if (status === 413 || status === 408) headers['Connection'] = 'close';
  if (failure.code === 'idempotency.key_missing') {
    headers['Link'] = `</docs/problems/${failure.code}>; rel="describedby"`;
  }
  return headers;
}
