import { expect, test } from 'vitest';
import { bulkTrouble } from './scenarios/bulk-trouble.ts';

test(
  'whatever happens to runs on their way: every row has one verdict, and the partner has the latest values',
  { timeout: 400_000 },
  async () => {
    expect((await bulkTrouble.run({ seed: 1, kills: 2, isShort: true })).broken).toEqual([]);
  },
);
