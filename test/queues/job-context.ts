import { randomUUID } from 'node:crypto';
import { createLog } from '../../src/platform/log.ts';
import type { JobContext } from '../../src/queues/run-worker.ts';
import { commit, workClassAt } from '../../src/store/commit.ts';
import type { StoreDeps } from '../../src/store/deps.ts';
import { freeLane } from '../../src/store/entries.ts';

const log = createLog({ level: 'silent', name: 'test' });

/** What a handler works with, on a test's store. Without an entry it works on its own account, and `finish` only commits. */
export function makeJobContext<D>(
  store: StoreDeps,
  deps: D,
  run: {
    entry?: { id: string; attempt: number; tries?: number; lane?: string; class?: number };
    runId?: string;
    signal?: AbortSignal;
  } = {},
): JobContext<D> {
  const { entry, runId = randomUUID(), signal = new AbortController().signal } = run;
  return {
    deps,
    store,
    entryId: entry?.id ?? 'none',
    attempt: entry?.attempt ?? 0,
    isDraining: () => false,
    lane: entry?.lane ?? freeLane,
    class: entry?.class === undefined ? 'orders' : workClassAt(entry.class),
    runId,
    tries: entry?.tries ?? 0,
    signal,
    log,
    commit: (plan) => commit(store, plan),
    finish: (plan, ending = { how: 'ack' }) =>
      commit(store, {
        ...plan,
        ...(entry === undefined ? {} : { settle: { id: entry.id, attempt: entry.attempt, ...ending } }),
      }),
  };
}
