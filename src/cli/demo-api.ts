import { makeApiFailure, makeUnreachable } from './api-failure.ts';

/** Longer than a partner is given to answer a test. */
const timeoutMs = 30_000;

/** Calls JSON over HTTP on this machine: the demo is set up through the same API that merchants use. */
export async function callJson<T>(
  url: string,
  {
    method = 'GET',
    key,
    headers = {},
    body,
  }: { method?: string; key?: string; headers?: Record<string, string>; body?: unknown },
): Promise<T> {
  const response = await fetch(url, {
    method,
    headers: {
      // The audit log tells these acts from those of programs.
      'user-agent': 'packline-cli',
      ...(key === undefined ? {} : { authorization: `Bearer ${key}` }),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    signal: AbortSignal.timeout(timeoutMs),
  }).catch((error: unknown) => {
    throw makeUnreachable(url, error);
  });
  const text = await response.text();
  if (response.ok) return JSON.parse(text === '' ? 'null' : text);
  throw makeApiFailure(`${method} ${url}`, response.status, text);
}
