import { hash } from 'node:crypto';
import { expect, test } from 'vitest';
import { makeFingerprint } from '../../src/domain/fingerprint.ts';

const sha1 = (text: string) => hash('sha1', text);

test('a fingerprint is 48 bits of the key and 48 of the value, exactly', () => {
  // The SHA-1 of "abc" and of nothing are published with the algorithm.
  expect(makeFingerprint(sha1, 'abc', '')).toEqual({ key: 0xa9993e364706, value: 0xda39a3ee5e6b });
  expect(makeFingerprint(() => 'f'.repeat(40), 'a', 'b')).toEqual({ key: 2 ** 48 - 1, value: 2 ** 48 - 1 });
});

test('fingerprints of 200,000 keys differ', () => {
  const keys = new Set(Array.from({ length: 200_000 }, (_, at) => makeFingerprint(sha1, `store\n${at}`, '').key));
  expect(keys.size).toBe(200_000);
});
