/** What one budget (an organisation's bucket at a partner) saw. */
export interface RateReading {
  limit: number;
  /** All arrivals, refused ones included. */
  requests: number;
  violations: number;
  /** Most arrivals in any one window, refused ones included. */
  worst: number;
}

export interface RateMeter {
  /**
   * Counts one arrival and says whether it is within the limit. A refused arrival uses none of the budget. `sinceMs`: it may
   * have been here since then, unseen; what did not certainly come within one window is not counted together.
   */
  arrive(atMs: number, limit: number, sinceMs?: number): boolean;
  read(): RateReading;
}

/** Times are in order: what came over another connection may have waited longer than what was seen before it. */
function insert(times: number[], atMs: number): void {
  times.splice(times.findLastIndex((time) => time <= atMs) + 1, 0, atMs);
}

/** A sliding window, open at its old end: an arrival exactly one window later is outside. */
export function createRateMeter(windowMs = 1000): RateMeter {
  const dropOlder = (times: number[], atMs: number): void => {
    while (times[0] !== undefined && times[0] <= atMs - windowMs) times.shift();
  };
  const seen: number[] = [];
  const admitted: number[] = [];
  const reading: RateReading = { limit: 0, requests: 0, violations: 0, worst: 0 };
  return {
    arrive(atMs, limit, sinceMs = atMs) {
      dropOlder(seen, atMs);
      dropOlder(admitted, atMs);
      insert(seen, sinceMs);
      reading.limit = limit;
      reading.requests += 1;
      reading.worst = Math.max(reading.worst, seen.length);
      if (admitted.length >= limit) {
        reading.violations += 1;
        return false;
      }
      insert(admitted, sinceMs);
      return true;
    },
    read: () => ({ ...reading }),
  };
}
