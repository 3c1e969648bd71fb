import { commit, type NewEntry } from '../store/commit.ts';
import type { StoreDeps } from '../store/deps.ts';

/** So long a request waits for what is being read; then what is kept is answered. */
const waitMaxMs = 2_000;
const pollMs = 40;

/** Pushes a read, and waits for its end for a while. It is only read: no replica has to have heard of it. */
export async function pushAndWait(store: StoreDeps, entry: NewEntry, isDone: () => Promise<boolean>): Promise<void> {
  await commit({ ...store, replicas: undefined }, { entries: [entry] });
  for (let waitedMs = 0; waitedMs < waitMaxMs; waitedMs += pollMs) {
    await store.clock.sleep(pollMs);
    if (await isDone()) return;
  }
}
