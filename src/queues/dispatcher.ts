import type { Queue } from 'bullmq';
import type { Clock } from '../platform/clock.ts';
import type { Log } from '../platform/log.ts';
import { toStoreFailure } from '../platform/redis-away.ts';
import { leaseEntries, type LeasedEntry } from '../store/entries.ts';
import { leaseMs } from '../store/entry-lua.ts';
import type { StoreDeps } from '../store/deps.ts';
import type { BullQueues, QueuedBatch } from './bull-queues.ts';
import { isJobName } from './jobs.ts';

/** Entries in one turn, and in one BullMQ job. */
const turnMax = 200;
const batchMax = 16;
/** How often to look: while there is work, so that some of it has come together; and at the most while there is none. */
const busyPauseMs = 10;
const idlePauseMs = 20;
const troublePauseMs = 500;

export interface Dispatcher {
  /** Stops leasing; what was leased is handed over. */
  stop(): Promise<void>;
}

/**
 * Leases due entries and hands them to BullMQ, those of one job together. Any number may run: leasing is one script. The
 * hand-over is no acknowledgement: what is neither begun nor renewed nor committed when its lease runs out is handed over
 * again, alone: its process may have died of it.
 */
export function startDispatcher(
  store: StoreDeps,
  queues: BullQueues,
  { clock, log }: { clock: Clock; log: Log },
): Dispatcher {
  const stopping = new AbortController();
  let troubled = false;

  const turn = async (): Promise<number> => {
    const { entries, idleMs } = await leaseEntries(store, { room: turnMax, leaseMs });
    const known = entries.filter((entry) => isJobName(entry.job));
    if (known.length < entries.length) {
      log.error({ jobs: entries.map((entry) => entry.job).filter((job) => !isJobName(job)) }, 'entry.unknownJob');
    }
    await handOver(queues, known);
    if (entries.length === turnMax) return 0;
    if (entries.length > 0) return busyPauseMs;
    return Math.min(idlePauseMs, Math.max(1, idleMs ?? idlePauseMs));
  };

  const run = async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      let pauseMs: number;
      try {
        pauseMs = await turn();
        troubled = false;
      } catch (error) {
        if (!troubled)
          log.error(
            { code: toStoreFailure(error).code, reason: error instanceof Error ? error.name : '' },
            'dispatcher.failed',
          );
        troubled = true;
        pauseMs = troublePauseMs;
      }
      await clock.sleep(pauseMs, stopping.signal).catch(() => undefined);
    }
  };
  const running = run();
  return {
    stop: async () => {
      stopping.abort();
      await running;
    },
  };
}

async function handOver(queues: BullQueues, entries: readonly LeasedEntry[]): Promise<void> {
  const names = new Set(entries.map(({ job }) => job));
  await Promise.all(
    [...queues].map(async ([name, queue]) => {
      if (!names.has(name)) return;
      const mine = entries.filter((entry) => entry.job === name);
      const redriven = mine.filter((entry) => entry.redriven);
      await Promise.all(redriven.map((entry) => forget(queue, entry)));
      const fresh = mine.filter((entry) => !entry.redriven);
      await queue.addBulk([
        ...inBatches(fresh).map((batch) => ({ name, data: toData(batch) })),
        // One id for as long as nobody begins it: what waits long for a worker is not piled up.
        ...redriven.map((entry) => ({ name, data: toData([entry]), opts: { jobId: toJobId(entry) } })),
      ]);
    }),
  );
}

const toJobId = ({ id, attempt }: LeasedEntry): string => `${id}.${attempt}`;
const toData = (entries: readonly LeasedEntry[]): QueuedBatch => ({
  entries: entries.map(({ id, attempt, lostRuns }) => ({ id, attempt, lostRuns })),
});
const inBatches = (entries: readonly LeasedEntry[]): LeasedEntry[][] =>
  Array.from({ length: Math.ceil(entries.length / batchMax) }, (_, n) =>
    entries.slice(n * batchMax, (n + 1) * batchMax),
  );

/** A job that BullMQ keeps as finished would swallow the new hand-over; one that waits or runs must be left alone. */
async function forget(queue: Queue<QueuedBatch>, entry: LeasedEntry): Promise<void> {
  const job = await queue.getJob(toJobId(entry));
  if (job !== undefined && (await job.isCompleted().then((done) => done || job.isFailed()))) await job.remove();
}
