import { createHmac } from 'node:crypto';
import * as fc from 'fast-check';
import { Webhook } from 'standardwebhooks';
import { describe, expect, test } from 'vitest';
import {
  generateWebhookSecret,
  makeWebhookSecret,
  readSecret,
  signWebhook,
  verifyWebhook,
  type WebhookToVerify,
} from '../../src/platform/signature.ts';
import { signatures as vectors, type StandardWebhooksRow } from '../vectors/vectors.ts';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
/** A row as its receiver has it. */
const received = ({ input }: StandardWebhooksRow): WebhookToVerify => ({
  secrets: input.secrets,
  id: input.headers['webhook-id'],
  timestamp: input.headers['webhook-timestamp'],
  signature: input.headers['webhook-signature'],
  body: Buffer.from(input.bodyBase64, 'base64'),
  nowMs: input.nowSeconds * 1000,
});
const [right = expect.fail('there are no vectors')] = vectors.standardWebhooks;
const base = received(right);
const [secret = ''] = base.secrets;
const { id = '', timestamp = '', signature: rightSignature, nowMs } = base;

/** The right signature by node:crypto alone. */
const mac = (of: string, webhook: WebhookToVerify): string =>
  createHmac('sha256', Buffer.from(of.slice(6), 'base64'))
    .update(`${webhook.id}.${webhook.timestamp}.`)
    .update(webhook.body)
    .digest('base64');

describe('verifying', () => {
  test.each(vectors.standardWebhooks)('$id $what: $wanted.verdict', (row) => {
    const { wanted } = row;
    expect(verifyWebhook(received(row))).toEqual(
      wanted.verdict === 'accepted'
        ? { ok: true, secretIndex: wanted.secretIndex }
        : { ok: false, reason: wanted.code },
    );
  });

  test.each(vectors.standardWebhooks)('$id is right or wrong as it says, by node:crypto', (row) => {
    const webhook = received(row);
    const entries = webhook.signature?.split(' ') ?? [];
    const signs = (of: string): boolean => entries.includes(`v1,${mac(of, webhook)}`);
    if (row.wanted.verdict === 'accepted') expect(webhook.secrets.findIndex(signs)).toBe(row.wanted.secretIndex);
    else if (row.wanted.code === 'signature_mismatch') expect(webhook.secrets.some(signs)).toBe(false);
  });

  test('without a secret nothing is believed', () => {
    expect(() => verifyWebhook({ ...base, secrets: [] })).toThrow(
      expect.objectContaining({ kind: 'misconfigured', code: 'signature.secret_missing' }),
    );
  });

  test('any change of one bit in the body is refused', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 300 }), fc.nat(), fc.nat(7), (body, at, bit) => {
        const signature = signWebhook(secret, id, Number(timestamp), body);
        const changed = body.map((byte, index) => (index === at % body.length ? byte ^ (1 << bit) : byte));
        expect(verifyWebhook({ ...base, signature, body }).ok).toBe(true);
        expect(verifyWebhook({ ...base, signature, body: changed }).ok).toBe(false);
      }),
    );
  });

  test('no header, whatever is in it, is an error of ours', () => {
    const text = fc.option(fc.string({ unit: 'binary' }), { nil: undefined });
    fc.assert(
      fc.property(text, text, text, fc.uint8Array(), (anyId, anyTimestamp, signature, body) => {
        const webhook = { secrets: [secret], id: anyId, timestamp: anyTimestamp, signature, body, nowMs };
        expect(verifyWebhook(webhook).ok).toBe(false);
      }),
    );
  });
});

describe('signing', () => {
  test('gives the signature of the svix library', () => {
    expect(signWebhook(secret, id, Number(timestamp), base.body)).toBe(rightSignature);
  });

  test.each(['a.b', '', 'ä', 'a'.repeat(129)])('refuses the id "%s", which strict receivers would refuse', (bad) => {
    expect(() => signWebhook(secret, bad, 1, 'x')).toThrow(expect.objectContaining({ code: 'signature.unsignable' }));
  });

  test.each([-1, 1.5, Number.NaN, 1e21])('refuses the time %s', (seconds) => {
    expect(() => signWebhook(secret, 'a', seconds, 'x')).toThrow(
      expect.objectContaining({ code: 'signature.unsignable' }),
    );
  });
});

describe('together with the standardwebhooks library', () => {
  const key = fc.uint8Array({ minLength: 24, maxLength: 64 });

  test('it believes what we sign', () => {
    fc.assert(
      fc.property(key, fc.json(), (random, body) => {
        const ours = makeWebhookSecret(random);
        const seconds = Math.floor(Date.now() / 1000);
        const headers = {
          'webhook-id': 'evt_1',
          'webhook-timestamp': String(seconds),
          'webhook-signature': signWebhook(ours, 'evt_1', seconds, body),
        };
        expect(new Webhook(ours).verify(body, headers)).toEqual(JSON.parse(body));
      }),
    );
  });

  test('we believe what it signs', () => {
    fc.assert(
      fc.property(key, fc.json(), (random, body) => {
        const ours = makeWebhookSecret(random);
        const signature = new Webhook(ours).sign('evt_1', new Date(nowMs), body);
        const webhook = { ...base, secrets: [ours], id: 'evt_1', signature, body: bytes(body) };
        expect(verifyWebhook(webhook)).toEqual({ ok: true, secretIndex: 0 });
      }),
    );
  });
});

describe('secrets', () => {
  test.each(vectors.secrets)('$id $what: $wanted.verdict', ({ input, wanted }) => {
    if (wanted.verdict === 'accepted') expect(readSecret(input.secret)).toBeInstanceOf(Uint8Array);
    else
      expect(() => readSecret(input.secret)).toThrow(
        expect.objectContaining({ kind: 'misconfigured', code: wanted.code }),
      );
  });

  test('what is made of random bytes reads back as those bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 24, maxLength: 64 }), (random) => {
        expect(Buffer.from(readSecret(makeWebhookSecret(random)))).toEqual(Buffer.from(random));
      }),
    );
  });

  test('a generated secret holds 32 bytes and is never the same', () => {
    const secrets = new Set(Array.from({ length: 100 }, generateWebhookSecret));
    expect(secrets.size).toBe(100);
    for (const generated of secrets) expect(readSecret(generated)).toHaveLength(32);
  });

  test.each([0, 23, 65])('%d bytes make no secret', (length) => {
    expect(() => makeWebhookSecret(new Uint8Array(length))).toThrow(
      expect.objectContaining({ code: 'signature.secret_invalid' }),
    );
  });

  test('a refusal does not repeat the secret', () => {
    expect(() => readSecret('hunter2hunter2hunter2')).toThrow(
      expect.not.objectContaining({ message: expect.stringContaining('hunter2') }),
    );
  });
});
