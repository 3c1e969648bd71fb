import { Gauge } from 'prom-client';
import { labelsOfLane, listLanes, readLane, type LaneReading } from '../store/lanes.ts';
import type { IngressDeps } from './deps.ts';

/**
 * How the partners' limits are used, counted when it is asked for. Accounts are summed up, for they may be thousands: of
 * each connector and budget the account that is nearest to its limit, how many rest after a 429, and what waits. Of a shard
 * whose Redis does not answer nothing is said.
 */
export function registerBudgetMetrics(deps: IngressDeps): void {
  const registers = [deps.metrics];
  const labelNames = ['connector', 'budget'] as const;
  const used = new Gauge({
    name: 'packline_budget_used_ratio',
    help: 'Of the account nearest to its limit: calls in the window that ends now, beside the limit.',
    labelNames,
    registers,
    collect: () => collect(),
  });
  const atOnce = new Gauge({
    name: 'packline_budget_at_once_ratio',
    help: 'Of the account nearest to it: calls under way, beside how many may be.',
    labelNames,
    registers,
  });
  const paused = new Gauge({
    name: 'packline_budget_paused_accounts',
    help: 'Accounts whose partner asked us to wait.',
    labelNames,
    registers,
  });
  const waiting = new Gauge({
    name: 'packline_budget_waiting',
    help: 'Work and calls that wait for a partner’s limit, by class.',
    labelNames: [...labelNames, 'class'] as const,
    registers,
  });
  const eta = new Gauge({
    name: 'packline_budget_eta_seconds',
    help: 'Of the account with the longest queue: when all that waits will have made its first call.',
    labelNames,
    registers,
  });

  async function collect(): Promise<void> {
    for (const gauge of [used, atOnce, paused, waiting, eta]) gauge.reset();
    for (const [connector, budget, lanes] of await readAll(deps)) {
      const labels = { connector, budget };
      const most = (of: (lane: LaneReading) => number): number => Math.max(...lanes.map(of));
      used.set(
        labels,
        most(({ windows }) => Math.max(0, ...windows.map((window) => window.used / window.calls))),
      );
      atOnce.set(
        labels,
        most((lane) => (lane.atOnce === null ? 0 : lane.atOnce.used / lane.atOnce.max)),
      );
      paused.set(labels, lanes.filter(({ pausedMs }) => pausedMs > 0).length);
      eta.set(
        labels,
        most(({ etaMs }) => etaMs / 1_000),
      );
      for (const { queue } of lanes) {
        for (const [of, count] of Object.entries(queue)) waiting.inc({ ...labels, class: of }, count);
      }
    }
  }
}

async function readAll(deps: IngressDeps): Promise<(readonly [string, string, LaneReading[]])[]> {
  const shards = await Promise.all(
    Array.from({ length: deps.settings.shards }, async (_, shard) => {
      const store = deps.shard(shard);
      const lanes = await listLanes(store);
      return Promise.all(lanes.map(async (lane) => ({ ...labelsOfLane(lane), reading: await readLane(store, lane) })));
    }).map((reading) => reading.catch(() => [])),
  );
  const groups = Map.groupBy(shards.flat(), ({ connector, budget }) => `${connector}.${budget}`);
  return [...groups.values()].flatMap((group) => {
    const [first] = group;
    return first === undefined ? [] : [[first.connector, first.budget, group.map(({ reading }) => reading)] as const];
  });
}
