import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createTokenBuckets } from '../../src/ingress/token-buckets.ts';
import { createFakeClock } from '../support/fake-clock.ts';

test('in no stretch of time more passes than the burst and what was earned in it', () => {
  const steps = fc.array(
    fc.record({ waitMs: fc.integer({ min: 0, max: 2_000 }), tries: fc.integer({ min: 1, max: 30 }) }),
  );
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 20 }), fc.integer({ min: 1, max: 50 }), steps, (perSecond, burst, given) => {
      const clock = createFakeClock();
      const buckets = createTokenBuckets(clock, { perSecond, burst });
      const passedAtMs: number[] = [];
      for (const { waitMs, tries } of given) {
        clock.advance(waitMs);
        for (let i = 0; i < tries; i += 1) if (buckets.take('one').taken) passedAtMs.push(clock.now());
      }
      passedAtMs.forEach((from, first) => {
        passedAtMs.slice(first).forEach((to, index) => {
          expect(index + 1).toBeLessThanOrEqual(burst + ((to - from) / 1000) * perSecond + 1e-6);
        });
      });
    }),
    { numRuns: 50 },
  );
});

test('who waits as long as it was told gets through', () => {
  const clock = createFakeClock();
  const buckets = createTokenBuckets(clock, { perSecond: 3, burst: 2 });
  buckets.take('one');
  buckets.take('one');
  const refused = buckets.take('one');
  expect(refused).toMatchObject({ taken: false, remaining: 0 });
  clock.advance(refused.resetSeconds * 1000);
  expect(buckets.take('one').taken).toBe(true);
});
