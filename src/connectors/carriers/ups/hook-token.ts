import { createHmac } from 'node:crypto';
import { isHmacOf, isSameText } from '../../../platform/hmac.ts';
import type { InboundRequest } from '../../webhook.ts';
import type { UpsSettings } from './settings.ts';

/** How long UPS may use a token before it has to ask for another. */
const lifeSeconds = 3_600;
const tokenPattern = /^(\d{1,12})\.([0-9a-f]{64})$/;

interface HookClient {
  id: string;
  secret: string;
}

/** What UPS knows us by; null until both are set. */
export const hookClientOf = ({ hookClientId: id, hookClientSecret: secret }: UpsSettings): HookClient | null =>
  id === undefined || secret === undefined ? null : { id, secret };

/** Signed instead of kept: any process can tell it, and a new secret ends all that are out. */
const contentOf = ({ id }: HookClient, expiresAt: string): string => `ups.hook-token\n${id}\n${expiresAt}`;

/** OAuth 2.0, client credentials (RFC 6749, 4.4): in the header or in the form. */
export function issueToken(
  { headers, body }: InboundRequest,
  settings: UpsSettings,
  nowMs: number,
): { status: 200 | 400 | 401; body: object } {
  const client = hookClientOf(settings);
  const form = new URLSearchParams(new TextDecoder().decode(body.subarray(0, 4_096)));
  if (form.get('grant_type') !== 'client_credentials')
    return { status: 400, body: { error: 'unsupported_grant_type' } };
  const basic = /^Basic ([A-Za-z0-9+/=]{1,4096})$/i.exec(headers['authorization'] ?? '')?.[1];
  const given =
    basic === undefined
      ? `${form.get('client_id') ?? ''}:${form.get('client_secret') ?? ''}`
      : Buffer.from(basic, 'base64').toString('utf8');
  if (client === null || !isSameText(given, `${client.id}:${client.secret}`)) {
    return { status: 401, body: { error: 'invalid_client' } };
  }
  const expiresAt = String(Math.floor(nowMs / 1_000) + lifeSeconds);
  const mac = createHmac('sha256', client.secret).update(contentOf(client, expiresAt)).digest('hex');
  return {
    status: 200,
    body: { access_token: `${expiresAt}.${mac}`, token_type: 'Bearer', expires_in: lifeSeconds },
  };
}

/** Null for a token of ours that is good still, or why it is none. */
export function refusalOfToken(authorization: string | undefined, client: HookClient, nowMs: number): string | null {
  const token = /^Bearer (.+)$/i.exec(authorization ?? '')?.[1];
  if (token === undefined) return 'token_missing';
  const [, expiresAt, signature] = tokenPattern.exec(token) ?? [];
  if (expiresAt === undefined || signature === undefined) return 'token_malformed';
  const content = [contentOf(client, expiresAt)];
  if (!isHmacOf({ secrets: [client.secret], content, signature, encoding: 'hex' })) return 'token_mismatch';
  return Number(expiresAt) * 1_000 <= nowMs ? 'token_expired' : null;
}
