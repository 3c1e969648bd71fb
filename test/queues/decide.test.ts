import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Failure, failureKinds, isRetryable, type FailureKind } from '../../src/domain/failure.ts';
import { decide } from '../../src/queues/decide.ts';
import { jobNames, jobs } from '../../src/queues/jobs.ts';

const policy = { attempts: 12, backoffMs: 1_000, backoffMaxMs: 300_000, timeoutMs: 60_000, concurrency: 1 };
const failed = (kind: FailureKind, retryAfterMs?: number): Failure =>
  new Failure(kind, 'test.failed', 'failed', retryAfterMs === undefined ? {} : { retryAfterMs });
const half = (): number => 0.5;
const kindOf = fc.constantFrom(...failureKinds);
const randomOf = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });

describe('a failed job', () => {
  it.each([
    ['transient', 0, { how: 'retry', delayMs: 600, counted: true }],
    ['transient', 3, { how: 'retry', delayMs: 4_100, counted: true }],
    ['transient', 10, { how: 'retry', delayMs: 150_100, counted: true }],
    ['transient', 11, { how: 'bury' }],
    ['throttled', 11, { how: 'retry', delayMs: 600, counted: false }],
    ['aborted', 11, { how: 'retry', delayMs: 250, counted: false }],
    ['rejected', 0, { how: 'bury' }],
    ['misconfigured', 0, { how: 'bury' }],
    ['malformed', 0, { how: 'bury' }],
  ] as const)('of kind %s after %i counted failures: %o', (kind, tries, decision) => {
    expect(decide(failed(kind), tries, policy, half)).toEqual(decision);
  });

  it('that may pass waits as long as they asked, if that is longer than our own wait', () => {
    expect(decide(failed('transient', 90_000), 0, policy, half)).toMatchObject({ delayMs: 90_000, counted: true });
    expect(decide(failed('transient', 1), 0, policy, half)).toMatchObject({ delayMs: 600 });
  });

  it('that was told how long to wait waits exactly so, however often, and uses up nothing', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('throttled', 'aborted'),
        fc.nat(86_400_000),
        fc.nat(1_000),
        randomOf,
        (kind, retryAfterMs, tries, random) => {
          const decision = decide(failed(kind, retryAfterMs), tries, policy, () => random);
          expect(decision).toEqual({ how: 'retry', delayMs: retryAfterMs, counted: false });
        },
      ),
    );
  });

  it('waits at random within bounds that double, up to the longest wait', () => {
    fc.assert(
      fc.property(fc.nat(10), randomOf, (tries, random) => {
        const decision = decide(failed('transient'), tries, policy, () => random);
        const ceiling = Math.min(policy.backoffMaxMs, policy.backoffMs * 2 ** tries);
        expect(decision.how).toBe('retry');
        if (decision.how === 'bury') return;
        expect(decision.delayMs).toBeGreaterThanOrEqual(100);
        expect(decision.delayMs).toBeLessThanOrEqual(100 + ceiling);
      }),
    );
  });

  it('is spread over the whole of that time', () => {
    const delay = (random: number) => decide(failed('transient'), 4, policy, () => random);
    expect([delay(0), delay(0.999_99)]).toMatchObject([{ delayMs: 100 }, { delayMs: 16_100 }]);
  });

  it('is retried only for kinds that may be, and of any kind and job ends at some time or asks nothing of anybody', () => {
    fc.assert(
      fc.property(kindOf, fc.constantFrom(...jobNames), fc.nat(100), (kind, name, tries) => {
        const decision = decide(failed(kind), tries, jobs[name].policy, half);
        if (decision.how === 'retry') expect(isRetryable(kind)).toBe(true);
        if (decision.how === 'retry' && decision.counted) expect(tries).toBeLessThan(jobs[name].policy.attempts - 1);
        if (!isRetryable(kind)) expect(decision).toEqual({ how: 'bury' });
      }),
    );
  });
});
