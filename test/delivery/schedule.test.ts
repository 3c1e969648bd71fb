import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nextDelayMs, retryLadderMs } from '../../src/delivery/schedule.ts';

const middle = (): number => 0.5;
const attemptOf = fc.integer({ min: 1, max: retryLadderMs.length });
const randomOf = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });

describe('an event that was not taken', () => {
  it('is tried again after 5 s, 1 min, 5 min, 30 min, 2, 5, 10, 14, 20 and 24 hours', () => {
    const seconds = retryLadderMs.map((_, n) => (nextDelayMs(n + 1, undefined, middle) ?? 0) / 1_000);
    expect(seconds).toEqual([5, 60, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400]);
  });

  it('is given up after its eleventh attempt, whatever was asked', () => {
    expect(nextDelayMs(11, undefined, middle)).toBeNull();
    expect(nextDelayMs(11, 60_000, middle)).toBeNull();
    expect(nextDelayMs(100, undefined, middle)).toBeNull();
  });

  it('waits within a fifth of its rung, and over the whole of that', () => {
    fc.assert(
      fc.property(attemptOf, randomOf, (attempts, random) => {
        const rung = retryLadderMs[attempts - 1] ?? 0;
        const delayMs = nextDelayMs(attempts, undefined, () => random) ?? 0;
        expect(delayMs).toBeGreaterThanOrEqual(rung * 0.8);
        expect(delayMs).toBeLessThanOrEqual(rung * 1.2);
      }),
    );
    expect([nextDelayMs(1, undefined, () => 0), nextDelayMs(1, undefined, () => 0.999_999)]).toEqual([4_000, 6_000]);
  });

  it('waits as long as it was asked to, in full, and never less than its rung', () => {
    fc.assert(
      fc.property(attemptOf, fc.nat(86_400_000), randomOf, (attempts, askedMs, random) => {
        const asked = nextDelayMs(attempts, askedMs, () => random) ?? 0;
        const unasked = nextDelayMs(attempts, undefined, () => random) ?? 0;
        expect(asked).toBe(Math.max(askedMs, unasked));
      }),
    );
  });
});
