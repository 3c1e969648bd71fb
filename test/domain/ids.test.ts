import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { IdSchema, idPrefixes, makeId, type IdKind, timeOf } from '../../src/domain/ids.ts';

const kinds = Object.keys(idPrefixes).filter((key): key is IdKind => key in idPrefixes);
const anyKind = fc.constantFrom(...kinds);
const anyMs = fc.integer({ min: 0, max: 2 ** 50 - 1 });
const tenBytes = fc.uint8Array({ minLength: 10, maxLength: 10 });

describe('makeId', () => {
  test('gives every kind an id that its own schema takes and no other kind does', () => {
    fc.assert(
      fc.property(anyKind, anyKind, anyMs, tenBytes, (kind, other, nowMs, random) => {
        const id = makeId(kind, nowMs, random);
        expect(IdSchema(kind).safeParse(id).success).toBe(true);
        expect(IdSchema(other).safeParse(id).success).toBe(kind === other);
      }),
    );
  });

  test('writes prefix, 10 characters of time and 16 of randomness without i, l, o and u', () => {
    fc.assert(
      fc.property(anyMs, tenBytes, (nowMs, random) => {
        expect(makeId('order', nowMs, random)).toMatch(/^ord_[0-9abcdefghjkmnpqrstvwxyz]{26}$/);
      }),
    );
    expect(makeId('order', 0, new Uint8Array(10))).toBe('ord_00000000000000000000000000');
    expect(makeId('event', 33, new Uint8Array(10).fill(255))).toBe('evt_0000000011zzzzzzzzzzzzzzzz');
  });

  test('sorts ids by the millisecond they were made in, whatever their randomness', () => {
    fc.assert(
      fc.property(anyMs, anyMs, tenBytes, tenBytes, (a, b, randomA, randomB) => {
        fc.pre(a < b);
        expect(makeId('order', a, randomA) < makeId('order', b, randomB)).toBe(true);
      }),
    );
  });

  test('is made at a moment that can be read again', () => {
    for (const ms of [0, 1, 1_768_435_200_123])
      expect(timeOf(makeId('stockReconciliation', ms, new Uint8Array(10)))).toBe(ms);
  });

  test('spends all 80 bits: two ids of one millisecond are equal only when their random bytes are', () => {
    fc.assert(
      fc.property(anyMs, tenBytes, fc.nat(79), (nowMs, random, bit) => {
        const flipped = Uint8Array.from(random, (byte, i) => (i === bit >> 3 ? byte ^ (1 << (bit & 7)) : byte));
        expect(makeId('order', nowMs, flipped)).not.toBe(makeId('order', nowMs, random));
      }),
    );
  });

  test('refuses fewer than 10 random bytes instead of making guessable ids', () => {
    expect(() => makeId('order', 0, new Uint8Array(9))).toThrow(RangeError);
  });
});

test('every kind has a prefix of its own', () => {
  const prefixes = Object.values(idPrefixes);
  expect(new Set(prefixes).size).toBe(prefixes.length);
});

test.each([
  ['another prefix', 'evt_01jd3xk5q8h2v4m6n7p9r0stwz'],
  ['a short tail', 'ord_01jd3xk5q8h2v4m6n7p9r0stw'],
  ['a long tail', 'ord_01jd3xk5q8h2v4m6n7p9r0stwz0'],
  ['upper case', 'ord_01JD3XK5Q8H2V4M6N7P9R0STWZ'],
  ['a line break at the end', 'ord_01jd3xk5q8h2v4m6n7p9r0stwz\n'],
  ['a key separator', 'ord_01jd3xk5q8h2v4m6n7p9r0st:z'],
])('the schema of ids refuses %s', (_, id) => {
  expect(IdSchema('order').safeParse(id).success).toBe(false);
});
