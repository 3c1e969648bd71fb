import { describe, expect, it } from 'vitest';
import { learnRedisTime, type RedisAhead } from '../../src/store/redis-time.ts';
import { testRedis } from '../support/redis.ts';

/** A Redis whose clock is so far ahead, asked by way of replies that took so long there and back. */
async function asker(aheadMs: number) {
  const { client } = await testRedis();
  let nowMs = 1_000_000;
  return {
    ask: (thereMs: number, backMs: number): RedisAhead => {
      const askedMs = nowMs;
      nowMs += thereMs + backMs + 1;
      return learnRedisTime(client, {
        askedMs,
        redisMs: askedMs + thereMs + aheadMs,
        gotMs: askedMs + thereMs + backMs,
      });
    },
    set: (ms: number): void => {
      aheadMs = ms;
    },
  };
}

describe('the time of Redis', () => {
  it('is known as well as by the shortest ways there and back, and is never outside of what is said', async () => {
    const { ask } = await asker(5_000);
    expect(ask(1, 80)).toEqual({ leastMs: 4_920, mostMs: 5_001 });
    expect(ask(3, 2)).toEqual({ leastMs: 4_998, mostMs: 5_001 });
    expect(ask(90, 70)).toEqual({ leastMs: 4_998, mostMs: 5_001 });
    expect(ask(0, 40)).toEqual({ leastMs: 4_998, mostMs: 5_000 });
  });

  it('is followed with the next reply when one of both clocks was set', async () => {
    const { ask, set } = await asker(0);
    ask(1, 1);
    set(-3_000);
    expect(ask(2, 1)).toEqual({ leastMs: -3_001, mostMs: -2_998 });
    set(3_000);
    expect(ask(2, 1)).toEqual({ leastMs: 2_999, mostMs: 3_002 });
  });
});
