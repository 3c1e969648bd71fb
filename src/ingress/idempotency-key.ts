import { makeRefusal } from './problem.ts';

const visibleAscii = /^[\x21-\x7e]{1,255}$/;
const quoted = /^"(?:[\x20-\x21\x23-\x5b\x5d-\x7e]|\\["\\])*"$/;

/**
 * The key in `Idempotency-Key`: bare, or a string as structured fields write it (RFC 8941, 3.3.3), which is the same key.
 * Two header lines arrive joined by ", ", and are refused for the space in it. Throws `idempotency.key_invalid`.
 */
export function readIdempotencyKey(header: string): string {
  const key = quoted.test(header) ? header.slice(1, -1).replace(/\\(["\\])/g, '$1') : header;
  if (visibleAscii.test(key) && (key === header ? !header.startsWith('"') : true)) return key;
  throw makeRefusal('idempotency.key_invalid', 'one header line with 1 to 255 visible ASCII characters is wanted');
}
