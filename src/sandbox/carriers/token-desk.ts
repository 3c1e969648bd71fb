import { randomUUID } from 'node:crypto';

/** Tokens for credentials (OAuth 2.0, client credentials), as a carrier gives them out. */
export interface TokenDesk {
  /** What a request with this form and this header is answered. */
  answer(form: string, authorization: string | undefined): Response;
  isGood(authorization: string | undefined): boolean;
  /** Everything given out so far is good for nothing from now on. */
  expireAll(): void;
  given(): number;
}

export const demoClient = { clientId: 'demo_client', clientSecret: 'demo_secret' } as const;

export function createTokenDesk(now: () => number, lifeSeconds: number): TokenDesk {
  const tokens = new Map<string, number>();
  let given = 0;
  return {
    answer(text, authorization) {
      const form = new URLSearchParams(text);
      if (form.get('grant_type') !== 'client_credentials') {
        return Response.json({ error: 'unsupported_grant_type' }, { status: 400 });
      }
      const basic = /^Basic (\S+)$/.exec(authorization ?? '')?.[1];
      const credentials =
        basic === undefined
          ? `${form.get('client_id') ?? ''}:${form.get('client_secret') ?? ''}`
          : Buffer.from(basic, 'base64').toString('utf8');
      if (credentials !== `${demoClient.clientId}:${demoClient.clientSecret}`) {
        return Response.json({ error: 'invalid_client' }, { status: 401 });
      }
      const token = randomUUID();
      given += 1;
      tokens.set(token, now() + lifeSeconds * 1_000);
      return Response.json({ access_token: token, token_type: 'bearer', expires_in: lifeSeconds });
    },
    isGood: (authorization) => now() < (tokens.get(/^Bearer (\S+)$/.exec(authorization ?? '')?.[1] ?? '') ?? 0),
    expireAll: () => tokens.clear(),
    given: () => given,
  };
}
