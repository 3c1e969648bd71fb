import type { Queue } from 'bullmq';
import { toFailure } from '../domain/failure.ts';
import type { Clock } from '../platform/clock.ts';
import type { Log } from '../platform/log.ts';
import { leaseEntries, type LeasedEntry } from '../store/entries.ts';
import type { StoreDeps } from '../store/deps.ts';
import type { BullQueues, QueuedJob } from './bull-queues.ts';
import { isJobName } from './jobs.ts';

/** Longer than a hand-over takes on a busy machine; a dispatcher that died in between costs its entries this much. */
const leaseMs = 8_000;
const batchMax = 200;
/** How often to look while there is work, and at the most while there is none. */
const busyPauseMs = 2;
const idlePauseMs = 20;
const troublePauseMs = 500;

export interface Dispatcher {
  /** Stops leasing; what was leased is handed over. */
  stop(): Promise<void>;
}

/**
 * Leases due entries and hands them to BullMQ. Any number may run: leasing is one script. The hand-over is no
 * acknowledgement: what its job has not committed when the lease runs out is handed over again under the same job id,
 * which BullMQ ignores as long as it still has the job.
 */
export function startDispatcher(
  store: StoreDeps,
  queues: BullQueues,
  { clock, log }: { clock: Clock; log: Log },
): Dispatcher {
  const stopping = new AbortController();
  let troubled = false;

  const turn = async (): Promise<number> => {
    const { entries, idleMs } = await leaseEntries(store, { room: batchMax, leaseMs });
    const known = entries.filter((entry) => isJobName(entry.job));
    if (known.length < entries.length) {
      log.error({ jobs: entries.map((entry) => entry.job).filter((job) => !isJobName(job)) }, 'entry.unknownJob');
    }
    await handOver(queues, known);
    if (entries.length > 0) return busyPauseMs;
    return Math.min(idlePauseMs, Math.max(busyPauseMs, idleMs ?? idlePauseMs));
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
            { code: toFailure(error).code, reason: error instanceof Error ? error.name : '' },
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
  for (const [name, queue] of queues) {
    const mine = entries.filter((entry) => entry.job === name);
    if (mine.length === 0) continue;
    await Promise.all(mine.filter((entry) => entry.redriven).map((entry) => forget(queue, entry)));
    await queue.addBulk(
      mine.map(({ id, attempt, tries, lane, payload }) => ({
        name,
        data: { entryId: id, attempt, tries, lane, payload } satisfies QueuedJob,
        opts: { jobId: `${id}.${attempt}` },
      })),
    );
  }
}

/** A job that BullMQ keeps as finished would swallow the new hand-over; one that waits or runs must be left alone. */
async function forget(queue: Queue<QueuedJob>, entry: LeasedEntry): Promise<void> {
  const job = await queue.getJob(`${entry.id}.${entry.attempt}`);
  if (job !== undefined && (await job.isCompleted().then((done) => done || job.isFailed()))) await job.remove();
}
