import * as z from 'zod';
import { Failure, type FailureKind } from '../../../domain/failure.ts';
import { parseRetryAfter, type HttpReply } from '../../../platform/http.ts';
import { HeldTokens, type HeldToken } from '../../held-tokens.ts';
import type { ConnectorIo } from '../../io.ts';

/** How long a token is good that does not say so itself: the documented 15 minutes. */
const lifeDefaultMs = 15 * 60_000;
/** Given up this long before its end: calls that are under way have to arrive with it. */
const marginMs = 60_000;

const jwtPattern = /^[\w-]+\.[\w-]+\.[\w-]*$/;
const jwtCharsMax = 8_192;

/** `POST /token`: `{message, data}` (guides and OpenAPI) or the bare text (Last Mile document), as JSON or not. */
export const TokenReplySchema = z.union([z.object({ data: z.string() }).transform(({ data }) => data), z.string()]);

const TokenClaimsSchema = z.object({
  hostname: z.string().nullish().catch(null),
  iat: z.number().nullish().catch(null),
  exp: z.number().nullish().catch(null),
});

/** Whose token is wanted. `account`: the one that the key has to belong to. */
export interface TokenSource {
  authBaseUrl: string;
  apiKey: string;
  account: string;
}

/** A JWT. Its signature is VTEX's to check: it is our own credential, and nothing is believed because of it. */
export interface Token extends HeldToken {
  /** The account that the key belongs to; null where it does not say. */
  readonly account: string | null;
}

/**
 * The tokens that one of VTEX's Pick and Pack systems takes, of this process, one for each key and auth host. Never written
 * down, and never in a message. Failures bear the system's name.
 */
export class Tokens {
  readonly #system: string;
  readonly #held = new HeldTokens<Token>();

  constructor(system: string) {
    this.#system = system;
  }

  /**
   * A token that is good for a while; calls at the same time wait for one and the same.
   * @throws Failure `misconfigured` `<system>.key_refused` or `<system>.account_mismatch`; `transient`
   * `<system>.auth_unavailable` or `<system>.unreadable_reply`; `throttled`; those of `io.call`
   */
  async get(settings: TokenSource, io: ConnectorIo): Promise<Token> {
    const token = await this.#held.get(
      [settings.authBaseUrl, settings.apiKey],
      () => io.nowMs(),
      () => fetchToken(this.#system, settings, io),
    );
    if (token.account === null || token.account.toLowerCase() === settings.account) return token;
    const detail = { account: settings.account, accountOfKey: token.account };
    const message = 'The API key belongs to another VTEX account than the settings name';
    throw makeFailure(this.#system, { kind: 'misconfigured', code: 'account_mismatch' }, message, detail);
  }

  /** VTEX would not have it any more, whatever it says of itself. */
  refuse(token: Token): void {
    this.#held.refuse(token);
  }
}

/** `POST /token`. */
async function fetchToken(system: string, { authBaseUrl, apiKey }: TokenSource, io: ConnectorIo): Promise<Token> {
  const budget = 'default';
  const reply = await io.call({
    operation: 'token.create',
    budget,
    method: 'POST',
    url: `${authBaseUrl}/token`,
    headers: { accept: 'application/json', 'content-type': 'application/json' },
    body: JSON.stringify({ apiKey }),
    replyBytesMax: 65_536,
  });
  const text = reply.status >= 200 && reply.status <= 299 ? readJwt(reply) : undefined;
  if (text !== undefined) return toToken(text, io.nowMs());
  const failure = toFailure(system, reply, io.nowMs());
  if (failure.kind === 'throttled') await io.throttled(budget, failure.retryAfterMs);
  throw failure;
}

function readJwt(reply: HttpReply): string | undefined {
  const body = reply.text().trim();
  const text = TokenReplySchema.safeParse(parseJson(body) ?? body).data ?? '';
  return jwtPattern.test(text) && text.length <= jwtCharsMax ? text : undefined;
}

/** By its claims, or by how long it is to live where the two clocks do not agree. */
function toToken(text: string, nowMs: number): Token {
  const payload = Buffer.from(text.split('.')[1] ?? '', 'base64url').toString('utf8');
  const { hostname, iat, exp } = TokenClaimsSchema.safeParse(parseJson(payload)).data ?? {};
  const leftMs = exp == null ? lifeDefaultMs : exp * 1_000 - nowMs;
  const lifeMs = exp == null || iat == null ? leftMs : (exp - iat) * 1_000;
  const goodMs = leftMs > 0 && leftMs <= lifeMs ? leftMs : lifeMs;
  return { text, account: hostname ?? null, staleAtMs: nowMs + goodMs - marginMs };
}

/** Documented: 400, 401, 404 and 500. */
function toFailure(system: string, reply: HttpReply, nowMs: number): Failure {
  const { status } = reply;
  const detail = { operation: 'token.create', status };
  const retryAfterMs = parseRetryAfter(reply.headers, nowMs);
  if (status === 429)
    return makeFailure(system, { kind: 'throttled', code: 'throttled', retryAfterMs }, slowDown, detail);
  if (status >= 500)
    return makeFailure(system, { kind: 'transient', code: 'auth_unavailable', retryAfterMs }, away, detail);
  const isTheirs = typeof parseJson(reply.text()) === 'object';
  if (status === 400 || status === 401 || status === 403 || (status === 404 && isTheirs)) {
    return makeFailure(system, { kind: 'misconfigured', code: 'key_refused' }, refused, detail);
  }
  return makeFailure(system, { kind: 'transient', code: 'unreadable_reply' }, 'The reply holds no token', detail);
}

const slowDown = 'VTEX wants fewer calls for tokens';
const away = 'VTEX gives no tokens at present';
const refused = 'VTEX refused the API key';

function makeFailure(
  system: string,
  { kind, code, retryAfterMs }: { kind: FailureKind; code: string; retryAfterMs?: number | undefined },
  message: string,
  detail: Record<string, unknown>,
): Failure {
  return new Failure(kind, `${system}.${code}`, message, {
    detail,
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  });
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
