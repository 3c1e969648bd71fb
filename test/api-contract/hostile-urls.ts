import fc, { type Arbitrary } from 'fast-check';
import type { Parameter } from './read-operations.ts';

type Ids = Readonly<Record<string, string>>;

const segments = [
  '%', '%zz', '%ff', '%c0%af', '%00', '%2f', '%2e%2e', '..', '.', '..%2f..%2f', '%252e', '*', ':id', '{id}', ';a=b', '//', '\\', 'x'.repeat(5_000),
  '__proto__', 'constructor', 'null', 'undefined', '-1', '%F0%9F%8D%8E', '%u202e',
]; // prettier-ignore
const almost = (id: string): string[] => [id.toUpperCase(), `${id}%0a`, `${id}%00`, `${id}/`, `%20${id}`, id.replace('_', '%5f')]; // prettier-ignore

/** Path segments in place of an id: others' ids, ids that are almost right, and what no id ever is. Visible ASCII. */
export const brokenSegment = (ids: Ids): Arbitrary<string> =>
  fc.oneof(
    fc.constantFrom(...Object.values(ids)),
    fc.constantFrom(...Object.values(ids).flatMap(almost)),
    fc.constantFrom(...segments),
    fc.string({ unit: 'binary', maxLength: 40 }).map((text) => encodeURIComponent(text.toWellFormed())),
  );

const numbers = [
  '', '0', '-1', '-0', '1.5', '5.0', '1e2', '0x10', '0b11', '%2010', '10%20', '%0a5', '+5', '%2b5', '1_0', '1,2', '201', 'NaN', 'Infinity',
  '9'.repeat(30), '%D9%A3', 'true', 'null',
]; // prettier-ignore
const texts = [
  '', '1', 'null', '%', '%ff', '%00', '%0a', '%ed%a0%80', '%F0%9F%8D%8E', 'x'.repeat(3_000), '[]', '.', '..', '__proto__', 'constructor', 'ord_', '%20open', 'OPEN',
]; // prettier-ignore
const strangers = ['colour', '__proto__', 'constructor', 'toString', 'a[b]', 'a.b', '%00', 'limit%00', 'Limit'];
const forms = ['?', '?&', '?=', '?limit', '?limit&limit', '??', '?a=b=c', '?;', '?#', '?%'];

/** Mostly one parameter that is wrong; now and then several, twice the same, or one that there is not. */
export function brokenQuery(parameters: readonly Parameter[], ids: Ids): Arbitrary<string> {
  const wrong = parameters.map(({ name, schema }) =>
    fc
      .constantFrom(...(schema['type'] === 'integer' ? numbers : [...texts, ...Object.values(ids)]))
      .map((value) => `${name}=${value}`),
  );
  const stranger = fc.constantFrom(...strangers).map((name) => `${name}=1`);
  const pair = fc.oneof(...wrong, ...wrong, ...wrong, stranger);
  return fc.oneof(
    { weight: 4, arbitrary: pair.map((one) => `?${one}`) },
    { weight: 1, arbitrary: fc.tuple(pair, pair).map(([one, other]) => `?${one}&${other}`) },
    { weight: 1, arbitrary: pair.map((one) => `?${one}&${one}`) },
    { weight: 1, arbitrary: fc.constantFrom(...forms) },
  );
}
