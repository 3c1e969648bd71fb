import type * as z from 'zod';
import { Failure } from '../../../domain/failure.ts';
import type { HttpReply } from '../../../platform/http.ts';
import type { ConnectorCall, ConnectorIo } from '../../io.ts';
import type { Token, Tokens } from '../../vendor/vtex/tokens.ts';
import { isExpired, makeFailure, readReply } from './errors.ts';
import type { VtexPickAndPackSettings } from './settings.ts';

type Request = Pick<ConnectorCall, 'operation' | 'method'> & {
  path: string;
  headers?: Record<string, string>;
  body?: unknown;
};

/** Where the two families of endpoints are, and how each wants the token. */
const families = {
  api: ({ apiBaseUrl, apiAuthorization }: VtexPickAndPackSettings) => ({ url: apiBaseUrl, style: apiAuthorization }),
  legacy: ({ legacyBaseUrl, legacyAuthorization }: VtexPickAndPackSettings) => ({
    url: legacyBaseUrl,
    style: legacyAuthorization,
  }),
};

/** Calls with a token. One that VTEX calls expired is replaced, and the call made once more: it was not let in before. */
export class Session {
  readonly #settings: VtexPickAndPackSettings;
  readonly #io: ConnectorIo;
  readonly #tokens: Tokens;

  constructor(settings: VtexPickAndPackSettings, io: ConnectorIo, tokens: Tokens) {
    this.#settings = settings;
    this.#io = io;
    this.#tokens = tokens;
  }

  /** @throws Failure those of `Tokens.get` and `readReply` */
  async send<T extends z.ZodType>(family: keyof typeof families, request: Request, schema: T): Promise<z.infer<T>> {
    const token = await this.#tokens.get(this.#settings, this.#io);
    let reply = await this.#call(family, request, token);
    if (isExpired(reply)) {
      this.#tokens.refuse(token);
      reply = await this.#call(family, request, await this.#tokens.get(this.#settings, this.#io));
    }
    try {
      return readReply(reply, schema, request.operation, this.#io.nowMs());
    } catch (error) {
      if (error instanceof Failure && error.kind === 'throttled') await this.#io.throttled(budget, error.retryAfterMs);
      throw error;
    }
  }

  #call(family: keyof typeof families, { path, headers, body, ...call }: Request, token: Token): Promise<HttpReply> {
    const { url, style } = families[family](this.#settings);
    return this.#io.call({
      ...call,
      budget,
      url: url + path,
      headers: {
        ...headers,
        // Both are marked as required, for reads too.
        accept: 'application/json',
        'content-type': 'application/json',
        authorization: style === 'bearer' ? `Bearer ${token.text}` : token.text,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  }
}

const budget = 'default';

/** One segment of a path. `.` and `..` cannot be one, escaped or not: URL parsers resolve them (WHATWG URL, 4.4). */
export function segment(id: string): string {
  if (id !== '' && id !== '.' && id !== '..' && id.isWellFormed()) return encodeURIComponent(id);
  const message = 'This id cannot be written in a URL, which is how VTEX takes it';
  throw makeFailure({ kind: 'rejected', code: 'id_unusable' }, message, {});
}
