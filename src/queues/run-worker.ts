import { Worker } from 'bullmq';
import { Failure, toFailure } from '../domain/failure.ts';
import type { Clock } from '../platform/clock.ts';
import type { Log } from '../platform/log.ts';
import { startDeadline, type Deadline } from '../platform/deadline.ts';
import type { RedisClient } from '../platform/redis.ts';
import { commit, type CommitOutcome, type CommitPlan } from '../store/commit.ts';
import type { StoreDeps } from '../store/deps.ts';
import type { QueuedJob } from './bull-queues.ts';
import { decide } from './decide.ts';
import type { Job } from './define-job.ts';

/** How a handler ends its own entry; the default is `ack`. */
export type Ending =
  | { how: 'ack' }
  | { how: 'retry'; delayMs: number; counted: boolean; lane?: string }
  /** Done, and comes round under the same id: for work that goes on as long as its subject is there. */
  | { how: 'again'; delayMs: number; lane?: string };

/** What a handler works with. */
export interface JobContext<D> {
  deps: D;
  store: StoreDeps;
  entryId: string;
  /** Where the entry waited: whose budget its calls were counted on. */
  lane: string;
  /** One word for this run, never the same twice: whose intent it is. */
  runId: string;
  /** Failures before this try. */
  tries: number;
  /** Aborts at the job's deadline and on shutdown. */
  signal: AbortSignal;
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
  observe: (run: { job: string; outcome: string; durationMs: number }) => void;
  /** Of one job in this process, whatever its policy allows. */
  concurrencyMax: number;
  /** Aborts when the process has to end. */
  shutdown: AbortSignal;
}

/** Renewed at half its life; with the check every 5 s the work of a process that died goes on after 25 s at the most. */
const lockMs = 20_000;
const stalledCheckMs = 5_000;

/** Deploys stall a job once or twice; what stalls this often is what ends the processes. */
const stallsMax = 12;

export interface RunningWorker {
  /** Takes nothing new; resolves when what runs has ended. */
  drain(): Promise<void>;
}

/** Runs a job's handler for one shard. */
export function runWorker<D, P extends Record<string, unknown>>(
  { job, handle }: WorkerDefinition<D, P>,
  runner: RunnerDeps<D>,
): RunningWorker {
  const { store, log } = runner;
  const worker = new Worker<QueuedJob>(
    job.name,
    async ({ data, stalledCounter }) => {
      const startedMs = runner.clock.now();
      const outcome = await runOnce(job, handle, runner, data, stalledCounter);
      runner.observe({ job: job.name, outcome, durationMs: runner.clock.now() - startedMs });
    },
    {
      connection: runner.redis,
      prefix: store.keys.queuePrefix,
      concurrency: Math.min(job.policy.concurrency, runner.concurrencyMax),
      lockDuration: lockMs,
      stalledInterval: stalledCheckMs,
      // A deploy that kills twice must not fail a job; entries decide when to give up.
      maxStalledCount: 100,
      removeOnComplete: { count: 100 },
      removeOnFail: { count: 500 },
      skipVersionCheck: true,
    },
  );
  // BullMQ reports lost locks and connections here; both heal by themselves.
  worker.on('error', (error) => log.warn({ job: job.name, reason: error.message }, 'worker.troubled'));
  return { drain: () => worker.close() };
}

async function runOnce<D, P extends Record<string, unknown>>(
  job: Job<P>,
  handle: WorkerDefinition<D, P>['handle'],
  runner: RunnerDeps<D>,
  { entryId, attempt, tries, lane, payload }: QueuedJob,
  stalls: number,
): Promise<string> {
  const { store, clock, log } = runner;
  const startedMs = clock.now();
  const deadline = startDeadline(runner.shutdown, job.policy.timeoutMs);
  const facts = { job: job.name, entryId, attempt, tries };
  let ended = false;
  const finish = async (plan: CommitPlan, ending: Ending = { how: 'ack' }): Promise<CommitOutcome> => {
    const outcome = await commit(store, { ...plan, settle: { id: entryId, attempt, ...ending } });
    if (outcome !== 'conflict') ended = true;
    return outcome;
  };
  try {
    if (stalls >= stallsMax) throw new Failure('rejected', 'job.ends_workers', 'workers end while they run this');
    const parsed = job.payload.safeParse(payload);
    if (!parsed.success) throw new Failure('malformed', 'job.payload', 'this job was written by another version');
    await handle(parsed.data, {
      deps: runner.deps,
      store,
      entryId,
      lane,
      runId: runner.newRunId(),
      tries,
      signal: deadline.signal,
      log: log.child(facts),
      commit: (plan) => commit(store, plan),
      finish,
    });
    if (!ended) await finish({});
    log.debug({ ...facts, durationMs: clock.now() - startedMs }, 'job.done');
    return 'done';
  } catch (error) {
    const failure = asJobFailure(error, deadline, runner.shutdown);
    const decision = decide(failure, tries, job.policy, runner.random);
    log[decision.how === 'bury' ? 'error' : 'warn'](
      {
        ...facts,
        ...unexpected(failure),
        kind: failure.kind,
        code: failure.code,
        reason: failure.message,
        detail: failure.detail,
        ...decision,
      },
      'job.failed',
    );
    if (decision.how === 'retry') {
      await finish({}, decision);
      return failure.kind;
    }
    const { issue, ...plan } = await runner.bury({ entryId, job: job.name, payload, failure });
    const why = { reason: failure.code, ...(issue === undefined ? {} : { issue }) };
    await commit(store, { ...plan, settle: { id: entryId, attempt, how: 'bury', ...why } });
    return 'buried';
  } finally {
    deadline.end();
  }
}

function asJobFailure(error: unknown, deadline: Deadline, shutdown: AbortSignal): Failure {
  if (shutdown.aborted) return new Failure('aborted', 'job.shutdown', 'the process is ending', { cause: error });
  if (deadline.isExpired() && !(error instanceof Failure && error.kind !== 'aborted')) {
    return new Failure('transient', 'job.deadline', 'the job took longer than it may', { cause: error });
  }
  return toFailure(error);
}

/** Where an error that nobody expected came from, without its words: they may quote what it choked on. */
const unexpected = ({ code, cause }: Failure): { error?: string; stack?: string[] } =>
  code === 'packline.unexpected' && cause instanceof Error
    ? { error: cause.name, stack: (cause.stack ?? '').split('\n').filter((line) => line.startsWith('    at ')) }
    : {};
