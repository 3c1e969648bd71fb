import { hash } from 'node:crypto';
import type { Redis } from 'ioredis';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createKeys } from '../../src/store/keys.ts';
import {
  acceptIntoDelta,
  compareWithDelta,
  countDelta,
  fingerprintBytes,
  forgetDelta,
  forgetInDelta,
  growDelta,
  reserveDelta,
  sweepDeltas,
} from '../../src/store/delta.ts';
import { testRedis } from '../support/redis.ts';

const { client } = await testRedis();
const keys = createKeys(0);
const deps = { redis: client, keys };
const ref = { connectionId: 'con_a', kind: 'inventory' } as const;

const rows = (from: number, count: number, value = 'v'): Buffer =>
  Buffer.concat(
    Array.from({ length: count }, (_, n) =>
      Buffer.concat([
        hash('sha1', `key ${from + n}`, 'buffer').subarray(0, 6),
        hash('sha1', `${value} ${from + n}`, 'buffer').subarray(0, 6),
      ]),
    ),
  );
const idsOf = (fingerprints: Buffer): Buffer =>
  Buffer.concat(
    Array.from({ length: fingerprints.length / fingerprintBytes }, (_, n) =>
      fingerprints.subarray(n * fingerprintBytes, n * fingerprintBytes + 6),
    ),
  );
/** How many of them the partner has as they are. */
const countSame = async (fingerprints: Buffer, of: typeof ref | { connectionId: string; kind: 'products' } = ref) => {
  let same = 0;
  for (let from = 0; from < fingerprints.length; from += 5_000 * fingerprintBytes) {
    const chunk = fingerprints.subarray(from, from + 5_000 * fingerprintBytes);
    const compare = await compareWithDelta(deps, of, chunk);
    for (let at = 0; at < chunk.length / fingerprintBytes; at += 1) if (compare(at) === 'same') same += 1;
  }
  return same;
};
const bucketKeys = () => client.keys(`${keys.delta(ref.connectionId, ref.kind)}:*`);
const largestBucket = async () =>
  Math.max(...(await Promise.all((await bucketKeys()).map((bucket) => client.hlen(bucket)))));

describe('the delta state', () => {
  beforeAll(async () => {
    // As Redis has it from 7.2 on; up to 7.0 it is 512.
    await client.config('SET', 'hash-max-listpack-entries', '128');
  });
  beforeEach(async () => {
    await client.flushdb();
  });

  it('tells of each row whether the partner has it as it is', async () => {
    await acceptIntoDelta(deps, ref, rows(0, 10));
    const compare = await compareWithDelta(deps, ref, Buffer.concat([rows(5, 1), rows(5, 1, 'other'), rows(10, 1)]));
    expect([compare(0), compare(1), compare(2)]).toEqual(['same', 'changed', 'changed']);
    expect(await countSame(rows(0, 10), { connectionId: 'con_a', kind: 'products' })).toBe(0);
  });

  it('tells which rows others have overtaken, whatever their value', async () => {
    await acceptIntoDelta(deps, ref, rows(0, 2));
    await client.sadd('overtaken', ...[1, 2].map((n) => idsOf(rows(n, 1))));
    const compare = await compareWithDelta(deps, ref, rows(0, 4), 'overtaken');
    expect([0, 1, 2, 3].map(compare)).toEqual(['same', 'overtaken', 'overtaken', 'changed']);
  });

  it('holds one value of a key, the newest, and counts keys', async () => {
    await acceptIntoDelta(deps, ref, rows(0, 10));
    await acceptIntoDelta(deps, ref, Buffer.concat([rows(3, 4, 'newer'), rows(3, 4, 'newest')]));
    expect(await countDelta(deps, ref)).toBe(10);
    expect(await countSame(rows(0, 10))).toBe(6);
    expect(await countSame(rows(3, 4, 'newest'))).toBe(4);
  });

  it('grows with its rows, so that its buckets stay packed, and finds every row on the way', async () => {
    for (let from = 0; from < 40_000; from += 5_000) {
      await acceptIntoDelta(deps, ref, rows(from, 5_000));
      await growDelta(deps, ref);
    }
    expect(await countSame(rows(0, 40_000))).toBe(40_000);
    expect(await countSame(rows(40_000, 1_000))).toBe(0);
    expect(await largestBucket()).toBeLessThanOrEqual(128);
    expect((await bucketKeys()).length).toBe(Math.ceil(40_000 / 45));
    const encodings = await Promise.all((await bucketKeys()).map((bucket) => client.object('ENCODING', bucket)));
    expect(new Set(encodings)).not.toContain('hashtable');
  });

  it('loses nothing when a growth dies at any point', async () => {
    await acceptIntoDelta(deps, ref, rows(0, 20_000));
    let allowed = 0;
    const dying: Redis = new Proxy(client, {
      get(target, name) {
        const member: unknown = Reflect.get(target, name);
        if (name === 'evalsha' && (allowed -= 1) < 0) return () => Promise.reject(new Error('died'));
        return typeof member === 'function' ? member.bind(target) : member;
      },
    });
    for (let died = true; died;) {
      allowed = 1;
      died = await growDelta({ redis: dying, keys }, ref).then(
        () => false,
        () => true,
      );
      expect(await countSame(rows(0, 20_000))).toBe(20_000);
      await acceptIntoDelta(deps, ref, rows(100, 50));
      expect(await countDelta(deps, ref)).toBe(20_000);
    }
    expect(await largestBucket()).toBeLessThanOrEqual(128);
  });

  it('packs again what had outgrown its packed form', async () => {
    await acceptIntoDelta(deps, ref, rows(0, 60_000));
    expect(await largestBucket()).toBeGreaterThan(128);
    await growDelta(deps, ref);
    expect(await countSame(rows(0, 60_000))).toBe(60_000);
    const sizes = await Promise.all((await bucketKeys()).map((bucket) => client.memory('USAGE', bucket)));
    expect(Math.max(...sizes.map(Number))).toBeLessThan(3_000);
  });

  it('begins with the buckets for the rows that are announced, and leaves those of a state with rows alone', async () => {
    await reserveDelta(deps, ref, 100_000);
    expect(await client.hget(keys.delta('con_a', 'inventory'), 'bits')).toBe('11');
    await acceptIntoDelta(deps, ref, rows(0, 100));
    await reserveDelta(deps, ref, 1);
    expect(await client.hget(keys.delta('con_a', 'inventory'), 'bits')).toBe('11');
    expect(await countSame(rows(0, 100))).toBe(100);
  });

  it('forgets keys, so that their rows count as changed', async () => {
    await acceptIntoDelta(deps, ref, rows(0, 10));
    expect(await forgetInDelta(deps, ref, idsOf(rows(4, 10)))).toBe(6);
    expect(await countSame(rows(0, 10))).toBe(4);
    expect(await countDelta(deps, ref)).toBe(4);
  });

  it('forgets everything in one moment, and removes it afterwards', async () => {
    await acceptIntoDelta(deps, ref, rows(0, 3_000));
    await forgetDelta(deps, ref);
    expect(await countSame(rows(0, 3_000))).toBe(0);
    await acceptIntoDelta(deps, ref, rows(0, 10));
    await sweepDeltas(deps);
    expect(await countSame(rows(0, 3_000))).toBe(10);
    const held = await Promise.all((await bucketKeys()).map((bucket) => client.hlen(bucket)));
    expect(held.reduce((sum, n) => sum + n, 0)).toBe(10);
  });

  it('costs at most 20 bytes a row, all in', async () => {
    await reserveDelta(deps, ref, 200_000);
    for (let from = 0; from < 200_000; from += 10_000) await acceptIntoDelta(deps, ref, rows(from, 10_000));
    const sizes = await Promise.all((await bucketKeys()).map((bucket) => client.memory('USAGE', bucket, 'SAMPLES', 0)));
    expect(sizes.reduce((sum: number, size) => sum + Number(size), 0) / 200_000).toBeLessThanOrEqual(20);
  });
});
