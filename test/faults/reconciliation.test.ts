import { expect, test } from 'vitest';
import { reconciledHooks } from './scenarios/reconciled-hooks.ts';

test(
  'a reconciliation heals a run in which 5 % of all webhooks were lost: every order ends as if none had been',
  { timeout: 400_000 },
  async () => {
    const finding = await reconciledHooks.run({ seed: 1, kills: 0, isShort: true });
    expect(finding.broken).toEqual([]);
    expect(finding.figures['hooksLost']).toBeGreaterThan(0);
    expect(finding.figures['differedBefore']).toBeGreaterThan(0);
  },
);
