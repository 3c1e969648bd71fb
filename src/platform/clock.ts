/** The one source of time. Durations use it too, so that a test owns both. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** What a Lua script is told as "now": '' in production, where the script asks Redis TIME; a number in tests. */
  scriptNow(): string;
  /** Resolves after `ms`, or rejects with the signal's reason. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

export const systemClock: Clock = {
  now: () => Date.now(),
  scriptNow: () => '',
  sleep: (ms, signal) =>
    new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(asError(signal.reason));
      const onAbort = () => {
        clearTimeout(timer);
        reject(asError(signal?.reason));
      };
      const timer = setTimeout(() => {
        signal?.removeEventListener('abort', onAbort);
        resolve();
      }, ms);
      signal?.addEventListener('abort', onAbort, { once: true });
    }),
};

const asError = (reason: unknown): Error => (reason instanceof Error ? reason : new Error(String(reason)));

/** RFC 3339 in UTC, the only form in which a time leaves Packline. */
export const toInstant = (ms: number): string => new Date(ms).toISOString();
