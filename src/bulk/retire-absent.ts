import { asksToConfirm, type RetireState } from '../domain/retire.ts';
import type { Run } from '../domain/run.ts';
import { saveRetire, type OwnedRun } from '../store/run-progress.ts';
import { requireRun } from '../store/runs.ts';
import { handToStock } from './hand-to-stock.ts';
import { listAbsent } from './list-absent.ts';
import { openPresentKeys } from './present-keys.ts';
import type { Stop } from './send-batches.ts';
import { sendRun, stopOf, type SendRunDeps } from './send-run.ts';

export interface RetireDeps extends SendRunDeps {
  /** More of what can be bought is retired only when somebody confirms it. */
  retirePercentMax: number;
}

/**
 * After the last row of a full snapshot: what the partner has and it has not is retired, from where that was left, as far
 * as it may. Undefined when it is done, or held until somebody confirms it.
 */
export async function retireAbsent(
  { id }: Run,
  owned: OwnedRun,
  older: readonly string[],
  deps: RetireDeps,
): Promise<Stop | undefined> {
  const { store } = deps;
  const run = await requireRun(store, id);
  if (run.retire === null) return undefined;
  const { retired: _, rejected: __, superseded: ___, ...saved } = run.retire;
  let state: RetireState = saved;
  if (state.phase === 'waiting' || state.phase === 'listing') {
    const present = await openPresentKeys(run, deps);
    if (present === undefined) return { how: 'rest', delayMs: 0 };
    const listing = await listAbsent(run, owned, state, present, deps);
    if (listing.stop !== undefined) return listing.stop;
    const held = asksToConfirm(listing.state, run.counts, deps.retirePercentMax);
    const isDone = run.dryRun || listing.state.wouldRetire === 0;
    state = { ...listing.state, held, phase: isDone ? 'done' : held ? 'held' : 'sending' };
    const stop = stopOf(await saveRetire(store, owned, state));
    if (stop !== undefined) return stop;
  }
  if (state.phase !== 'sending') return undefined;
  const stop =
    run.kind === 'inventory'
      ? await sendRun(run, owned, older, deps, true)
      : await handToStock(run, owned, state, deps);
  if (stop !== undefined) return stop;
  const { retire } = await requireRun(store, id);
  return stopOf(await saveRetire(store, owned, { ...state, runId: retire?.runId ?? null, phase: 'done' }));
}
