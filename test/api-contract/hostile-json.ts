import fc, { type Arbitrary } from 'fast-check';

const nested = (depth: number): string => `${'['.repeat(depth)}${']'.repeat(depth)}`;
const nestedObjects = (depth: number): string => `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`;

/** JSON texts that stand where something else is expected. Escapes stand for what cannot be typed. */
const numbers = [
  '0', '-0', '-1', '0.1', '1.0', '1E2', '1e-7', '-1e-400', '1e400', '1e999', '-1e999', '2147483648', '4294967296',
  '9007199254740991', '9007199254740993', '18446744073709551616', '1000000000001', '9'.repeat(400), '"0"', '"1e999"', '"NaN"',
]; // prettier-ignore
const texts = [
  '""', '" "', '"true"', '"null"', '"[object Object]"', '"2026-02-30T00:00:00Z"', '"2026-01-15"', '"9999-12-31T23:59:59-01:00"', '"2026-01-15T24:00:00Z"', '"2016-12-31T23:59:60Z"',
  '"\\u0000"', '"a\\u0000b"', '"\\ud800"', '"\\udc00\\ud800"', '"\\ufeff"', '"\\ufffe\\uffff"', '"\\u202eesrever\\u2066"', '"\\u05d0\\u0627"', '"\\u2028"',
  '"e\\u0301\\u0301\\u0301"', '"\u{1f469}\u200d\u{1f680}"', '"\u{e0001}"', '"\\r\\n\\tSet-Cookie: a=b"', '"\\u001b[31m"', '"\\u007f"',
  '"__proto__"', '"constructor"', '"toString"', '"hasOwnProperty"', '"."', '".."', '"../../etc/passwd"', '"%00"', '"${7*7}"', '"\'; --"', '"|"', '"\\n|x"', '"*"', '"<script>"', '"javascript:alert(1)"',
  '"http://127.0.0.1/"', '"https://169.254.169.254/"', '"https://user:pass@example.com/"', '"file:///etc/passwd"', '"https://"', '"https://[::1"', '"a@b"', '"a b@example.com"', '"A@EXAMPLE.COM"',
  JSON.stringify('x'.repeat(129)), JSON.stringify('x'.repeat(2_049)), JSON.stringify('x'.repeat(20_000)), JSON.stringify('\u{1f4a9}'.repeat(2_000)), JSON.stringify('\u0301'.repeat(2_000)),
]; // prettier-ignore
const structures = [
  'null', 'true', 'false', '{}', '[]', '[null]', '[[]]', '{"__proto__":{"admin":true}}', '{"constructor":{"prototype":{"admin":true}}}', '{"length":1e9}', '{"toJSON":1}', '{"then":1}', '{"$ref":"#"}', '{"0":1,"1":2}',
  nested(10), nested(1_000), nested(100_000), nestedObjects(10), nestedObjects(33), nestedObjects(1_000),
  `[${'0,'.repeat(2_000)}0]`, `[${'{},'.repeat(1_001)}{}]`, `{${Array.from({ length: 1_000 }, (_, i) => `"k${i}":${i}`).join()}}`,
]; // prettier-ignore
const all = [...numbers, ...texts, ...structures];

/** What is of the same kind as the value goes further than what is of another. */
const insteadOf = (value: unknown): Arbitrary<string> => {
  const alike = typeof value === 'number' ? numbers : typeof value === 'string' ? texts : structures;
  return fc.oneof(fc.constantFrom(...alike), fc.constantFrom(...all));
};

const names = ['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty', 'then', 'id', 'merchantId', '', ' ', '0', 'a/b~c', 'é', 'x'.repeat(1_000), '\\u0000', '\\ud800']; // prettier-ignore

type Path = readonly (string | number)[];

/** A document with one thing wrong, somewhere in it: as text, because much of what is wrong is no value. */
export const breakJson = (document: unknown): Arbitrary<string> =>
  fc.constantFrom(...placesIn(document)).chain((place) => {
    const value = valueAt(document, place);
    return editsOf(value).map((text) => replaceAt(document, place, text));
  });

const editsOf = (value: unknown): Arbitrary<string> => {
  const anything = fc.constantFrom(...all);
  const instead = insteadOf(value);
  if (!isObject(value)) return instead;
  return fc.oneof(
    instead,
    fc.tuple(fc.constantFrom(...names), anything).map(([name, text]) => withMember(value, `"${name}"`, text)),
    fc.tuple(fc.nat(), anything).map(([nth, text]) => twice(value, nth, text)),
    fc.nat().map((nth) => without(value, nth)),
  );
};

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;

function placesIn(value: unknown, at: Path = []): Path[] {
  if (!isObject(value)) return [at];
  const members: [string | number, unknown][] = Array.isArray(value) ? [...value.entries()] : Object.entries(value);
  return [at, ...members.flatMap(([key, member]) => placesIn(member, [...at, key]))];
}

const valueAt = (document: unknown, place: Path): unknown =>
  place.reduce((value, key) => (isObject(value) ? Reflect.get(value, key) : undefined), document);

function replaceAt(document: unknown, place: Path, text: string): string {
  const marker = '\u{f8ff}here\u{f8ff}';
  const copy = [structuredClone(document)];
  const parent = valueAt(copy, [0, ...place].slice(0, -1));
  if (isObject(parent)) Reflect.set(parent, place.at(-1) ?? 0, marker);
  return JSON.stringify(copy[0]).replace(JSON.stringify(marker), () => text);
}

/** One member more, before all others: where it is there twice, the earlier one loses. */
function withMember(value: object, name: string, text: string): string {
  const inside = Array.isArray(value) ? '' : JSON.stringify(value).slice(1, -1);
  return inside === '' ? `{${name}:${text}}` : `{${name}:${text},${inside}}`;
}

function twice(value: object, nth: number, text: string): string {
  const keys = Object.keys(value);
  const key = keys[nth % Math.max(keys.length, 1)];
  return key === undefined ? text : withMember(value, JSON.stringify(key), text);
}

function without(value: object, nth: number): string {
  const keys = Object.keys(value);
  const gone = keys[nth % Math.max(keys.length, 1)];
  const rest = Object.entries(value).filter(([key]) => key !== gone);
  return JSON.stringify(Array.isArray(value) ? rest.map(([, member]) => member) : Object.fromEntries(rest));
}
