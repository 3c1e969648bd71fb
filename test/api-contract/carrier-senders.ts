import { createHmac, generateKeyPairSync, randomBytes, sign } from 'node:crypto';
import type { Clock } from '../../src/platform/clock.ts';

/** How a partner's hooks are made, and what proves them. `make` gives a secret of its own to each merchant. */
export interface Sender {
  body: string;
  make: () => {
    settings: Record<string, unknown>;
    prove: (body: string, id: string) => Record<string, string>;
  };
}

const newKey = (): string => randomBytes(24).toString('base64url');

/** The carriers that push. */
export function makeCarrierSenders(clock: Clock): Readonly<Record<string, Sender>> {
  const byHmac =
    (
      headers: (mac: (content: string, encoding: 'hex' | 'base64') => string, body: string) => Record<string, string>,
      settings: Record<string, unknown>,
    ): Sender['make'] =>
    // prettier-ignore
    () => {
      const webhookSecret = newKey();
      const mac = (content: string, encoding: 'hex' | 'base64') => createHmac('sha256', webhookSecret).update(content).digest(encoding); // prettier-ignore
      return { settings: { ...settings, webhookSecret }, prove: (body) => headers(mac, body) };
    };
  const seconds = (): number => Math.floor(clock.now() / 1_000);
  return {
    easypost: {
      body: JSON.stringify({ id: 'evt_1', description: 'batch.created', result: {} }),
      make: byHmac((mac, body) => ({ 'x-hmac-signature': `hmac-sha256-hex=${mac(body, 'hex')}` }), { apiKey: 'key' }),
    },
    aftership: {
      body: JSON.stringify({ event: 'other', event_id: 'evt_1' }),
      make: byHmac((mac, body) => ({ 'aftership-hmac-sha256': mac(body, 'base64') }), { apiKey: 'key' }),
    },
    shippo: {
      body: JSON.stringify({ event: 'other' }),
      make: byHmac(
        (mac, body) => ({ 'shippo-auth-signature': `t=${seconds()},v1=${mac(`${seconds()}.${body}`, 'hex')}` }),
        { apiKey: 'key' },
      ),
    },
    fedex: {
      body: JSON.stringify({ completeTrackResults: [] }),
      make: byHmac((mac, body) => ({ 'fdx-signature': mac(body, 'base64') }), {
        clientId: 'id',
        clientSecret: 'secret',
      }),
    },
    'generic-carrier': {
      body: JSON.stringify({ ref: 'N1', code: 'DONE' }),
      make: byHmac((mac, body) => ({ 'x-signature': mac(body, 'hex') }), {
        baseUrl: 'https://courier.example',
        statuses: { DONE: 'DELIVERED' },
        webhook: { signature: { scheme: 'hmac', header: 'x-signature' }, number: 'ref', event: { code: 'code' } },
      }),
    },
    shipengine: {
      body: JSON.stringify({ resource_type: 'OTHER' }),
      make: () => {
        const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
        const { n, e } = publicKey.export({ format: 'jwk' });
        const prove = (body: string) => {
          const time = new Date(clock.now()).toISOString();
          const signature = sign('RSA-SHA256', Buffer.from(`${time}.${body}`), privateKey).toString('base64');
          return {
            'x-shipengine-rsa-sha256-key-id': 'key-1',
            'x-shipengine-rsa-sha256-signature': signature,
            'x-shipengine-timestamp': time,
          };
        };
        return { settings: { apiKey: 'key', webhookKeys: [{ kid: 'key-1', n, e }] }, prove };
      },
    },
    ups: {
      body: JSON.stringify({ trackingNumber: '1Z999AA10123456784', activityStatus: { type: 'I', code: 'DP' } }),
      make: () => {
        const client = { hookClientId: newKey(), hookClientSecret: newKey() };
        // As the token URL would have answered (connectors/carriers/ups/hook-token.ts); that it does is tested there.
        const prove = () => {
          const until = String(seconds() + 3_600);
          const content = `ups.hook-token\n${client.hookClientId}\n${until}`;
          const mac = createHmac('sha256', client.hookClientSecret).update(content).digest('hex');
          return { authorization: `Bearer ${until}.${mac}`, 'x-api-key': client.hookClientId };
        };
        return { settings: { clientId: 'id', clientSecret: 'secret', ...client }, prove };
      },
    },
  };
}
