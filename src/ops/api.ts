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
  /** Another merchant than that of the page; for pages about all of them. */
  merchantId?: string;
  /** The same one twice is one act (`Idempotency-Key`). */
  once?: string;
}

/** The API in this process, as the user whose page it is. Throws `Refused` for everything but a 2xx. */
export interface Api {
  read<T>(operation: Operation, schema: z.ZodType<T>, request?: ApiRequest): Promise<T>;
  act(operation: Operation, request: ApiRequest): Promise<unknown>;
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
  const send = async (operation: Operation, request: ApiRequest): Promise<unknown> => {
    if (!declared.has(operation)) throw new TypeError(`the page does not declare that it uses ${operation}`);
    const { body, once } = request;
    const [method = 'GET', path = ''] = operation.split(' ');
    const response = await fetchApi(
      new Request(`http://console.invalid${fillIn(path, request)}`, {
        method,
        headers: {
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          ...(once === undefined ? {} : { 'idempotency-key': once }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      }),
      { caller: { keyId: user.id, scopes: [scopes[user.role]], merchantId: request.merchantId ?? merchantId } },
    );
    const text = await response.text();
    const json: unknown = text === '' ? null : JSON.parse(text);
    if (response.ok) return json;
    throw new Refused(ProblemSchema.parse(json), Number(response.headers.get('retry-after') ?? 5));
  };
  return {
    read: async (operation, schema, request = {}) => schema.parse(await send(operation, request)),
    act: send,
  };
}

function fillIn(path: string, { params = {}, query = {} }: ApiRequest): string {
  const filled = path.replace(/:(\w+)/g, (_, name: string) => encodeURIComponent(params[name] ?? ''));
  const given = Object.entries(query).filter(
    (pair): pair is [string, string] => pair[1] !== undefined && pair[1] !== '',
  );
  return given.length === 0 ? filled : `${filled}?${new URLSearchParams(given).toString()}`;
}
