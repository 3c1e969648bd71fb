/** A connection's health as the API tells it, as far as it is printed. */
export interface HealthView {
  state: 'healthy' | 'unhealthy' | 'paused';
  lastSuccessAt: string | null;
  lastFailureAt: string | null;
  lastFailureCode: string | null;
  unhealthySince: string | null;
  calls: { windowSeconds: number; total: number; failed: number; p95Ms: number | null };
  budgets: Record<
    string,
    { callsPerSecond: number; limitPerSecond: number; inflight: number; waiting: number; etaMs: number }
  >;
}

/** How a connection is doing, for people. */
export function describeHealth(health: HealthView): string[] {
  const { state, lastSuccessAt, lastFailureAt, lastFailureCode, unhealthySince, calls, budgets } = health;
  return [
    `${state}${unhealthySince === null ? '' : ` since ${unhealthySince}`}`,
    `last success ${lastSuccessAt ?? 'never'}`,
    ...(lastFailureAt === null ? [] : [`last failure ${lastFailureAt}: ${lastFailureCode ?? ''}`]),
    ...(calls.p95Ms === null
      ? []
      : [
          `${calls.total} calls in ${calls.windowSeconds / 60} min, ${calls.failed} failed, 95 % within ${calls.p95Ms} ms`,
        ]),
    ...Object.entries(budgets).map(
      ([name, { callsPerSecond, limitPerSecond, inflight, waiting, etaMs }]) =>
        `${name}: ${callsPerSecond} of ${limitPerSecond} calls/s, ${inflight} under way, ${waiting} wait` +
        (waiting === 0 ? '' : `, ${Math.ceil(etaMs / 1_000)} s to go`),
    ),
  ];
}
