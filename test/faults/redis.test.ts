import { expect, test } from 'vitest';
import { redisEmpty } from './scenarios/redis-empty.ts';

test('a Redis that came back empty is shut until an operator accepts it', { timeout: 400_000 }, async () => {
  expect((await redisEmpty.run({ seed: 1, kills: 0, isShort: true })).broken).toEqual([]);
});
