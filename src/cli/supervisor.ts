import { setTimeout as delay } from 'node:timers/promises';
import { Failure, toFailure } from '../domain/failure.ts';
import type { ProcessEnd } from '../platform/bound-process.ts';
import type { Log } from '../platform/log.ts';

/** A process that is up. */
export interface RunningService {
  readonly ended: Promise<ProcessEnd>;
  stop(graceMs: number): Promise<unknown>;
}

export interface Service {
  name: string;
  /** Services end in ascending order of stage; those of one stage together. */
  stage: number;
  /** Resolves when it is ready to be used; stops and rejects when `signal` aborts first. */
  start(signal: AbortSignal): Promise<RunningService>;
}

export interface Backoff {
  firstMs: number;
  maxMs: number;
  /** After this long alive, the next end counts as the first again. */
  resetAfterMs: number;
}

export interface Supervisor {
  /**
   * Starts a service and keeps it up from then on. Resolves when it is ready for the first time; rejects when that
   * first start fails for a reason that trying again would not mend.
   */
  start(service: Service): Promise<void>;
  /** Ends everything, stage by stage; what is not gone after `graceMs` in all is killed. Never rejects. */
  stop(graceMs: number): Promise<void>;
  /** Kills everything now; `stop` then resolves. */
  kill(): void;
}

const defaultBackoff: Backoff = { firstMs: 1_000, maxMs: 30_000, resetAfterMs: 60_000 };

/** Keeps services up: one that ends without being asked is started again, later each time. */
export function createSupervisor(log: Log, backoff: Backoff = defaultBackoff): Supervisor {
  const supervised: { service: Service; running?: RunningService; done: Promise<void> }[] = [];
  const stopping = new AbortController();
  const killing = new AbortController();

  const keepUp = async (entry: (typeof supervised)[number], onFirstReady: () => void): Promise<void> => {
    const { service } = entry;
    let waitMs = backoff.firstMs;
    let wasReady = false;
    while (!stopping.signal.aborted) {
      const startedAt = performance.now();
      try {
        entry.running = await service.start(stopping.signal);
        if (stopping.signal.aborted) {
          await entry.running.stop(0);
          return;
        }
        if (!wasReady) onFirstReady();
        wasReady = true;
        log.info({ service: service.name }, 'service.started');
        const end = await entry.running.ended;
        if (stopping.signal.aborted) return;
        log.error({ service: service.name, ...end }, 'service.ended');
      } catch (thrown) {
        if (stopping.signal.aborted) return;
        const failure = toFailure(thrown);
        if (!wasReady && failure.kind !== 'transient') throw failure;
        log.error({ service: service.name, code: failure.code, reason: failure.message }, 'service.startFailed');
      }
      if (performance.now() - startedAt >= backoff.resetAfterMs) waitMs = backoff.firstMs;
      await delay(waitMs, undefined, { signal: stopping.signal }).catch(() => undefined);
      waitMs = Math.min(waitMs * 2, backoff.maxMs);
    }
  };

  return {
    start: (service) =>
      new Promise((resolve, reject) => {
        const entry: (typeof supervised)[number] = { service, done: Promise.resolve() };
        entry.done = keepUp(entry, resolve).then(
          () => reject(new Failure('aborted', 'service.stopped', `${service.name} was stopped`)),
          reject,
        );
        supervised.push(entry);
      }),
    stop: async (graceMs) => {
      const endsAt = performance.now() + graceMs;
      stopping.abort();
      const stages = Map.groupBy(supervised, ({ service }) => service.stage);
      for (const [, entries] of [...stages].sort(([a], [b]) => a - b)) {
        await Promise.all(
          entries.map(async ({ running, done, service }) => {
            log.info({ service: service.name }, 'service.stopping');
            const remainingMs = killing.signal.aborted ? 0 : Math.max(endsAt - performance.now(), 0);
            await running?.stop(remainingMs);
            await done;
          }),
        );
      }
    },
    kill: () => {
      killing.abort();
      stopping.abort();
      for (const { running } of supervised) void running?.stop(0);
    },
  };
}
