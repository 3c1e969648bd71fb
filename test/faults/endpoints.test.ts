import { expect, test } from 'vitest';
import { endpointTrouble } from './scenarios/endpoint-trouble.ts';

test(
  'killed while an endpoint is disabled, asked and sent what it missed: every event arrives in order, and is counted truly',
  { timeout: 300_000 },
  async () => {
    const finding = await endpointTrouble.run({ seed: 1, kills: 6, isShort: true });
    expect(finding.broken).toEqual([]);
    expect(finding.figures['missed']).toBeGreaterThan(0);
  },
);
