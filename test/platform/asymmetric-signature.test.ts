import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { generateSigningKey, signAsymmetric, verifyAsymmetric } from '../../src/platform/asymmetric-signature.ts';
import { signatures as vectors } from '../vectors/vectors.ts';

const pair = generateSigningKey();
const nowMs = Date.parse('2026-01-15T00:00:00Z');
const seconds = nowMs / 1_000;
const body = Buffer.from('{"a":1}');
const received = (signature: string) => ({ id: 'evt_1', timestamp: String(seconds), signature, body, nowMs });
const signature = signAsymmetric(pair, 'evt_1', seconds, body);

describe('verifying', () => {
  test.each(vectors.standardWebhooksEd25519)('$id $what: $wanted.verdict', ({ input, wanted }) => {
    const webhook = {
      publicKeys: input.publicKeys,
      id: input.headers['webhook-id'],
      timestamp: input.headers['webhook-timestamp'],
      signature: input.headers['webhook-signature'],
      body: Buffer.from(input.bodyBase64, 'base64'),
      nowMs: input.nowSeconds * 1_000,
    };
    expect(verifyAsymmetric(webhook)).toEqual(
      wanted.verdict === 'accepted'
        ? { ok: true, secretIndex: wanted.secretIndex }
        : { ok: false, reason: wanted.code },
    );
  });
});

describe('an Ed25519 signature', () => {
  test('is believed with the public key alone, and by no other', () => {
    expect(signature).toMatch(/^v1a,[A-Za-z0-9+/]{86}==$/);
    expect(pair.publicKey).toMatch(/^whpk_[A-Za-z0-9+/]{43}=$/);
    const { publicKey: other } = generateSigningKey();
    expect(verifyAsymmetric({ ...received(signature), publicKeys: [pair.publicKey] })).toEqual({
      ok: true,
      secretIndex: 0,
    });
    expect(verifyAsymmetric({ ...received(signature), publicKeys: [other, pair.publicKey] })).toEqual({
      ok: true,
      secretIndex: 1,
    });
    expect(verifyAsymmetric({ ...received(signature), publicKeys: [other] })).toEqual({
      ok: false,
      reason: 'signature_mismatch',
    });
  });

  test('is the same key after a round through its text, with any key and any body', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        const fresh = generateSigningKey();
        const signed = { ...received(signAsymmetric(fresh, 'evt_1', seconds, bytes)), body: bytes };
        expect(verifyAsymmetric({ ...signed, publicKeys: [fresh.publicKey] }).ok).toBe(true);
        const changed = { ...signed, body: Buffer.concat([bytes, Buffer.from('\n')]) };
        expect(verifyAsymmetric({ ...changed, publicKeys: [fresh.publicKey] }).ok).toBe(false);
      }),
      { numRuns: 30 },
    );
  });

  test.each([
    ['of another time', { timestamp: String(seconds + 1) }, 'signature_mismatch'],
    ['of another id', { id: 'evt_2' }, 'signature_mismatch'],
    ['that is too old', { nowMs: nowMs + 301_000 }, 'timestamp_too_old'],
    ['in the symmetric scheme', { signature: signature.replace('v1a', 'v1') }, 'signature_unsupported'],
    ['in another spelling', { signature: signature.replace('==', '') }, 'signature_mismatch'],
    ['cut short', { signature: 'v1a,AAAA' }, 'signature_mismatch'],
  ])('%s is refused', (_how, change, reason) => {
    const webhook = { ...received(signature), ...change, publicKeys: [pair.publicKey] };
    expect(verifyAsymmetric(webhook)).toEqual({ ok: false, reason });
  });

  test.each(['', 'whpk_', 'whpk_AAAA', `whsk_${pair.publicKey.slice(5)}`, pair.publicKey.slice(5)])(
    'is not tried with %j, which is no public key',
    (publicKey) => {
      expect(() => verifyAsymmetric({ ...received(signature), publicKeys: [publicKey] })).toThrow(
        expect.objectContaining({ code: 'signature.public_key_invalid' }),
      );
      expect(() => verifyAsymmetric({ ...received(signature), publicKeys: [] })).toThrow(
        expect.objectContaining({ code: 'signature.secret_missing' }),
      );
    },
  );
});
