import {
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  sign,
  verify,
  type JsonWebKey,
  type KeyObject,
} from 'node:crypto';
import { Failure } from '../domain/failure.ts';
import { readSigned, signedPrefix, type ReceivedWebhook, type SignatureVerdict } from './signature.ts';

/**
 * Standard Webhooks 1.0.0 signatures, asymmetric (`v1a`, Ed25519): the same signed content as `v1`, under a key that only the
 * sender has. Keys are written as the specification writes them, `whsk_` and `whpk_` with base64 of 32 bytes.
 */
const privatePrefix = 'whsk_';
const publicPrefix = 'whpk_';
const keyPattern = /^wh[sp]k_[A-Za-z0-9+/]{43}=$/;

interface KeyPair {
  privateKey: string;
  publicKey: string;
}

/** A new private key, and the public one that subscribers verify with. */
export function generateSigningKey(): KeyPair {
  const { d = '', x = '' } = generateKeyPairSync('ed25519').privateKey.export({ format: 'jwk' });
  return { privateKey: privatePrefix + toBase64(d), publicKey: publicPrefix + toBase64(x) };
}

const toBase64 = (base64url: string): string => Buffer.from(base64url, 'base64url').toString('base64');
const toBase64url = (key: string): string => Buffer.from(key.slice(5), 'base64').toString('base64url');

/** Making a key of its text takes as long as signing with it. */
const made = new WeakMap<KeyPair, KeyObject>();

/** One entry of the signature header: `v1a,<base64>`. */
export function signAsymmetric(pair: KeyPair, id: string, timestampSeconds: number, body: string | Uint8Array): string {
  const key = made.get(pair) ?? createPrivateKey({ key: toJwk(pair.publicKey, pair.privateKey), format: 'jwk' });
  made.set(pair, key);
  return `v1a,${sign(null, signedContent(signedPrefix(id, timestampSeconds), body), key).toString('base64')}`;
}

/**
 * Whether one of the public keys' owners signed exactly these bytes under this id, recently.
 * @throws Failure `misconfigured` `signature.secret_missing` or `signature.public_key_invalid`
 */
export function verifyAsymmetric(webhook: ReceivedWebhook & { publicKeys: readonly string[] }): SignatureVerdict {
  if (webhook.publicKeys.length === 0) {
    throw new Failure('misconfigured', 'signature.secret_missing', 'No public key is set');
  }
  const keys = webhook.publicKeys.map(readPublicKey);
  const read = readSigned(webhook, 'v1a');
  if (!read.ok) return read;
  const content = signedContent(read.prefix, webhook.body);
  const secretIndex = keys.findIndex((key) =>
    read.candidates.some((one) => {
      const signature = Buffer.from(one.toString(), 'base64');
      // One spelling only: decoding would make several of one signature pass.
      return signature.toString('base64') === one.toString() && verify(null, content, key, signature);
    }),
  );
  return secretIndex === -1 ? { ok: false, reason: 'signature_mismatch' } : { ok: true, secretIndex };
}

function readPublicKey(text: string): KeyObject {
  if (!text.startsWith(publicPrefix) || !keyPattern.test(text)) {
    throw new Failure('misconfigured', 'signature.public_key_invalid', 'A public key is not "whpk_" and 32 bytes');
  }
  return createPublicKey({ key: toJwk(text), format: 'jwk' });
}

const toJwk = (publicKey: string, privateKey?: string): JsonWebKey => ({
  kty: 'OKP',
  crv: 'Ed25519',
  x: toBase64url(publicKey),
  ...(privateKey === undefined ? {} : { d: toBase64url(privateKey) }),
});

const signedContent = (prefix: string, body: string | Uint8Array): Buffer =>
  Buffer.concat([Buffer.from(prefix), Buffer.from(body)]);
