import { expect, test } from 'vitest';
import { digest48 } from '../../src/platform/text-digest.ts';

test('a digest is the low 48 bits of XXH64, exactly', () => {
  // XXH64 of nothing and of "abc" are published: ef46db3751d8e999 and 44bc2cf5ad770999.
  expect(digest48('')).toBe(0xdb3751d8e999);
  expect(digest48('abc')).toBe(0x2cf5ad770999);
});

test('digests of 200,000 keys differ, and a text of megabytes has one', () => {
  const keys = new Set(Array.from({ length: 200_000 }, (_, at) => digest48(`store\n${at}`)));
  expect(keys.size).toBe(200_000);
  const long = 'ä€😀x'.repeat(1_000_000);
  expect(digest48(long)).not.toBe(digest48(`${long}y`));
  expect(digest48(long)).toBe(digest48(`${long}y`.slice(0, -1)));
});
