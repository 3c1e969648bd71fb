import { loadavg } from 'node:os';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { startBoundProcess, type BoundProcess } from '../src/platform/bound-process.ts';
import { connectMerchant } from '../test/support/connected-merchant.ts';
import { startProcesses } from '../test/support/packline-processes.ts';
import { mostInWindow, watchArrivals, type Arrival } from './arrivals.ts';
import { defineBenchmark } from './benchmark.ts';
import { postOrders } from './load.ts';
import { quantile, quantiles } from './statistics.ts';

/** Of two accounts at one partner, in calls per second. */
const limits = [10, 50] as const;
const windowMs = 1_000;
/** Of all calls so many are answered with a 500: what is tried again draws on the same budget. */
const failingShare = 0.02;
const warmMs = 3_000;

/** The call of bulk-calls.ts, which nobody else makes here. */
const bulkCall = 'GET /v1/orders';

/**
 * Thousands of orders wait for two accounts with limits, and bulk work of a lower class wants all of them too. Their calls
 * (looks, orders, dispatches, reads after hooks, bulk work, and all of them again where they failed) are counted where their
 * headers arrive, by one worker process and by several, for a part of the time beside a process that keeps a processor busy.
 */
export const limit = defineBenchmark({
  name: 'limit',
  shows: 'calls at a partner with a limit: most in any second, and how much of the limit is used',
  size: { seconds: 60, burnSeconds: 30, workers: 4 },
  quickSize: { seconds: 5, burnSeconds: 5, workers: 2 },
  async run({ seconds, burnSeconds, workers }, say) {
    const runs: Run[] = [];
    for (const count of new Set([1, workers])) {
      runs.push(...(await measure({ seconds, burnSeconds, workers: count }, say)));
    }
    return {
      rows: runs.flatMap(({ calls, workers: count, worst, phases }) => {
        const where = `limit ${calls}/s, ${count} worker${count === 1 ? '' : 's'}`;
        const shares = phases.map((phase) => phase.share);
        return [
          {
            what: `most calls in any second, ${where}`,
            figure: worst,
            unit: '',
            better: 'lower' as const,
            ceiling: { is: calls, what: 'the limit' },
            target: { of: 'figure' as const, is: calls },
          },
          {
            what: `share of the limit that is used while orders wait, ${where}`,
            figure: Math.min(...shares),
            unit: '',
            better: 'higher' as const,
            ceiling: { is: 1, what: 'the limit' },
            target: { of: 'figure' as const, is: 0.95 },
            samples: shares,
          },
          {
            what: `share of the calls that the orders have, while bulk work wants all, ${where}`,
            figure: Math.min(...phases.map((phase) => phase.ofOrders)),
            unit: '',
            better: 'higher' as const,
            ceiling: { is: 0.75, what: 'all but every fourth' },
            target: { of: 'figure' as const, is: 0.6 },
            samples: phases.map((phase) => phase.ofOrders),
          },
        ];
      }),
      details: { runs },
    };
  },
});

interface Phase {
  what: 'alone' | 'beside a burner';
  calls: number;
  worst: number;
  share: number;
  ofOrders: number;
  gapsMs: Record<string, number>;
  /** How long it took from each call to the one that is so many later as the limit allows in a second. */
  spansMs: { least: number; p1: number; p50: number };
  /** How late this process, where arrivals are counted, was itself. */
  lateMsMax: number;
  /** Of the machine at its end, over a minute: others may use it, too. */
  load: number;
}
interface Run {
  workers: number;
  calls: number;
  /** Most calls in any second from the first call on, the start of cold processes included. */
  worst: number;
  /** By when this process saw them, its own delays included. */
  worstSeen: number;
  failed: number;
  phases: Phase[];
}

async function measure(
  { seconds, burnSeconds, workers }: { seconds: number; burnSeconds: number; workers: number },
  say: (progress: string) => void,
): Promise<Run[]> {
  const packline = await startProcesses({
    sandbox: { speed: 0, picker: { stepMs: 20, outcome: 'exact' } },
    settings: { PACKLINE_LOG_LEVEL: 'fatal', PACKLINE_RATE_PER_SECOND: '100000', PACKLINE_RATE_BURST: '100000' },
  });
  try {
    packline.sandbox.faults.add({ probability: failingShare, fault: { kind: 'status', status: 500 } });
    const { arrivals, stop } = watchArrivals(packline.sandbox.books);
    const totalSeconds = seconds + burnSeconds + warmMs / 1_000 + 10;
    const targets: string[] = [];
    for (const calls of limits) {
      const orgId = orgOf(calls);
      const merchant = await connectMerchant(packline, { orgId, ratePerSecond: calls });
      // The partner itself lets more pass: a 429 would halve the rate, and hide how much of it is used.
      await merchant.control('POST', '/nash/organisations', {
        orgId,
        apiKey: `nash_key_${orgId}`,
        stores: ['store-1'],
        limits: { default: calls * 2, catalog: 10 },
      });
      targets.push(`${merchant.merchantId}/${merchant.connectionId}`);
      // Each takes at least three calls: so many are never used up.
      const amount = Math.ceil((totalSeconds * calls) / 3);
      await postOrders(packline.baseUrl, { key: merchant.merchantKey, connections: 20, seconds: 3_600, amount });
    }
    for (let n = 0; n < workers; n += 1) await packline.startWorker();
    const bulk = await startBeside('bulk-calls.ts', targets, packline.settings);
    await delay(warmMs);
    const phases = [await watch('alone', seconds, arrivals)];
    const burner = await startBeside('burner.ts');
    phases.push(await watch('beside a burner', burnSeconds, arrivals));
    await Promise.all([burner.stop(0), bulk.stop(0)]);
    stop();
    return limits.map((calls) => {
      const { faults } = packline.sandbox.books.report(orgOf(calls));
      const all = of(arrivals, calls);
      const worst = mostInWindow(all, windowMs);
      const worstSeen = mostInWindow(
        all.map(({ seenMs }) => ({ seenMs, afterMs: seenMs })),
        windowMs,
      );
      const seen = phases.map((phase) => phase(calls));
      for (const phase of seen) {
        say(
          `${workers} workers, limit ${calls}/s, ${phase.what}: worst ${phase.worst}, share ${phase.share}, orders ${phase.ofOrders}, ` +
            `spans of ${calls} calls ${phase.spansMs.least}/${phase.spansMs.p1}/${phase.spansMs.p50} ms (least/p1/p50), ` +
            `gaps p50/p99 ${phase.gapsMs['p50']}/${phase.gapsMs['p99']} ms, counting late ${phase.lateMsMax} ms at most, ` +
            `load ${phase.load}`,
        );
      }
      return { workers, calls, worst, worstSeen, failed: faults['status'] ?? 0, phases: seen };
    });
  } finally {
    await packline.close();
  }
}

const round = (share: number): number => Math.round(share * 1_000) / 1_000;

const startBeside = (
  file: string,
  args: readonly string[] = [],
  env?: Readonly<Record<string, string>>,
): Promise<BoundProcess> =>
  startBoundProcess(process.execPath, [fileURLToPath(new URL(file, import.meta.url)), ...args], {
    ...(env !== undefined && { env: { ...env } }),
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });

const orgOf = (calls: number): string => `org_limit_${calls}`;

const of = (arrivals: readonly Arrival[], calls: number): Arrival[] =>
  arrivals.filter(({ org }) => org() === orgOf(calls));

/** Waits so long; answers what each limit saw meanwhile. */
async function watch(
  what: Phase['what'],
  seconds: number,
  arrivals: readonly Arrival[],
): Promise<(calls: number) => Phase> {
  const late = monitorEventLoopDelay({ resolution: 5 });
  late.enable();
  const fromMs = Date.now();
  await delay(seconds * 1_000);
  const untilMs = Date.now();
  late.disable();
  const load = Math.round((loadavg()[0] ?? 0) * 10) / 10;
  return (calls) => {
    const seen = of(arrivals, calls).filter(({ seenMs }) => seenMs >= fromMs && seenMs < untilMs);
    const gaps = seen.slice(1).map(({ seenMs }, n) => seenMs - (seen[n]?.seenMs ?? seenMs));
    const spans = seen.slice(calls).map(({ seenMs }, n) => seenMs - (seen[n]?.seenMs ?? seenMs));
    return {
      what,
      calls: seen.length,
      worst: mostInWindow(seen, windowMs),
      share: round(seen.length / ((untilMs - fromMs) / 1_000) / calls),
      ofOrders: round(seen.filter(({ call }) => call !== bulkCall).length / seen.length),
      gapsMs: quantiles(gaps),
      spansMs: { least: quantile(spans, 0), p1: quantile(spans, 0.01), p50: quantile(spans, 0.5) },
      load,
      lateMsMax: Math.round(late.max / 1e6),
    };
  };
}
