import type { Clock } from '../../src/platform/clock.ts';

/** A clock that stands still until it is told to go on; scripts are told its time too. */
export interface FakeClock extends Clock {
  advance(ms: number): void;
}

export function createFakeClock(startMs = Date.parse('2026-01-15T00:00:00Z')): FakeClock {
  let nowMs = startMs;
  return {
    now: () => nowMs,
    scriptNow: () => String(nowMs),
    // Loops yield for a real moment; time itself only moves when the test says so.
    sleep: (_ms, signal) =>
      new Promise((resolve, reject) => {
        if (signal?.aborted) return reject(new Error('aborted'));
        setTimeout(resolve, 1);
      }),
    advance: (ms) => {
      nowMs += ms;
    },
  };
}
