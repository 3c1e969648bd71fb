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
      // The audit log tells these acts from those of programs.
      'user-agent': 'packline-cli',
      ...(key === undefined ? {} : { authorization: `Bearer ${key}` }),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    signal: AbortSignal.timeout(10_000),
  });
  const text = await response.text();
  if (response.ok) return JSON.parse(text === '' ? 'null' : text);
  throw new Failure('rejected', 'api.refused', `${method} ${url} answered ${response.status}: ${wordsOf(text)}`, {
    detail: { status: response.status },
  });
}

/** What a problem says for people; anything else, as it begins. */
export function wordsOf(text: string): string {
  try {
    const { code, detail }: { code?: unknown; detail?: unknown } = JSON.parse(text);
    if (typeof code === 'string' && typeof detail === 'string') return `${code}: ${detail}`;
  } catch {
    // Not ours.
  }
  return text.slice(0, 300);
}
