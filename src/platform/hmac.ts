import { createHash, createHmac, timingSafeEqual } from 'node:crypto';

interface SignedText {
  /** Every secret that is valid now: one, or old and new while a rotation overlaps. */
  secrets: readonly (string | Uint8Array)[];
  /** What is signed, piece after piece. Bytes as received, before any decoding. */
  content: readonly (string | Uint8Array)[];
  /** As it stands in the header. */
  signature: string;
  encoding: 'hex' | 'base64';
  /** SHA-256 unless a partner knows no better. */
  algorithm?: 'sha1' | 'sha256' | 'sha512';
}

/**
 * Whether one of the secrets made this HMAC of the content. Compared as it is written, in constant time: decoding would
 * let several spellings of one signature pass. Hexadecimal may be in capitals.
 */
export function isHmacOf({ secrets, content, signature, encoding, algorithm = 'sha256' }: SignedText): boolean {
  const given = encoding === 'hex' ? signature.toLowerCase() : signature;
  // All are tried, so that the time does not tell which one matched.
  return secrets
    .map((secret) => {
      const mac = createHmac(algorithm, secret);
      for (const piece of content) mac.update(piece);
      return isSameText(given, mac.digest(encoding));
    })
    .includes(true);
}

/** In constant time, whatever the lengths. */
export const isSameText = (one: string, other: string): boolean => timingSafeEqual(sha256(one), sha256(other));

/** For messages without an id of their own: equal bytes are one message. */
export const digestOf = (body: Uint8Array): string => createHash('sha256').update(body).digest('hex');

const sha256 = (text: string): Buffer => createHash('sha256').update(text).digest();
