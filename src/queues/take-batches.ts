import { Worker } from 'bullmq';
import type { Log } from '../platform/log.ts';
import { isRedisAway } from '../platform/redis-away.ts';
import type { RedisClient } from '../platform/redis.ts';
import type { StoreDeps } from '../store/deps.ts';
import { beginEntries, handBack, renewEveryMs, renewLeases } from '../store/entries.ts';
import type { BegunEntry } from '../store/entry-lua.ts';
import { createTurns } from '../store/take-turns.ts';
import type { HandedEntry, QueuedBatch } from './bull-queues.ts';
import { createSlots } from './slots.ts';

/** What a process that died had taken and not begun goes back after 25 s, if its lease has not brought it back before. */
const lockMs = 20_000;
const stalledCheckMs = 5_000;

/**
 * So many entries of a lane may follow one another without a hand-over where others wait for the place; where nobody does,
 * there is nobody to make room for, and a hand-over costs as much as a small job.
 */
const followersMax = 32;
/** … and no longer than this: a lane whose work is slow must not keep a place that others wait for. */
const rowMaxMs = 250;

/**
 * What was lost so often may be what ends the processes. It is begun alone, of all the work of this process: what was lost
 * beside it so far comes to its end, and is not taken for it.
 */
const suspectFrom = 3;
const isSuspect = ({ lostRuns }: HandedEntry): boolean => lostRuns >= suspectFrom;
const suspectTurns = createTurns();

/** What a run may ask while it runs. */
export interface RowState {
  /** The next one of its lane may begin with its end. */
  mayTake: () => boolean;
  /** This process takes nothing new. */
  isDraining: () => boolean;
}

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
  run: (entry: BegunEntry, state: RowState) => Promise<BegunEntry | null>,
): RunningWorker {
  const slots = createSlots(concurrency);
  /** By id; the attempt is the run's own. */
  const running = new Map<string, number>();

  let isDraining = false;

  const runInRow = async (first: BegunEntry): Promise<void> => {
    let entry: BegunEntry | null = first;
    const endsMs = performance.now() + rowMaxMs;
    for (let left = followersMax; entry !== null; left -= 1) {
      const isLong = (): boolean => left <= 0 || performance.now() >= endsMs;
      entry = await runOne(entry, () => !isDraining && !(slots.areWanted() && isLong()));
    }
    slots.giveBack();
  };
  const runOne = async (entry: BegunEntry, mayTake: () => boolean): Promise<BegunEntry | null> => {
    running.set(entry.id, entry.attempt);
    try {
      return await run(entry, { mayTake, isDraining: () => isDraining });
    } catch (error) {
      // What could not be ended comes again when its lease is over.
      log.error({ job, entryId: entry.id, reason: error instanceof Error ? error.name : '' }, 'job.notEnded');
      return null;
    } finally {
      if (running.get(entry.id) === entry.attempt) running.delete(entry.id);
    }
  };

  /** In places that were taken for them. */
  const begin = async (handed: readonly HandedEntry[]): Promise<BegunEntry[]> => {
    const begun = await beginEntries(store, handed).catch((error: unknown) => {
      slots.giveBack(handed.length);
      throw error;
    });
    slots.giveBack(handed.length - begun.length);
    return begun;
  };

  /** As there is room for them; what has begun goes on by itself. */
  const beginAll = async (handed: readonly HandedEntry[]): Promise<void> => {
    for (let rest = handed; rest.length > 0;) {
      const places = await slots.take(rest.length);
      if (isDraining) {
        slots.giveBack(places);
        return handBack(store, rest);
      }
      for (const entry of await begin(rest.slice(0, places))) void runInRow(entry);
      rest = rest.slice(places);
    }
  };

  /** Lost locks and connections of BullMQ's, and of ours; both heal by themselves. Of a lost Redis our own connection tells, once. */
  const trouble = (error: Error): void =>
    log[isRedisAway(error) ? 'debug' : 'warn']({ job, reason: error.message }, 'worker.troubled');

  const suspects = new Set<string>();
  const runSuspect = async (handed: HandedEntry): Promise<void> => {
    if (suspects.has(handed.id)) return;
    suspects.add(handed.id);
    await suspectTurns
      .take('suspect', async () => {
        if (isDraining) return handBack(store, [handed]);
        await slots.take(1);
        for (const entry of await begin([handed])) {
          await runOne(entry, () => false);
          slots.giveBack();
        }
      })
      .catch(trouble);
    suspects.delete(handed.id);
  };

  const worker = new Worker<QueuedBatch>(
    job,
    async ({ data }) => {
      // What an earlier version handed over is left to its lease. What runs here and was late with its sign of life goes on.
      const handed = (data.entries ?? []).filter(({ id, attempt }) => running.get(id) !== attempt);
      // Not waited for: their turn may be long in coming, and others must not be held back.
      for (const entry of handed.filter(isSuspect)) void runSuspect(entry);
      await beginAll(handed.filter((entry) => !isSuspect(entry)));
    },
    {
      connection: redis,
      prefix: store.keys.queuePrefix,
      concurrency: 1,
      lockDuration: lockMs,
      stalledInterval: stalledCheckMs,
      // A deploy that kills twice must not fail a job; entries decide when to give up.
      maxStalledCount: 100,
      // After a lost connection; its own 15 s are longer than new work may wait for a Redis that is back.
      runRetryDelay: 1_000,
      removeOnComplete: { count: 0 },
      removeOnFail: { count: 100 },
      skipVersionCheck: true,
    },
  );
  worker.on('error', trouble);

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
