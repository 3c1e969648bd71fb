/** Who asked: the answer may show them what is theirs. */
export type Caller = 'owner' | 'stranger' | 'operator' | 'nobody' | 'partner';

export interface Answered {
  who: Caller;
  /** `GET /v1/orders/{orderId}`, as the document names it. */
  operation: string;
  status: number;
  text: string;
  body: Record<string, unknown>;
  headers: Headers;
}

export interface Sent {
  params?: Readonly<Record<string, string>>;
  query?: string;
  json?: unknown;
  raw?: string | Uint8Array<ArrayBuffer>;
  headers?: Readonly<Record<string, string>>;
}

export interface Recorder {
  answers: Answered[];
  /** What was asked, in words. */
  requests: string[];
  /** Sends a request to an operation of the document, as `who`. */
  readonly send: (who: Caller, operation: string, sent?: Sent) => Promise<Answered>;
}

/** Calls an API and keeps all that it answers. `keyOf` is the key of each caller. */
export function createRecorder(
  baseUrl: string,
  keyOf: (who: Caller, operation: string) => string | undefined,
): Recorder {
  const answers: Answered[] = [];
  const requests: string[] = [];
  return {
    answers,
    requests,
    async send(who, operation, { params = {}, query = '', json, raw, headers = {} } = {}) {
      const [method = '', template = ''] = operation.split(' ');
      const path = template.replaceAll(/\{(\w+)\}/g, (_, name: string) => params[name] ?? name);
      const key = keyOf(who, operation);
      requests.push(JSON.stringify([path, query, headers, json, raw?.toString()]));
      const body = raw ?? (json === undefined ? undefined : JSON.stringify(json));
      const response = await fetch(`${baseUrl}${path}${query}`, {
        method,
        redirect: 'manual',
        headers: {
          ...(key === undefined ? {} : { authorization: `Bearer ${key}` }),
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          ...headers,
        },
        ...(body === undefined ? {} : { body }),
      });
      // A package's own file, the same whoever asks.
      const text = template === '/docs/reference.js' ? '' : await response.text();
      const isJson = /\bjson/.test(response.headers.get('content-type') ?? '');
      const parsed = (isJson && text !== '' ? JSON.parse(text) : {}) as Record<string, unknown>;
      const answered = { who, operation, status: response.status, text, body: parsed, headers: response.headers };
      answers.push(answered);
      return answered;
    },
  };
}

/** The operations of an OpenAPI document, `GET /v1/orders`. */
export function operationsOf(document: Record<string, unknown>): string[] {
  const paths = document['paths'] as Record<string, Record<string, unknown>>;
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
  );
}
