import { Gauge } from 'prom-client';
import { labelsOfLane, listLanes, readLane, type LaneReading } from '../store/lanes.ts';
import type { IngressDeps } from './deps.ts';

type Budget = Awaited<ReturnType<typeof readAll>>[number];

/**
 * How the partners' limits are used, counted when it is asked for. Accounts are summed up, for they may be thousands: of
 * each connector and budget the account that is nearest to its limit, how many rest after a 429, and what waits. Of a shard
 * whose Redis does not answer nothing is said.
 */
export function registerBudgetMetrics(deps: IngressDeps): void {
  let reading: Promise<readonly Budget[]> | undefined;
  /** All that are asked for at the same time show the same moment. */
  const readOnce = (): Promise<readonly Budget[]> =>
    (reading ??= readAll(deps).finally(() => {
      reading = undefined;
    }));

  const show = (name: string, help: string, of: (lanes: readonly LaneReading[]) => number): void => {
    const gauge = new Gauge({
      name,
      help,
      labelNames: ['connector', 'budget'] as const,
      registers: [deps.metrics],
      async collect() {
        const budgets = await readOnce();
        gauge.reset();
        for (const { connector, budget, lanes } of budgets) gauge.set({ connector, budget }, of(lanes));
      },
    });
  };
  const most =
    (of: (lane: LaneReading) => number) =>
    (lanes: readonly LaneReading[]): number =>
      Math.max(0, ...lanes.map(of));

  show(
    'packline_limiter_budget_used_ratio',
    'Of the account nearest to its limit: calls in the window that ends now, beside the limit.',
    most(({ windows }) => Math.max(0, ...windows.map(({ used, calls }) => used / calls))),
  );
  show(
    'packline_limiter_at_once_ratio',
    'Of the account nearest to it: calls under way, beside how many may be.',
    most(({ atOnce }) => (atOnce === null ? 0 : atOnce.used / atOnce.max)),
  );
  show(
    'packline_limiter_paused_accounts',
    'Accounts whose partner asked us to wait.',
    (lanes) => lanes.filter(({ pausedMs }) => pausedMs > 0).length,
  );
  show(
    'packline_limiter_eta_seconds',
    'Of the account with the longest queue: when all that waits will have made its first call.',
    most(({ etaMs }) => etaMs / 1_000),
  );
  const waiting = new Gauge({
    name: 'packline_limiter_waiting',
    help: 'Work and calls that wait for a partner’s limit, by class.',
    labelNames: ['connector', 'budget', 'class'] as const,
    registers: [deps.metrics],
    async collect() {
      const budgets = await readOnce();
      waiting.reset();
      for (const { connector, budget, lanes } of budgets) {
        for (const { queue } of lanes) {
          for (const [of, count] of Object.entries(queue)) waiting.inc({ connector, budget, class: of }, count);
        }
      }
    },
  });
}

async function readAll(
  deps: IngressDeps,
): Promise<readonly { connector: string; budget: string; lanes: LaneReading[] }[]> {
  const readShard = async (shard: number) => {
    const store = deps.shard(shard);
    const lanes = await listLanes(store);
    return Promise.all(lanes.map(async (lane) => ({ ...labelsOfLane(lane), reading: await readLane(store, lane) })));
  };
  const shards = Array.from({ length: deps.settings.shards }, (_, shard) => readShard(shard).catch(() => []));
  const groups = Map.groupBy((await Promise.all(shards)).flat(), ({ connector, budget }) => `${connector}.${budget}`);
  return [...groups.values()].flatMap((group) =>
    group.slice(0, 1).map(({ connector, budget }) => ({
      connector,
      budget,
      lanes: group.map(({ reading }) => reading),
    })),
  );
}
