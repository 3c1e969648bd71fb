import { expect, test } from 'vitest';
import { partnerTrouble } from './scenarios/partner-trouble.ts';
import { repeatedHooks } from './scenarios/repeated-hooks.ts';

const scale = { seed: 1, kills: 4, isShort: true };

test(
  'partners in every kind of trouble: nothing is lost or doubled, and a neighbour does not wait',
  { timeout: 400_000 },
  async () => {
    expect((await partnerTrouble.run(scale)).broken).toEqual([]);
  },
);

test('every webhook a hundred times and shuffled is what it is once', { timeout: 400_000 }, async () => {
  expect((await repeatedHooks.run(scale)).broken).toEqual([]);
});
