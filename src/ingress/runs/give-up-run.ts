import { Failure } from '../../domain/failure.ts';
import type { Run } from '../../domain/run.ts';
import type { Blobs } from '../../platform/blobs.ts';
import type { StoreDeps } from '../../store/deps.ts';
import { discardRun, interruptRun } from '../../store/runs.ts';
import { deleteSpool } from '../../store/spool.ts';

/** Ends a run that was never started: it goes when it was one too many, and stays for all to see when its upload failed. */
export async function giveUpRun(
  { store, blobs }: { store: StoreDeps; blobs: Blobs },
  run: Run,
  thrown?: unknown,
): Promise<void> {
  const isFailed = thrown !== undefined && !(thrown instanceof Failure && thrown.code.startsWith('idempotency.'));
  if (!isFailed) await discardRun(store, run);
  // What was thrown may hide that it was started: then its rows are needed.
  else if (!(await interruptRun(store, run.id, wordsOf(thrown)))) return;
  await deleteSpool(blobs, run.id);
}

const wordsOf = (thrown: unknown): { code: string; detail: string } =>
  thrown instanceof Failure
    ? { code: thrown.code, detail: thrown.message }
    : { code: 'packline.unexpected', detail: 'the upload could not be kept' };
