import { createHmac, generateKeyPairSync, randomUUID, sign } from 'node:crypto';
import { inUtc } from './carrier-time.ts';

/** What a signature is made from. */
export interface HookToSign {
  body: string;
  url: string;
  secret: string;
  nowMs: number;
}
type Headers = Record<string, string>;

const hmac = (encoding: 'hex' | 'base64', secret: string, ...content: string[]): string =>
  content.reduce((mac, piece) => mac.update(piece), createHmac('sha256', secret)).digest(encoding);

/** How each carrier's hooks are signed. UPS's are not: they bear a token (hook-token.ts). */
export const signatures: Readonly<Record<string, (hook: HookToSign) => Headers>> = {
  // Weights are signed as floats, however they are printed.
  easypost: ({ body, secret }) => ({
    'x-hmac-signature': `hmac-sha256-hex=${hmac('hex', secret.normalize('NFKD'), body.replace(/("weight":)(\d+)(?=[,}])/g, '$1$2.0'))}`, // prettier-ignore
  }),
  'easypost-v2': ({ body, secret, url, nowMs }) => {
    const [time, path] = [inUtc(nowMs), new URL(url).pathname];
    const signature = hmac('hex', secret.normalize('NFKD'), time, 'POST', path, body);
    return { 'x-timestamp': time, 'x-path': path, 'x-hmac-signature-v2': `hmac-sha256-hex=${signature}` };
  },
  aftership: ({ body, secret }) => ({
    'aftership-hmac-sha256': hmac('base64', secret, body),
    'as-webhook-version': '2026-07',
  }),
  shippo: ({ body, secret, nowMs }) => {
    const seconds = String(Math.floor(nowMs / 1_000));
    return { 'shippo-auth-signature': `t=${seconds},v1=${hmac('hex', secret, `${seconds}.`, body)}` };
  },
  fedex: ({ body, secret }) => ({ 'fdx-signature': hmac('base64', secret, body) }),
  demo: ({ body, secret, nowMs }) => {
    const seconds = String(Math.floor(nowMs / 1_000));
    return { 'x-demo-time': seconds, 'x-demo-signature': hmac('hex', secret, `${seconds}.`, body) };
  },
};

export interface RsaSigner {
  headers(hook: HookToSign): Headers;
  /** Its public keys, as `GET /jwks` lists them: the one before, too, as long as hooks of it may be under way. */
  jwks(): { keys: object[] };
  rotate(): void;
}

/** ShipEngine's: RSA-SHA256 over time and body, by a key of a published list. */
export function createRsaSigner(): RsaSigner {
  // Made when they are needed: a key takes long to make.
  let keys: ReturnType<typeof makeKey>[] = [];
  const current = (): ReturnType<typeof makeKey> => {
    const [key] = keys;
    if (key !== undefined) return key;
    const made = makeKey();
    keys = [made];
    return made;
  };
  return {
    headers({ body, nowMs }) {
      const { kid, privateKey } = current();
      const time = inUtc(nowMs);
      return {
        'x-shipengine-rsa-sha256-key-id': kid,
        'x-shipengine-timestamp': time,
        'x-shipengine-rsa-sha256-signature': sign('RSA-SHA256', Buffer.from(`${time}.${body}`), privateKey).toString('base64'), // prettier-ignore
      };
    },
    jwks() {
      current();
      return { keys: keys.map(({ kid, publicKey }) => ({ ...publicKey.export({ format: 'jwk' }), kid, use: 'sig' })) };
    },
    rotate() {
      keys = [makeKey(), current()];
    },
  };
}

const makeKey = () => ({ kid: randomUUID(), ...generateKeyPairSync('rsa', { modulusLength: 2_048 }) });
