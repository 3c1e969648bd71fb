import { expect, test } from 'vitest';
import { redisAway } from './scenarios/redis-away.ts';
import { redisEmpty } from './scenarios/redis-empty.ts';

const scale = { seed: 1, kills: 4, isShort: true };

test(
  'Redis away or read-only: nothing is lost or doubled, and all goes on by itself when it is back',
  { timeout: 400_000 },
  async () => {
    expect((await redisAway.run(scale)).broken).toEqual([]);
  },
);

test('a Redis that came back empty is shut until an operator accepts it', { timeout: 400_000 }, async () => {
  expect((await redisEmpty.run(scale)).broken).toEqual([]);
});
