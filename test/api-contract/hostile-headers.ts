import fc, { type Arbitrary } from 'fast-check';

const texts = [
  '', ' ', '"', '"a', '"a b"', 'a b', 'a, b', '\u00e9', '\u00ff\u00fe', 'x'.repeat(255), 'x'.repeat(256), 'x'.repeat(8_000), '__proto__', 'null', '*',
  '<script>', 'ord_01jd3xk5q8h2v4m6n7p9r0stwz',
]; // prettier-ignore
const keys = [
  '', 'Bearer', 'Bearer ', 'Basic dXNlcjpwYXNz', 'Bearer \u00e9', 'Bearer a b', `Bearer ${'x'.repeat(513)}`, 'Bearer null', 'Bearer admin', 'Negotiate',
  'Bearer pl_unknown, Bearer admin',
]; // prettier-ignore
const others: readonly [string, string][] = [
  ['Accept', 'image/png'],
  ['Accept-Encoding', 'br;q=1, *;q=0'],
  ['Content-Encoding', 'br'],
  ['Cookie', 'a=b;'.repeat(500)],
  ['Expect', '200-ok'],
  ['Host', ''],
  ['Host', '['],
  ['Host', 'a b'],
  ['Host', 'evil.example:99999'],
  ['If-None-Match', '*'],
  ['Range', 'bytes=0-1'],
  ['Upgrade', 'websocket'],
  ['X-Forwarded-For', '127.0.0.1'],
  ['X-HTTP-Method-Override', 'DELETE'],
  ['__proto__', 'x'],
  ['constructor', 'x'],
];

const named = (name: string, values: readonly string[]): Arbitrary<[string, string]> =>
  fc.constantFrom(...values).map((value) => [name, value]);

/** One header line that is odd, or means something else elsewhere. */
export const brokenHeader: Arbitrary<[string, string]> = fc.oneof(
  named('Authorization', keys),
  named('Idempotency-Key', texts),
  named('Packline-Connection', texts),
  named('Packline-Merchant', texts),
  named('X-Request-Id', texts),
  fc.constantFrom(...others),
);
