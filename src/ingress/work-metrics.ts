import { Gauge } from 'prom-client';
import { failureKinds } from '../domain/failure.ts';
import { isJobName } from '../queues/jobs.ts';
import type { StoreDeps } from '../store/deps.ts';
import { countOpenIssues, readOldestDue, readStageAges } from '../store/work-state.ts';
import { countWorkers } from '../store/workers-alive.ts';
import type { IngressDeps } from './deps.ts';

type Read = (store: StoreDeps) => Promise<ReadonlyMap<string, number>>;

/** What is late, wrong or standing still, read from Redis when it is asked for. Of a shard that does not answer nothing is said. */
export function registerWorkMetrics(deps: IngressDeps): void {
  const show = (
    name: string,
    help: string,
    label: string,
    read: Read,
    merge: (a: number, b: number) => number,
  ): void => {
    const gauge = new Gauge({
      name,
      help,
      labelNames: [label],
      registers: [deps.metrics],
      async collect() {
        const shards = Array.from({ length: deps.settings.shards }, (_, shard) => read(deps.shard(shard)).catch(() => new Map<string, number>())); // prettier-ignore
        const merged = new Map<string, number>();
        for (const [key, value] of (await Promise.all(shards)).flatMap((shard) => [...shard])) {
          merged.set(key, merge(value, merged.get(key) ?? 0));
        }
        gauge.reset();
        for (const [key, value] of merged) gauge.set({ [label]: key }, value);
      },
    });
  };
  const inSeconds =
    (read: Read, isKnown: (key: string) => boolean): Read =>
    async (store) =>
      new Map([...(await read(store))].filter(([key]) => isKnown(key)).map(([key, ms]) => [key, ms / 1_000]));

  show(
    'packline_oldest_job_age_seconds',
    'For how long the oldest entry of a job has been due; nothing for jobs that are not late.',
    'job',
    inSeconds(readOldestDue, isJobName),
    Math.max,
  );
  show(
    'packline_order_stage_age_seconds',
    'By status: for how long nothing was heard of the open order that was heard of longest ago.',
    'status',
    inSeconds(readStageAges, () => true),
    Math.max,
  );
  show(
    'packline_issues_open',
    'Open issues, by the kind of their failure.',
    'class',
    async (store) => new Map([...failureKinds.map((kind) => [kind, 0] as const), ...(await countOpenIssues(store))]),
    (a, b) => a + b,
  );
  const workers = new Gauge({
    name: 'packline_workers_alive',
    help: 'Worker processes that gave a sign of life within 20 seconds.',
    registers: [deps.metrics],
    async collect() {
      const alive = await countWorkers(deps).catch(() => null);
      // An old number would look like a new one.
      if (alive === null) workers.remove();
      else workers.set(alive);
    },
  });
}
