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
} from '../../src/platform/signature.ts';
import vectors from '../fixtures/signature-vectors.json' with { type: 'json' };

interface Case {
  why: string;
  verdict: string;
  id?: string | null;
  idLength?: number;
  timestamp?: string | null;
  signature?: string | null;
  junkEntries?: number;
  body?: string;
  nowOffsetSeconds?: number;
}

const { secret } = vectors;
const vectorMs = Number(vectors.timestamp) * 1000;
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const base = { secrets: [secret], id: vectors.id, timestamp: vectors.timestamp, signature: vectors.signature };

/** The right signature by node:crypto alone. */
const mac = (id: string, timestamp: string, body: Uint8Array): string =>
  createHmac('sha256', Buffer.from(secret.slice(6), 'base64'))
    .update(`${id}.${timestamp}.`)
    .update(body)
    .digest('base64');

describe('verifying', () => {
  test.each<Case>(vectors.cases)('$why: $verdict', (row) => {
    const id = row.idLength === undefined ? (row.id === undefined ? vectors.id : row.id) : 'a'.repeat(row.idLength);
    const timestamp = row.timestamp === undefined ? vectors.timestamp : row.timestamp;
    const body = bytes(row.body ?? vectors.body);
    const junk = 'v1,AAAA '.repeat(row.junkEntries ?? 0);
    const header = row.signature === undefined ? `${junk}v1,{mac}` : row.signature;
    const verdict = verifyWebhook({
      secrets: [secret],
      id: id ?? undefined,
      timestamp: timestamp ?? undefined,
      signature: header?.replaceAll('{mac}', mac(id ?? '', timestamp ?? '', body)),
      body,
      nowMs: vectorMs + (row.nowOffsetSeconds ?? 0) * 1000,
    });
    expect(verdict).toEqual(row.verdict === 'ok' ? { ok: true, secretIndex: 0 } : { ok: false, reason: row.verdict });
  });

  test('a header of more than 4 KB is refused however few its entries are', () => {
    const signature = `v2,${'A'.repeat(4096)} ${vectors.signature}`;
    expect(verifyWebhook({ ...base, signature, body: bytes(vectors.body), nowMs: vectorMs })).toEqual({
      ok: false,
      reason: 'signature_malformed',
    });
  });

  test('while a rotation overlaps, either secret is believed and the verdict says which', () => {
    const added = makeWebhookSecret(Buffer.alloc(32, 1));
    const at = { ...base, body: bytes(vectors.body), nowMs: vectorMs };
    expect(verifyWebhook({ ...at, secrets: [added, secret] })).toEqual({ ok: true, secretIndex: 1 });
    expect(verifyWebhook({ ...at, secrets: [added] })).toEqual({ ok: false, reason: 'signature_mismatch' });
  });

  test('bodies that differ only in bytes that are no UTF-8 are different bodies', () => {
    const signed = Buffer.from([0x7b, 0xff, 0x7d]);
    const sent = Buffer.from([0x7b, 0xfe, 0x7d]);
    const signature = signWebhook(secret, vectors.id, Number(vectors.timestamp), signed);
    expect(verifyWebhook({ ...base, signature, body: signed, nowMs: vectorMs })).toMatchObject({ ok: true });
    expect(verifyWebhook({ ...base, signature, body: sent, nowMs: vectorMs })).toMatchObject({ ok: false });
  });

  test('without a secret nothing is believed', () => {
    expect(() => verifyWebhook({ ...base, secrets: [], body: bytes(vectors.body), nowMs: vectorMs })).toThrow(
      expect.objectContaining({ kind: 'misconfigured', code: 'signature.secret_missing' }),
    );
  });

  test('any change of one bit in the body is refused', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 300 }), fc.nat(), fc.nat(7), (body, at, bit) => {
        const signature = signWebhook(secret, vectors.id, Number(vectors.timestamp), body);
        const changed = body.map((byte, index) => (index === at % body.length ? byte ^ (1 << bit) : byte));
        expect(verifyWebhook({ ...base, signature, body, nowMs: vectorMs }).ok).toBe(true);
        expect(verifyWebhook({ ...base, signature, body: changed, nowMs: vectorMs }).ok).toBe(false);
      }),
    );
  });

  test('no header, whatever is in it, is an error of ours', () => {
    const text = fc.option(fc.string({ unit: 'binary' }), { nil: undefined });
    fc.assert(
      fc.property(text, text, text, fc.uint8Array(), (id, timestamp, signature, body) => {
        expect(verifyWebhook({ secrets: [secret], id, timestamp, signature, body, nowMs: vectorMs }).ok).toBe(false);
      }),
    );
  });
});

describe('signing', () => {
  test('gives the signature of the svix library', () => {
    expect(signWebhook(secret, vectors.id, Number(vectors.timestamp), vectors.body)).toBe(vectors.signature);
  });

  test.each(['a.b', '', 'ä', 'a'.repeat(129)])('refuses the id "%s", which strict receivers would refuse', (id) => {
    expect(() => signWebhook(secret, id, 1, 'x')).toThrow(expect.objectContaining({ code: 'signature.unsignable' }));
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
        const signature = new Webhook(ours).sign('evt_1', new Date(vectorMs), body);
        const webhook = { ...base, secrets: [ours], id: 'evt_1', signature, body: bytes(body), nowMs: vectorMs };
        expect(verifyWebhook(webhook)).toEqual({ ok: true, secretIndex: 0 });
      }),
    );
  });
});

describe('secrets', () => {
  test.each(vectors.invalidSecrets)('a secret is refused: $why', ({ secret: invalid }) => {
    expect(() => readSecret(invalid)).toThrow(
      expect.objectContaining({ kind: 'misconfigured', code: 'signature.secret_invalid' }),
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
