import { Worker } from 'bullmq';
import type { Log } from '../platform/log.ts';
import type { RedisClient } from '../platform/redis.ts';
import type { StoreDeps } from '../store/deps.ts';
import { beginEntries, renewEveryMs, renewLeases } from '../store/entries.ts';
import type { BegunEntry } from '../store/entry-lua.ts';
import type { QueuedBatch } from './bull-queues.ts';
import { createSlots } from './slots.ts';

/** What a process that died had taken and not begun goes back after 25 s, if its lease has not brought it back before. */
const lockMs = 20_000;
const stalledCheckMs = 5_000;

/** So many entries of a lane may follow one another without a hand-over; then others have their turn for the place. */
const followersMax = 32;

export interface RunningWorker {
  /** Takes nothing new; resolves when what runs has ended. */
  drain(): Promise<void>;
}

/**
 * Takes what is handed over for one job of one shard and runs each entry by itself, `concurrency` at once. A batch is over
 * for BullMQ when its last entry has begun: from then on their leases, which this process renews while they run, say that
 * they are alive, and one that takes long holds nothing back. The next batch is taken when there is room for it. `run`
 * answers the entry that began with its end, where it was told that it may take one.
 */
export function takeBatches(
  job: string,
  { store, redis, log, concurrency }: { store: StoreDeps; redis: RedisClient; log: Log; concurrency: number },
  run: (entry: BegunEntry, mayTake: () => boolean) => Promise<BegunEntry | null>,
): RunningWorker {
  const slots = createSlots(concurrency);
  /** By id; the attempt is the run's own. */
  const running = new Map<string, number>();

  let isDraining = false;

  const runInRow = async (first: BegunEntry): Promise<void> => {
    let entry: BegunEntry | null = first;
    for (let followers = 0; entry !== null; followers += 1) {
      const isLast = followers === followersMax;
      entry = await runOne(entry, () => !isLast && !isDraining);
    }
    slots.giveBack();
  };
  const runOne = async (entry: BegunEntry, mayTake: () => boolean): Promise<BegunEntry | null> => {
    running.set(entry.id, entry.attempt);
    try {
      return await run(entry, mayTake);
    } catch (error) {
      // What could not be ended comes again when its lease is over.
      log.error({ job, entryId: entry.id, reason: error instanceof Error ? error.name : '' }, 'job.notEnded');
      return null;
    } finally {
      if (running.get(entry.id) === entry.attempt) running.delete(entry.id);
    }
  };

  const begin = async (handed: QueuedBatch['entries']): Promise<void> => {
    const begun = await beginEntries(store, handed).catch((error: unknown) => {
      for (const _ of handed) slots.giveBack();
      throw error;
    });
    for (let unused = begun.length; unused < handed.length; unused += 1) slots.giveBack();
    for (const entry of begun) void runInRow(entry);
  };

  const worker = new Worker<QueuedBatch>(
    job,
    async ({ data }) => {
      // What an earlier version handed over is left to its lease. What runs here and was late with its sign of life goes on.
      const handed = (data.entries ?? []).filter(({ id, attempt }) => running.get(id) !== attempt);
      for (let taken = 0; taken < handed.length;) {
        const amount = await slots.take(handed.length - taken);
        await begin(handed.slice(taken, taken + amount));
        taken += amount;
      }
    },
    {
      connection: redis,
      prefix: store.keys.queuePrefix,
      concurrency: 1,
      lockDuration: lockMs,
      stalledInterval: stalledCheckMs,
      // A deploy that kills twice must not fail a job; entries decide when to give up.
      maxStalledCount: 100,
      removeOnComplete: { count: 0 },
      removeOnFail: { count: 100 },
      skipVersionCheck: true,
    },
  );
  // BullMQ reports lost locks and connections here; both heal by themselves.
  worker.on('error', (error) => log.warn({ job, reason: error.message }, 'worker.troubled'));

  const renewing = setInterval(() => {
    if (running.size === 0) return;
    renewLeases(store, [...running.keys()]).catch(() => undefined); // Redis away: said elsewhere, and tried again.
  }, renewEveryMs);

  return {
    drain: async () => {
      isDraining = true;
      await worker.close();
      await slots.untilFree();
      clearInterval(renewing);
    },
  };
}
