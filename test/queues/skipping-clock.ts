import { systemClock, type Clock } from '../../src/platform/clock.ts';

/** Real time that a test can skip: for what has to run on real timers and still wait for minutes. */
export interface SkippingClock extends Clock {
  skip(ms: number): void;
}

export function createSkippingClock(): SkippingClock {
  let skippedMs = 0;
  const now = () => systemClock.now() + skippedMs;
  return {
    now,
    scriptNow: () => String(now()),
    sleep: (ms, signal) => systemClock.sleep(ms, signal),
    skip: (ms) => {
      skippedMs += ms;
    },
  };
}
