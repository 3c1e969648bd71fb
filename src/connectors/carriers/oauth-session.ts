import * as z from 'zod';
import { Failure } from '../../domain/failure.ts';
import { HeldTokens, type HeldToken } from '../held-tokens.ts';
import type { ConnectorIo } from '../io.ts';
import { exchange, type CarrierCall, type CarrierName, type Judge } from './exchange.ts';
import { HeaderText } from './setting-values.ts';

/** Credentials of one application at a carrier (OAuth 2.0, client credentials: RFC 6749, 4.4). */
export interface OAuthClient {
  carrier: CarrierName;
  tokenUrl: string;
  clientId: string;
  clientSecret: string;
  /** Where the carrier wants them: in the header, or in the form. */
  credentials: 'basic' | 'form';
  scope?: string;
}

const TokenReplySchema = z.object({
  access_token: HeaderText.max(8_192),
  /** Seconds; some write it as text. */
  expires_in: z.coerce.number().positive().max(31_536_000).catch(1_800),
});

/** Given up this long before its end: calls that are under way have to arrive with it. */
const marginMs = 60_000;

const tokens = new HeldTokens();

const tokenOf = (client: OAuthClient, io: ConnectorIo): Promise<HeldToken> =>
  tokens.get(
    [client.tokenUrl, client.clientId, client.clientSecret],
    () => io.nowMs(),
    () => fetchToken(client, io),
  );

/** Out of the same budget as all calls: carriers count it there. */
async function fetchToken(client: OAuthClient, io: ConnectorIo): Promise<HeldToken> {
  const { carrier, tokenUrl, clientId, clientSecret, credentials, scope } = client;
  const form = new URLSearchParams({
    grant_type: 'client_credentials',
    ...(credentials === 'form' ? { client_id: clientId, client_secret: clientSecret } : {}),
    ...(scope === undefined ? {} : { scope }),
  });
  const basic = `Basic ${Buffer.from(`${clientId}:${clientSecret}`).toString('base64')}`;
  const headers = {
    'content-type': 'application/x-www-form-urlencoded',
    ...(credentials === 'basic' ? { authorization: basic } : {}),
  };
  const call = { operation: 'token.create', method: 'POST', url: tokenUrl, headers, body: form.toString() } as const;
  const reply = await exchange(io, carrier, call, TokenReplySchema, isRefusal);
  const lifeMs = reply.expires_in * 1_000;
  return { text: reply.access_token, staleAtMs: io.nowMs() + Math.max(lifeMs - marginMs, lifeMs / 2) };
}

/** `invalid_client` is a 400 or a 401 (RFC 6749, 5.2). */
const isRefusal: Judge = ({ status, body }) =>
  (status === 400 || status === 401 || status === 403) && body !== undefined
    ? { kind: 'misconfigured', code: 'key_refused' }
    : undefined;

/** Calls with a token. One that the carrier refuses is replaced, and the call made once more: it was not let in before. */
export class OAuthSession {
  readonly #client: OAuthClient;
  readonly #io: ConnectorIo;

  constructor(client: OAuthClient, io: ConnectorIo) {
    this.#client = client;
    this.#io = io;
  }

  /** @throws Failure those of `exchange`; `misconfigured` `<carrier>.key_refused` where a fresh token is refused, too */
  async send<T extends z.ZodType>(call: CarrierCall, schema: T, judge?: Judge): Promise<z.infer<T>> {
    const token = await tokenOf(this.#client, this.#io);
    try {
      return await this.#call(call, token, schema, judge);
    } catch (error) {
      if (!(error instanceof Failure && error.detail['status'] === 401)) throw error;
      tokens.refuse(token);
      return this.#call(call, await tokenOf(this.#client, this.#io), schema, judge);
    }
  }

  /** Checks the credentials now. */
  async test(): Promise<void> {
    await tokenOf(this.#client, this.#io);
  }

  #call<T extends z.ZodType>(
    { headers, ...call }: CarrierCall,
    { text }: HeldToken,
    schema: T,
    judge?: Judge,
  ): Promise<z.infer<T>> {
    const sent = { ...headers, authorization: `Bearer ${text}` };
    return exchange(this.#io, this.#client.carrier, { ...call, headers: sent }, schema, judge);
  }
}
