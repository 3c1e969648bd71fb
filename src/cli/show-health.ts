/** A connection's health as the API tells it, as far as it is printed. */
export interface HealthView {
  state: 'healthy' | 'unhealthy' | 'paused';
  lastSuccessAt: string | null;
  lastFailureAt: string | null;
  lastFailureCode: string | null;
  unhealthySince: string | null;
  budgets: Record<
    string,
    { callsPerSecond: number; limitPerSecond: number; inflight: number; waiting: number; etaMs: number }
  >;
}

/** How a connection is doing, for people. */
export function describeHealth(health: HealthView): string[] {
  const { state, lastSuccessAt, lastFailureAt, lastFailureCode, unhealthySince, budgets } = health;
  return [
    `${state}${unhealthySince === null ? '' : ` since ${unhealthySince}`}`,
    `last success ${lastSuccessAt ?? 'never'}`,
    ...(lastFailureAt === null ? [] : [`last failure ${lastFailureAt}: ${lastFailureCode ?? ''}`]),
    ...Object.entries(budgets).map(
      ([name, { callsPerSecond, limitPerSecond, inflight, waiting, etaMs }]) =>
        `${name}: ${callsPerSecond} of ${limitPerSecond} calls/s, ${inflight} under way, ${waiting} wait` +
        (waiting === 0 ? '' : `, ${Math.ceil(etaMs / 1_000)} s to go`),
    ),
  ];
}
