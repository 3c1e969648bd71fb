import { randomBytes } from 'node:crypto';
import { expect, it } from 'vitest';
import { makeKeySet } from '../../src/bulk/key-set.ts';

it('a set of keys has exactly those that were put in, from the least to the greatest', async () => {
  const bytes = [
    randomBytes(6 * 5_000),
    Buffer.alloc(6),
    randomBytes(6 * 3_000),
    Buffer.alloc(6, 0xff),
    Buffer.alloc(0),
  ];
  const keys = new Set(
    bytes.flatMap((part) => Array.from({ length: part.length / 6 }, (_, at) => part.readUIntBE(at * 6, 6))),
  );
  const has = await makeKeySet([...bytes]);
  for (const key of keys) {
    expect(has(key)).toBe(true);
    for (const other of [key - 1, key + 1]) if (!keys.has(other)) expect(has(other)).toBe(false);
  }
  expect((await makeKeySet([]))(0)).toBe(false);
});
