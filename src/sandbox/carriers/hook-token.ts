import { Agent, request } from 'undici';

export interface HookTokens {
  /** The token that a subscriber's token URL gives for these credentials; null when it gives none. */
  get(at: { tokenUrl: string; clientId: string; clientSecret: string }): Promise<string | null>;
  stop(): void;
}

const timeoutMs = 5_000;
const marginMs = 60_000;

/** UPS: asks for a token before the first hook, and again shortly before it ends (OAuth 2.0, client credentials). */
export function createHookTokens(now: () => number, onAnswer: (status: number | null) => void): HookTokens {
  const agent = new Agent({ keepAliveTimeout: 1_000 });
  const held = new Map<string, { token: string; endsAt: number }>();

  async function ask(tokenUrl: string, basic: string): Promise<string | null> {
    try {
      const answer = await request(tokenUrl, {
        method: 'POST',
        headers: {
          authorization: `Basic ${basic}`,
          'content-type': 'application/x-www-form-urlencoded',
          'user-agent': 'UPSPubSubTrackingService',
        },
        body: 'grant_type=client_credentials',
        dispatcher: agent,
        headersTimeout: timeoutMs,
        bodyTimeout: timeoutMs,
      });
      onAnswer(answer.statusCode);
      const body: unknown = await answer.body.json().catch(() => null);
      if (answer.statusCode !== 200 || typeof body !== 'object' || body === null) return null;
      const [token, life] = [Reflect.get(body, 'access_token'), Reflect.get(body, 'expires_in')];
      if (typeof token !== 'string') return null;
      held.set(`${tokenUrl}\n${basic}`, { token, endsAt: now() + Number(life) * 1_000 - marginMs });
      return token;
    } catch {
      onAnswer(null);
      return null;
    }
  }

  return {
    async get({ tokenUrl, clientId, clientSecret }) {
      const basic = Buffer.from(`${clientId}:${clientSecret}`).toString('base64');
      const known = held.get(`${tokenUrl}\n${basic}`);
      return known !== undefined && now() < known.endsAt ? known.token : ask(tokenUrl, basic);
    },
    stop: () => void agent.destroy(),
  };
}
