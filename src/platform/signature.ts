import { createHmac, createSecretKey, randomBytes, timingSafeEqual, type KeyObject } from 'node:crypto';
import type { SignatureScheme } from '../domain/endpoint.ts';
import { Failure } from '../domain/failure.ts';
import { rememberByText } from './remember.ts';

/**
 * Standard Webhooks 1.0.0 signatures, symmetric (`v1`, HMAC-SHA256), which is also the scheme of Svix and so of Nash:
 * the signed content is `<id>.<timestamp>.<raw body>`, the header a space-separated list of `<version>,<base64>`.
 * Source: Standard Webhooks specification, "Signature scheme" and "Webhook headers".
 *
 * Stricter than the reference library on purpose: that one takes `1767225600abc` for a time, any number of
 * signatures, one-byte secrets, and hashes bodies as text, where every invalid UTF-8 sequence becomes the same U+FFFD.
 */
const secretPrefix = 'whsec_';
const secretBytesMin = 24;
const secretBytesMax = 64;
const headerCharsMax = 4096;
const headerEntriesMax = 32;

/** No dot: with one, (`a.1`, 2, `x`) and (`a`, 1, `2.x`) would be the same signed content. */
const idPattern = /^[A-Za-z0-9_-]{1,128}$/;
const timestampPattern = /^\d{1,12}$/;
const millisecondsPattern = /^\d{13}$/;
const base64Pattern = /^(?:[A-Za-z0-9+/]{4})+(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;
/** Two parts exactly, so a header sent twice (which servers join as `v1,A, v1,B`) is malformed, not half read. */
const entryPattern = /^([a-z0-9]+),([^,\s]+)$/;

/** Why a webhook was not believed. For logs and metrics only: the sender is told nothing but 401. */
export type SignatureRefusal =
  | 'id_missing'
  | 'id_malformed'
  | 'timestamp_missing'
  | 'timestamp_malformed'
  | 'timestamp_in_milliseconds'
  | 'timestamp_too_old'
  | 'timestamp_too_new'
  | 'signature_missing'
  | 'signature_malformed'
  | 'signature_unsupported'
  | 'signature_mismatch';

/** `secretIndex` says which of the given secrets signed, so that the use of an outgoing one can be counted. */
export type SignatureVerdict = { ok: true; secretIndex: number } | { ok: false; reason: SignatureRefusal };

/** A webhook as it came in, and the moment it is judged at. */
export interface ReceivedWebhook {
  /** `webhook-id` or `svix-id`. */
  id: string | undefined;
  /** `webhook-timestamp` or `svix-timestamp`, seconds since the epoch. */
  timestamp: string | undefined;
  /** `webhook-signature` or `svix-signature`. */
  signature: string | undefined;
  /** The bytes as received, before any decoding or parsing. */
  body: Uint8Array;
  nowMs: number;
  /** How far their clock may be from ours, either way. */
  toleranceSeconds?: number;
}
export interface WebhookToVerify extends ReceivedWebhook {
  /** Every secret that is valid now: one, or old and new while a rotation overlaps. */
  secrets: readonly string[];
}

/**
 * The key inside a `whsec_` secret: strict base64 of 24 to 64 bytes.
 * @throws Failure `misconfigured` `signature.secret_invalid`; the message never holds the secret.
 */
export function readSecret(secret: string): Uint8Array {
  const encoded = secret.slice(secretPrefix.length);
  if (!secret.startsWith(secretPrefix) || !base64Pattern.test(encoded)) {
    throw secretInvalid('is not "whsec_" followed by base64');
  }
  return withinSecretBytes(Buffer.from(encoded, 'base64'));
}

/**
 * A signing secret out of 24 to 64 random bytes, in the form that is shown to people.
 * @throws Failure `misconfigured` `signature.secret_invalid` for any other length.
 */
export const makeWebhookSecret = (key: Uint8Array): string =>
  secretPrefix + Buffer.from(withinSecretBytes(key)).toString('base64');

/** A new secret of 32 random bytes. */
export const generateWebhookSecret = (): string => makeWebhookSecret(randomBytes(32));

/**
 * One entry of the signature header: `v1,<base64>`. Join several with a space while a rotation overlaps.
 * @throws Failure `misconfigured` `signature.secret_invalid`, or `malformed` `signature.unsignable` for an id or time
 * that no strict receiver would take.
 */
export function signWebhook(secret: string, id: string, timestampSeconds: number, body: string | Uint8Array): string {
  const key = signingKey(secret, () => createSecretKey(readSecret(secret)));
  return `v1,${computeMac(key, signedPrefix(id, timestampSeconds), body)}`;
}

/** Making a key of its text takes as long as signing with it. */
const signingKey = rememberByText<KeyObject>(1_000);

/**
 * What is signed in front of the body.
 * @throws Failure `malformed` `signature.unsignable`
 */
export function signedPrefix(id: string, timestampSeconds: number | string): string {
  if (!idPattern.test(id) || !timestampPattern.test(String(timestampSeconds))) {
    throw new Failure('malformed', 'signature.unsignable', 'A webhook id or timestamp cannot be signed unambiguously');
  }
  return `${id}.${timestampSeconds}.`;
}

/**
 * Whether one of the secrets signed exactly these bytes under this id, recently. Comparison is constant in time.
 * @throws Failure `misconfigured` `signature.secret_missing` or `signature.secret_invalid`: without a secret nothing
 * is believed.
 */
export function verifyWebhook(webhook: WebhookToVerify): SignatureVerdict {
  if (webhook.secrets.length === 0) {
    throw new Failure('misconfigured', 'signature.secret_missing', 'No webhook signing secret is set');
  }
  const keys = webhook.secrets.map((secret) => createSecretKey(readSecret(secret)));
  const read = readSigned(webhook, 'v1');
  if (!read.ok) return read;

  const secretIndex = keys.findIndex((key) => {
    const expected = Buffer.from(computeMac(key, read.prefix, webhook.body));
    return read.candidates.some((one) => one.length === expected.length && timingSafeEqual(one, expected));
  });
  return secretIndex === -1 ? refuse('signature_mismatch') : { ok: true, secretIndex };
}

/** All that can be said of a webhook's headers before a key is tried: why not, or what to compare. */
export function readSigned(
  { id, timestamp, signature, nowMs, toleranceSeconds = 300 }: ReceivedWebhook,
  scheme: SignatureScheme,
): { ok: true; prefix: string; candidates: Buffer[] } | { ok: false; reason: SignatureRefusal } {
  if (!id) return refuse('id_missing');
  if (!idPattern.test(id)) return refuse('id_malformed');
  if (!timestamp) return refuse('timestamp_missing');
  if (millisecondsPattern.test(timestamp)) return refuse('timestamp_in_milliseconds');
  if (!timestampPattern.test(timestamp)) return refuse('timestamp_malformed');
  const aheadSeconds = Number(timestamp) - Math.floor(nowMs / 1000);
  if (aheadSeconds > toleranceSeconds) return refuse('timestamp_too_new');
  if (aheadSeconds < -toleranceSeconds) return refuse('timestamp_too_old');
  if (!signature) return refuse('signature_missing');
  const candidates = readCandidates(signature, scheme);
  if (candidates === undefined) return refuse('signature_malformed');
  if (candidates.length === 0) return refuse('signature_unsupported');
  return { ok: true, prefix: signedPrefix(id, timestamp), candidates };
}

/** The header's signatures of one scheme, still encoded: decoding would make several spellings of one signature pass. */
function readCandidates(header: string, scheme: SignatureScheme): Buffer[] | undefined {
  if (header.length > headerCharsMax) return undefined;
  const entries = header.split(' ');
  if (entries.length > headerEntriesMax) return undefined;
  const candidates: Buffer[] = [];
  for (const entry of entries) {
    const [, version, encoded] = entryPattern.exec(entry) ?? [];
    if (version === undefined || encoded === undefined) return undefined;
    // The algorithm comes from the kind of key we hold, never from the header: others are passed over.
    if (version === scheme) candidates.push(Buffer.from(encoded));
  }
  return candidates;
}

const computeMac = (key: KeyObject, prefix: string, body: string | Uint8Array): string =>
  createHmac('sha256', key).update(prefix).update(body).digest('base64');

const refuse = (reason: SignatureRefusal): { ok: false; reason: SignatureRefusal } => ({ ok: false, reason });

function withinSecretBytes(key: Uint8Array): Uint8Array {
  if (key.length >= secretBytesMin && key.length <= secretBytesMax) return key;
  throw secretInvalid(`holds ${key.length} bytes, not ${secretBytesMin} to ${secretBytesMax}`);
}

const secretInvalid = (why: string): Failure =>
  new Failure('misconfigured', 'signature.secret_invalid', `The webhook signing secret ${why}`);
