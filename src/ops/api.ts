import type * as z from 'zod';
import type { Caller } from '../ingress/authenticate.ts';
import { ProblemSchema, type Problem } from '../ingress/problem.ts';
import type { ApiKeyScope } from '../store/merchants.ts';
import type { Role, User } from '../store/users.ts';

/** A route of the API, as it is declared there: `POST /v1/orders/:orderId/retry`. */
export type Operation = `${'GET' | 'POST' | 'PATCH' | 'DELETE'} /v1/${string}`;

export interface ApiRequest {
  params?: Readonly<Record<string, string>>;
  query?: Readonly<Record<string, string | undefined>>;
  body?: unknown;
  /** A body of any size, instead. */
  file?: { type: string; encoding?: string | undefined; bytes: ReadableStream<Uint8Array> } | undefined;
  /** The connection that rows go to (`Packline-Connection`). */
  connectionId?: string | undefined;
  /** Another merchant than that of the page; for pages about all of them. */
  merchantId?: string;
  /** The same one twice is one act (`Idempotency-Key`). */
  once?: string;
}

/** The API in this process, as the user whose page it is. Throws `Refused` for everything but a 2xx. */
export interface Api {
  read<T>(operation: Operation, schema: z.ZodType<T>, request?: ApiRequest): Promise<T>;
  act(operation: Operation, request: ApiRequest): Promise<unknown>;
  /** The answer as it comes. */
  open(operation: Operation, request: ApiRequest): Promise<Response>;
}

/** The API said no. */
export class Refused extends Error {
  override readonly name = 'Refused';
  readonly problem: Problem;
  readonly retryAfterSeconds: number;

  constructor(problem: Problem, retryAfterSeconds: number) {
    super(problem.detail);
    this.problem = problem;
    this.retryAfterSeconds = retryAfterSeconds;
  }
}

/** The API's app: it takes our word for who calls, which no request from outside can give. */
export type FetchApi = (request: Request, env: { caller: Caller }) => Response | Promise<Response>;

const scopes: Readonly<Record<Role, ApiKeyScope>> = { viewer: 'read', operator: 'operate', admin: 'admin' };

/** `declared`: what the page says that it uses; asking for anything else is a mistake in the page. */
export function createApi(
  fetchApi: FetchApi,
  { user, merchantId, declared }: { user: User; merchantId: string | null; declared: ReadonlySet<Operation> },
): Api {
  const open = async (operation: Operation, request: ApiRequest): Promise<Response> => {
    if (!declared.has(operation)) throw new TypeError(`the page does not declare that it uses ${operation}`);
    const [method = 'GET', path = ''] = operation.split(' ');
    const response = await fetchApi(
      new Request(`http://console.invalid${fillIn(path, request)}`, { method, ...toContent(request) }),
      { caller: { keyId: user.id, scopes: [scopes[user.role]], merchantId: request.merchantId ?? merchantId } },
    );
    if (response.ok) return response;
    throw new Refused(ProblemSchema.parse(await response.json()), Number(response.headers.get('retry-after') ?? 5));
  };
  const send = async (operation: Operation, request: ApiRequest): Promise<unknown> => {
    const text = await (await open(operation, request)).text();
    return text === '' ? null : JSON.parse(text);
  };
  return {
    read: async (operation, schema, request = {}) => schema.parse(await send(operation, request)),
    act: send,
    open,
  };
}

/** Headers and body, as `fetch` takes them. */
function toContent({ body, file, once, connectionId }: ApiRequest): RequestInit {
  const headers = new Headers();
  if (once !== undefined) headers.set('idempotency-key', once);
  if (connectionId !== undefined) headers.set('packline-connection', connectionId);
  if (file !== undefined) {
    headers.set('content-type', file.type);
    if (file.encoding !== undefined) headers.set('content-encoding', file.encoding);
    return { headers, body: file.bytes, duplex: 'half' };
  }
  if (body === undefined) return { headers };
  headers.set('content-type', 'application/json');
  return { headers, body: JSON.stringify(body) };
}

function fillIn(path: string, { params = {}, query = {} }: ApiRequest): string {
  const filled = path.replace(/:(\w+)/g, (_, name: string) => encodeURIComponent(params[name] ?? ''));
  const given = Object.entries(query).filter(
    (pair): pair is [string, string] => pair[1] !== undefined && pair[1] !== '',
  );
  return given.length === 0 ? filled : `${filled}?${new URLSearchParams(given).toString()}`;
}
