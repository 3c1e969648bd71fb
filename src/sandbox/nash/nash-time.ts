/** A point in time as Nash prints it: UTC, microseconds, no zone suffix (`2026-01-15T01:02:03.123456`). */
export const toNashTime = (epochMicros: number): string => {
  const ms = Math.floor(epochMicros / 1000);
  return `${new Date(ms).toISOString().slice(0, -1)}${String(epochMicros - ms * 1000).padStart(3, '0')}`;
};

/** Epoch microseconds of things that happen one after the other: no two are the same, though a walk may take no time at all. */
export function createStamps(now: () => number): () => number {
  let last = 0;
  return () => {
    last = Math.max(now() * 1000, last + 1);
    return last;
  };
}
