import { expect, it } from 'vitest';
import { killWorkers } from './worker-kills.ts';

it(
  'a worker that is killed again and again loses nothing, doubles nothing and keeps the order of events',
  { timeout: 150_000 },
  async () => {
    const report = await killWorkers({ kills: 6, orders: 30, seed: 1 });
    expect(report.accepted).toBeGreaterThanOrEqual(30);
    expect({ lost: report.lost, doubled: report.doubled, disordered: report.disordered }).toEqual({
      lost: [],
      doubled: [],
      disordered: [],
    });
    expect(report.recoveredMs).toBeLessThan(45_000);
  },
);
