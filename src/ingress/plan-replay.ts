import { timeOf } from '../domain/ids.ts';
import type { Replay, ReplayScope } from '../domain/replay.ts';
import { toInstant } from '../platform/clock.ts';
import type { StoreDeps } from '../store/deps.ts';
import type { Endpoint } from '../store/endpoints.ts';
import { readMissed } from '../store/missed-events.ts';
import { toScopeView, type ReplayPlanView } from './views/replay-view.ts';

/** So many events are looked at while somebody waits for the answer, so many at a time. */
const looksMax = 20_000;
const stepMax = 500;
const sampleMax = 5;

/** What would be sent, and how long it would take. Nothing is written. */
export async function planReplay(
  store: StoreDeps,
  endpoint: Endpoint,
  { scope, ratePerSecond }: { scope: ReplayScope; ratePerSecond: Replay['ratePerSecond'] },
): Promise<ReplayPlanView> {
  const byType = new Map<string, number>();
  const byOutcome = new Map<string, number>();
  const sample: ReplayPlanView['sample'] = [];
  let [count, wiped, looked] = [0, 0, 0];
  let position: string | null = null;
  let oldest: string | null = null;
  let newest: string | null = null;
  let isLast = false;
  while (!isLast && looked < looksMax) {
    const way = { position, looks: stepMax, foundMax: Number.POSITIVE_INFINITY };
    const step = await readMissed(store, endpoint.merchantId, scope, endpoint, way);
    for (const { event, outcome } of step.found) {
      const { id: eventId, type, orderId, createdAt } = event;
      count += 1;
      byType.set(type, (byType.get(type) ?? 0) + 1);
      byOutcome.set(outcome, (byOutcome.get(outcome) ?? 0) + 1);
      oldest ??= createdAt;
      newest = createdAt;
      if (sample.length < sampleMax) sample.push({ eventId, type, orderId, createdAt, outcome });
    }
    wiped += step.wiped;
    looked += step.looked;
    ({ position, isLast } = step);
  }
  const { until, ...shown } = toScopeView(scope);
  return {
    ...shown,
    until,
    count,
    complete: isLast,
    lookedThrough: isLast || position === null ? until : toInstant(timeOf(position)),
    byType: Object.fromEntries(byType),
    byOutcome: Object.fromEntries(byOutcome),
    wiped,
    oldest,
    newest,
    ratePerSecond,
    seconds: Math.ceil(count / ratePerSecond),
    sample,
  };
}
