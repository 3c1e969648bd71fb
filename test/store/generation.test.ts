import { beforeEach, describe, expect, it } from 'vitest';
import { claimGeneration, generationHolds } from '../../src/store/generation.ts';
import { createKeys, globalKeys } from '../../src/store/keys.ts';
import { testRedis } from '../support/redis.ts';
import { everythingIn } from './everything-in-redis.ts';

const { client } = await testRedis();
const shards = [createKeys(0), createKeys(1)];
beforeEach(async () => {
  await client.flushdb();
});

const claim = (known: string, how: { acceptEmpty?: boolean; firstStart?: boolean } = {}) =>
  claimGeneration(client, shards, { known, acceptEmpty: false, firstStart: false, ...how });
const markers = () => client.mget(globalKeys.generation, ...shards.map((keys) => keys.generation));
const refusal = (message: RegExp) =>
  expect.objectContaining({
    kind: 'misconfigured',
    code: 'redis.generation',
    message: expect.stringMatching(message),
  });

describe('a Redis', () => {
  it('is marked, shard by shard, on the first start, and known from then on', async () => {
    expect(await claim('one', { firstStart: true })).toBe('one');
    expect(await markers()).toEqual(['one', 'one', 'one']);
    expect(await claim('one')).toBe('one');
    expect(await generationHolds(client, 'one')).toBe(true);
  });

  it('that came back empty stays shut, and nothing is written to it', async () => {
    await expect(claim('one')).rejects.toEqual(refusal(/empty.*--accept-empty/));
    expect(await everythingIn(client)).toEqual(new Map());
    expect(await generationHolds(client, 'one')).toBe(false);
  });

  it('of somebody else stays shut, and keeps its own marker', async () => {
    await claim('other', { firstStart: true });
    await expect(claim('one')).rejects.toEqual(refusal(/not the Redis.*REDIS_URL/));
    expect(await markers()).toEqual(['other', 'other', 'other']);
  });

  it('is opened with more shards than before, whose data cannot have been lost', async () => {
    await claimGeneration(client, shards.slice(0, 1), { known: 'one', acceptEmpty: false, firstStart: true });
    expect(await claim('one')).toBe('one');
    expect(await markers()).toEqual(['one', 'one', 'one']);
  });

  it('that lost one of its shards stays shut, also for a Packline that has lost what it knew', async () => {
    await claim('one', { firstStart: true });
    await client.del(shards[1]?.generation ?? '');
    await expect(claim('one', { firstStart: true })).rejects.toEqual(refusal(/not the Redis/));
    expect(await markers()).toEqual(['one', 'one', null]);
  });

  it('that lost one of its shards stays shut', async () => {
    await claim('one', { firstStart: true });
    await client.del(shards[1]?.generation ?? '');
    await expect(claim('one')).rejects.toEqual(refusal(/not the Redis/));
  });

  it('is taken as it is once an operator says so', async () => {
    await claim('other', { firstStart: true });
    expect(await claim('one', { acceptEmpty: true })).toBe('one');
    expect(await markers()).toEqual(['one', 'one', 'one']);
  });
});
