import { Failure } from '../domain/failure.ts';

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
      ...(key === undefined ? {} : { authorization: `Bearer ${key}` }),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    signal: AbortSignal.timeout(10_000),
  });
  const text = await response.text();
  if (response.ok) return JSON.parse(text === '' ? 'null' : text);
  throw new Failure('rejected', 'demo.refused', `${method} ${url} answered ${response.status}: ${text.slice(0, 300)}`, {
    detail: { status: response.status },
  });
}
