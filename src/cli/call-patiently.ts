import { randomUUID } from 'node:crypto';
import pRetry from 'p-retry';
import { Failure, isRetryable } from '../domain/failure.ts';
import { callJson } from './demo-api.ts';

/** On a machine that has just started everything Redis may be slow to answer: for about 12 s. */
const patience = { retries: 6, minTimeout: 250, maxTimeout: 4_000 };

/**
 * The same as `callJson`, again where it was answered that it may pass. A POST acts once all the same: it has an idempotency
 * key, of its own where none is given.
 */
export function callPatiently<T>(url: string, request: Parameters<typeof callJson>[1]): Promise<T> {
  const key = request.method === 'POST' ? { 'idempotency-key': randomUUID() } : {};
  const keyed = { ...request, headers: { ...key, ...request.headers } };
  return pRetry(() => callJson<T>(url, keyed), {
    ...patience,
    shouldRetry: ({ error }) => error instanceof Failure && isRetryable(error.kind),
  });
}
