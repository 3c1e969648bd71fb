import { Failure, originOf } from '../domain/failure.ts';
import type { Clock } from '../platform/clock.ts';
import type { Log } from '../platform/log.ts';
import { startDeadline, type Deadline } from '../platform/deadline.ts';
import { toStoreFailure } from '../platform/redis-away.ts';
import { withSpan } from '../platform/trace.ts';
import type { RedisClient } from '../platform/redis.ts';
import {
  commit,
  commitAndTake,
  workClassAt,
  type CommitOutcome,
  type CommitPlan,
  type FailedTry,
  type WorkClass,
} from '../store/commit.ts';
import type { StoreDeps } from '../store/deps.ts';
import type { BegunEntry } from '../store/entry-lua.ts';
import type { FirstRead } from '../store/first-read-lua.ts';
import { decide } from './decide.ts';
import type { Job } from './define-job.ts';
import { takeBatches, type RowState, type RunningWorker } from './take-batches.ts';

/** How a handler ends its own entry; the default is `ack`. */
export type Ending =
  | { how: 'ack' }
  | { how: 'retry'; delayMs: number; counted: boolean; lane?: string; failed?: FailedTry }
  /** Done, and comes round under the same id: for work that goes on as long as its subject is there. */
  | { how: 'again'; delayMs: number; lane?: string };

/** What a handler works with. */
export interface JobContext<D> {
  deps: D;
  store: StoreDeps;
  entryId: string;
  /** The attempt under which this run holds its entry. */
  attempt: number;
  /** Where the entry waited: whose budget its calls were counted on. */
  lane: string;
  /** What its job reads before anything else, where it was read with its beginning. */
  first?: FirstRead;
  /** The class in which it waited: its calls wait for their slots in the same. */
  class: WorkClass;
  /** One word for this run, never the same twice: whose intent it is. */
  runId: string;
  /** Failures before this try. */
  tries: number;
  /** Aborts at the job's deadline and on shutdown. */
  signal: AbortSignal;
  /** This process takes nothing new: what goes on for long goes back. */
  readonly isDraining: () => boolean;
  log: Log;
  /** A commit in the middle of the work: the entry goes on being this run's. */
  readonly commit: (plan: CommitPlan) => Promise<CommitOutcome>;
  /** The commit that ends the work. Nothing may be done after it. */
  readonly finish: (plan: CommitPlan, ending?: Ending) => Promise<CommitOutcome>;
}

export interface WorkerDefinition<D, P extends Record<string, unknown>> {
  job: Job<P>;
  handle: (payload: P, context: JobContext<D>) => Promise<void>;
}

/** The one handler of a job. It may run twice, and may die anywhere: only what it commits has happened. */
export const defineWorker = <D, P extends Record<string, unknown>>(
  job: Job<P>,
  handle: WorkerDefinition<D, P>['handle'],
): WorkerDefinition<D, P> => ({ job, handle });

/** What becomes of work that cannot be done, beside its being set aside: the writes that make it visible. */
export type BuryPlan = (entry: {
  entryId: string;
  job: string;
  payload: unknown;
  failure: Failure;
}) => Promise<Pick<CommitPlan, 'writes'> & { issue?: string }>;

/** The same for work that failed and is tried again, where it is time to say so. */
export type NoticePlan = (entry: {
  entryId: string;
  job: string;
  payload: unknown;
  failure: Failure;
  /** When the first of its runs failed, of those that have all failed since (ms). */
  failingSinceMs: number | undefined;
}) => Promise<Pick<CommitPlan, 'writes'> & FailedTry>;

export interface RunnerDeps<D> {
  deps: D;
  store: StoreDeps;
  /** A `worker` profile connection: BullMQ blocks on it. */
  redis: RedisClient;
  clock: Clock;
  log: Log;
  random: () => number;
  newRunId: () => string;
  bury: BuryPlan;
  notice: NoticePlan;
  observe: (run: { job: string; outcome: string; durationMs: number }) => void;
  /** Of one job in this process, whatever its policy allows. */
  concurrencyMax: number;
  /** Aborts when the process has to end. */
  shutdown: AbortSignal;
}

/** Deploys end a run once or twice; what was running this often when its process ended is what ends the processes. */
const lostRunsMax = 12;

/** Runs a job's handler for one shard. */
export function runWorker<D, P extends Record<string, unknown>>(
  { job, handle }: WorkerDefinition<D, P>,
  runner: RunnerDeps<D>,
): RunningWorker {
  const { store, redis, log, clock } = runner;
  const concurrency = Math.min(job.policy.concurrency, runner.concurrencyMax);
  return takeBatches(job.name, { store, redis, log, concurrency }, async (entry, { mayTake, isDraining }) => {
    const startedMs = clock.now();
    const { outcome, next } = await withSpan(
      { name: `job ${job.name}`, kind: 'consumer', parent: entry.trace, attributes: { 'packline.job': job.name } },
      async (span) => {
        const ran = await runOnce(job, handle, runner, entry, { mayTake, isDraining });
        span.set({ 'packline.outcome': ran.outcome });
        return ran;
      },
    );
    runner.observe({ job: job.name, outcome, durationMs: clock.now() - startedMs });
    return next;
  });
}

async function runOnce<D, P extends Record<string, unknown>>(
  job: Job<P>,
  handle: WorkerDefinition<D, P>['handle'],
  runner: RunnerDeps<D>,
  { id: entryId, attempt, tries, lane, first, class: of, payload, runs, failingSinceMs }: BegunEntry,
  { mayTake, isDraining }: RowState,
): Promise<{ outcome: string; next: BegunEntry | null }> {
  const { store, clock, log } = runner;
  const startedMs = clock.now();
  const deadline = startDeadline(runner.shutdown, job.policy.timeoutMs);
  const facts = { job: job.name, entryId, attempt, tries };
  let runLog: Log | undefined;
  let ended = false;
  let next: BegunEntry | null = null;
  const finish = async (plan: CommitPlan, ending: Ending = { how: 'ack' }): Promise<CommitOutcome> => {
    const settled = { ...plan, settle: { id: entryId, attempt, ...ending } };
    const result = await commitAndTake(store, settled, mayTake() && !runner.shutdown.aborted);
    if (result.outcome !== 'conflict') ended = true;
    next ??= result.next;
    return result.outcome;
  };
  try {
    // Begun while the process was ending: nothing of it has happened.
    if (runner.shutdown.aborted) throw new Failure('aborted', 'job.shutdown', 'the process is ending');
    if (runs > lostRunsMax) throw new Failure('rejected', 'job.ends_workers', 'workers end while they run this');
    const parsed = job.payload.safeParse(payload);
    if (!parsed.success) throw new Failure('malformed', 'job.payload', 'this job was written by another version');
    await handle(parsed.data, {
      deps: runner.deps,
      store,
      entryId,
      attempt,
      lane,
      first,
      class: workClassAt(of),
      runId: runner.newRunId(),
      tries,
      signal: deadline.signal,
      isDraining,
      // Made when it is asked for: most runs have nothing to say, and a child costs as much as a read.
      get log() {
        return (runLog ??= log.child(facts));
      },
      commit: (plan) => commit(store, plan),
      finish,
    });
    if (!ended) await finish({});
    if (log.isLevelEnabled('debug')) log.debug({ ...facts, durationMs: clock.now() - startedMs }, 'job.done');
    return { outcome: 'done', next };
  } catch (error) {
    const failure = asJobFailure(error, deadline, runner.shutdown);
    if (ended) {
      // Its own commit has ended it, or found it another run's: there is nothing left to fail, and what follows it goes on.
      log.debug({ ...facts, code: failure.code }, 'job.failedAfterItsEnd');
      return { outcome: failure.kind, next };
    }
    const decision = decide(failure, tries, job.policy, runner.random);
    log[decision.how === 'bury' ? 'error' : 'warn'](
      {
        ...facts,
        ...(failure.code === 'packline.unexpected' ? originOf(failure.cause) : {}),
        kind: failure.kind,
        code: failure.code,
        reason: failure.message,
        detail: failure.detail,
        ...decision,
      },
      'job.failed',
    );
    if (decision.how === 'retry') {
      const { writes = [], ...failed } = await noticed(runner, { entryId, job: job.name, payload, failure, failingSinceMs }); // prettier-ignore
      await finish({ writes }, { ...decision, ...(failure.kind === 'aborted' ? {} : { failed }) });
      return { outcome: failure.kind, next };
    }
    const { issue, ...plan } = await runner.bury({ entryId, job: job.name, payload, failure });
    const why = { reason: failure.code, ...(issue === undefined ? {} : { issue }) };
    await commit(store, { ...plan, settle: { id: entryId, attempt, how: 'bury', ...why } });
    return { outcome: 'buried', next };
  } finally {
    deadline.end();
  }
}

/** What cannot be looked up now is no reason to keep the work from coming again. */
const noticed = ({ notice, log }: RunnerDeps<unknown>, failed: Parameters<NoticePlan>[0]): ReturnType<NoticePlan> =>
  notice(failed).catch((error: unknown) => {
    log.warn({ entryId: failed.entryId, code: toStoreFailure(error).code }, 'issue.notOpened');
    return {};
  });

function asJobFailure(error: unknown, deadline: Deadline, shutdown: AbortSignal): Failure {
  if (shutdown.aborted) return new Failure('aborted', 'job.shutdown', 'the process is ending', { cause: error });
  if (deadline.isExpired() && !(error instanceof Failure && error.kind !== 'aborted')) {
    return new Failure('transient', 'job.deadline', 'the job took longer than it may', { cause: error });
  }
  return toStoreFailure(error);
}
