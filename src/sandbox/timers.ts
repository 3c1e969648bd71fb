/** Timers of one sandbox: durations are given at speed 1, and all of them stop together. */
export interface Timers {
  /** Runs `task` after `durationMs / speed` (at speed 0: as soon as the event loop turns). Returns how to call it off. */
  after(durationMs: number, task: () => void): () => void;
  /** The same, with a duration that the speed does not touch. */
  afterReal(durationMs: number, task: () => void): () => void;
  stopAll(): void;
}

export function createTimers(speed: number): Timers {
  const running = new Set<NodeJS.Timeout>();
  const afterReal: Timers['afterReal'] = (durationMs, task) => {
    const timer = setTimeout(() => {
      running.delete(timer);
      task();
    }, durationMs);
    running.add(timer);
    return () => {
      clearTimeout(timer);
      running.delete(timer);
    };
  };
  return {
    afterReal,
    after: (durationMs, task) => afterReal(speed === 0 ? 0 : durationMs / speed, task),
    stopAll() {
      for (const timer of running) clearTimeout(timer);
      running.clear();
    },
  };
}
