import type { Registry } from 'prom-client';
import type { Clock } from '../platform/clock.ts';
import type { RedisClient } from '../platform/redis.ts';
import { makeId } from '../domain/ids.ts';
import type { StoreDeps } from '../store/deps.ts';
import { claimStep, recordSeries, seriesWindows } from '../store/series.ts';
import { countByJob, readOldestDue } from '../store/work-state.ts';

export interface RecorderDeps {
  redis: RedisClient;
  stores: readonly StoreDeps[];
  clock: Clock;
  registry: Registry;
}

export interface Recorder {
  /** One step now. */
  record(): Promise<void>;
  stop(): Promise<void>;
}

type Counted = Record<string, number>;

/** What of a process' own metrics is drawn: partners' latency as its histogram, and deliveries. All of them only grow. */
async function readCounters(registry: Registry): Promise<Counted> {
  const counted: Counted = {};
  const add = (name: string, value: number): void => {
    counted[name] = (counted[name] ?? 0) + value;
  };
  const outbound = await registry.getSingleMetric('packline_outbound_duration_seconds')?.get();
  for (const { labels, value, ...rest } of outbound?.values ?? []) {
    const metricName = 'metricName' in rest ? String(rest.metricName) : '';
    if (metricName.endsWith('_bucket')) add(`latency.${labels['target']}.${labels['le']}`, value);
  }
  const deliveries = await registry.getSingleMetric('packline_webhook_deliveries_total')?.get();
  for (const { labels, value } of deliveries?.values ?? []) add(`deliveries.${labels['outcome']}`, value);
  return counted;
}

/** Waiting and late work of all shards, and orders that were accepted since `sinceMs`: one process asks for all. */
async function readLevels(stores: readonly StoreDeps[]): Promise<Counted> {
  const levels: Counted = {};
  for (const store of stores) {
    for (const [job, count] of await countByJob(store))
      levels[`backlog.${job}`] = (levels[`backlog.${job}`] ?? 0) + count;
    for (const [job, ms] of await readOldestDue(store))
      levels[`oldest.${job}`] = Math.max(levels[`oldest.${job}`] ?? 0, ms);
  }
  return levels;
}

/** Ids are made of their moment: how many orders were accepted in a step can be counted at any time, without a counter. */
async function countAccepted(stores: readonly StoreDeps[], fromMs: number, toMs: number): Promise<number> {
  const first = new Uint8Array(10);
  const [from, to] = [`[${makeId('order', fromMs, first)}`, `(${makeId('order', toMs, first)}`];
  const counts = stores.map(async ({ redis, keys }) => {
    const merchants = await redis.smembers(keys.merchants);
    return Promise.all(merchants.map((id) => redis.zlexcount(keys.orders(id), from, to)));
  });
  return (await Promise.all(counts)).flat().reduce((sum, count) => sum + count, 0);
}

/**
 * Adds every 10 s what this process has done since, and, where it is the first of all processes in this step, how much waits.
 * A step that Redis did not take is added to the next.
 */
export function startRecorder({ redis, stores, clock, registry }: RecorderDeps): Recorder {
  const stopping = new AbortController();
  const { stepMs } = seriesWindows['1h'];
  let told: Counted = {};

  const record = async (): Promise<void> => {
    const counted = await readCounters(registry);
    const added = Object.entries(counted).map(([name, value]) => [name, value - (told[name] ?? 0)] as const);
    const now = clock.now();
    const isOurs = await claimStep({ redis, clock });
    // Of the step before: this one is not over.
    const from = (Math.floor(now / stepMs) - 1) * stepMs;
    const accepted = isOurs ? await countAccepted(stores, from, from + stepMs) : 0;
    await recordSeries(
      { redis, clock },
      {
        added: { ...Object.fromEntries(added.filter(([, value]) => value > 0)), ...(accepted > 0 && { accepted }) },
        levels: isOurs ? { ...(await readLevels(stores)), recorded: 1 } : {},
      },
    );
    told = counted;
  };
  const run = async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      await clock.sleep(stepMs - (clock.now() % stepMs), stopping.signal).catch(() => undefined);
      if (!stopping.signal.aborted) await record().catch(() => undefined); // Redis away: said elsewhere.
    }
  };
  const running = run();
  return {
    record,
    async stop() {
      stopping.abort();
      await running;
    },
  };
}
