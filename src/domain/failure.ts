/**
 * Why something did not succeed, and therefore whether and when to try again.
 *
 * | kind          | meaning                                   | job                              | inbound HTTP |
 * |---------------|-------------------------------------------|----------------------------------|--------------|
 * | transient     | timeout, reset, 5xx, lost version race    | retry with full jitter           | 503          |
 * | throttled     | 429 or a stated delay                     | after their delay, not a failure | 429          |
 * | rejected      | valid but refused by the other side       | stop, issue on the order         | 422          |
 * | misconfigured | 401/403, missing setting                  | stop, connection unhealthy       | 401          |
 * | malformed     | fails its schema                          | stop, bytes kept                 | 400          |
 * | aborted       | shutdown or deadline                      | retry, not counted               | 503          |
 */
export const failureKinds = ['transient', 'throttled', 'rejected', 'misconfigured', 'malformed', 'aborted'] as const;
export type FailureKind = (typeof failureKinds)[number];

export interface FailureOptions {
  cause?: unknown;
  /** Not earlier than this many milliseconds from now; theirs wins over our ladder. */
  retryAfterMs?: number;
  /** Facts for people: ids, codes, statuses. Never secrets, never personal data. */
  detail?: Record<string, unknown>;
}

/**
 * The only non-success in Packline. `code` is `system.what_happened`, stable and safe to show; `message` is for people.
 * Thrown at the edge, where the status is still known: nobody downstream reads messages.
 */
export class Failure extends Error {
  override readonly name = 'Failure';
  readonly kind: FailureKind;
  readonly code: string;
  readonly retryAfterMs: number | undefined;
  readonly detail: Record<string, unknown>;

  constructor(kind: FailureKind, code: string, message: string, options: FailureOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.kind = kind;
    this.code = code;
    this.retryAfterMs = options.retryAfterMs;
    this.detail = options.detail ?? {};
  }
}

/**
 * Anything thrown, as a Failure. What we did not expect is ours and may pass: transient. Its own words stay in `cause`:
 * libraries quote what they choke on, and that may be a person's.
 */
export function toFailure(thrown: unknown): Failure {
  if (thrown instanceof Failure) return thrown;
  return new Failure('transient', 'packline.unexpected', 'something happened that Packline does not expect', {
    cause: thrown,
  });
}

/** Where an error that nobody expected came from, for the log: without its words, which may quote what it choked on. */
export const originOf = (thrown: unknown): { error?: string; stack?: string[] } =>
  thrown instanceof Error
    ? { error: thrown.name, stack: (thrown.stack ?? '').split('\n').filter((line) => line.startsWith('    at ')) }
    : {};

/** Whether a job may be tried again for this kind. */
export const isRetryable = (kind: FailureKind): boolean =>
  kind === 'transient' || kind === 'throttled' || kind === 'aborted';
