import { describe, expect, it } from 'vitest';
import { learnRedisTime } from '../../src/store/redis-time.ts';
import { testRedis } from '../support/redis.ts';

/** A Redis whose clock is so far ahead, asked by way of replies that took so long there and back. */
async function asker(aheadMs: number) {
  const { client } = await testRedis();
  let nowMs = 1_000_000;
  return {
    ask: (thereMs: number, backMs: number): number => {
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
  it('is known as well as by the shortest reply, and never taken for later than it is', async () => {
    const { ask } = await asker(5_000);
    expect(ask(1, 80)).toBe(4_920);
    expect(ask(3, 2)).toBe(4_998);
    expect(ask(90, 70)).toBe(4_998);
    expect(ask(40, 0)).toBe(5_000);
  });

  it('is followed with the next reply when one of both clocks was set anew', async () => {
    const { ask, set } = await asker(0);
    ask(1, 1);
    set(-3_000);
    expect(ask(2, 1)).toBe(-2_998);
    set(3_000);
    expect(ask(2, 1)).toBe(2_999);
  });
});
