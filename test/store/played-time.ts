import type { Clock } from '../../src/platform/clock.ts';

/** Time that passes only while everybody who plays sleeps: what takes minutes is played in moments, the same every time. */
export function createPlayedTime(startMs = Date.parse('2026-01-15T00:00:00Z')) {
  let nowMs = startMs;
  let awake = 0;
  const sleeping: { untilMs: number; wake: () => void }[] = [];
  const goOn = (): void => {
    if (awake > 0 || sleeping.length === 0) return;
    sleeping.sort((a, b) => a.untilMs - b.untilMs);
    const next = sleeping.shift();
    nowMs = Math.max(nowMs, next?.untilMs ?? nowMs);
    awake += 1;
    next?.wake();
  };
  const clock: Clock = {
    now: () => nowMs,
    scriptNow: () => String(nowMs),
    sleep: (ms, signal) =>
      new Promise((resolve, reject) => {
        awake -= 1;
        const wake = () => (signal?.aborted ? reject(new Error('aborted')) : resolve());
        sleeping.push({ untilMs: nowMs + ms, wake });
        goOn();
      }),
  };
  return {
    clock,
    /** Each plays until its end, and time goes on when all of them sleep. */
    async play<T>(players: readonly (() => Promise<T>)[]): Promise<T[]> {
      awake += players.length;
      return Promise.all(
        players.map(async (player) => {
          try {
            return await player();
          } finally {
            awake -= 1;
            goOn();
          }
        }),
      );
    },
  };
}
