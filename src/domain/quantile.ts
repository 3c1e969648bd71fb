/** `le`: seconds, `Infinity` for the last; counts grow with it. */
export interface Bucket {
  le: number;
  count: number;
}

/** Prometheus' `histogram_quantile`: even within a bucket; null of nothing. Of the last bucket its lower bound. */
export function quantileOf(buckets: readonly Bucket[], share: number): number | null {
  const sorted = buckets.toSorted((a, b) => a.le - b.le);
  const total = sorted.at(-1)?.count ?? 0;
  if (total <= 0) return null;
  const rank = share * total;
  const at = sorted.findIndex(({ count }) => count >= rank);
  const [lower, found] = [sorted[at - 1] ?? { le: 0, count: 0 }, sorted[at]];
  if (found === undefined || found.le === Number.POSITIVE_INFINITY) return lower.le;
  const inside = found.count - lower.count;
  return inside === 0 ? found.le : lower.le + ((found.le - lower.le) * (rank - lower.count)) / inside;
}
