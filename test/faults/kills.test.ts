import { expect, test } from 'vitest';
import { randomKills } from './scenarios/random-kills.ts';
import { namedKills } from './scenarios/named-kills.ts';

const scale = { seed: 1, kills: 4, isShort: true };

test('whoever is killed, and whenever: nothing is lost, doubled or out of order', { timeout: 400_000 }, async () => {
  expect((await randomKills.run(scale)).broken).toEqual([]);
});

test(
  'killed before or after a call or a commit: nothing is lost, doubled or out of order',
  { timeout: 400_000 },
  async () => {
    expect((await namedKills.run(scale)).broken).toEqual([]);
  },
);
