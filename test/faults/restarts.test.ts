import { expect, test } from 'vitest';
import { rollingRestarts } from './scenarios/rolling-restarts.ts';

test('a rolling restart under load cuts off nobody and loses nothing', { timeout: 400_000 }, async () => {
  expect((await rollingRestarts.run({ seed: 1, kills: 0, isShort: true })).broken).toEqual([]);
});
