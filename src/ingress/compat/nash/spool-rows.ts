import type { RunKind } from '../../../domain/bulk-run.ts';
import { reasonOf } from '../../../platform/redis-away.ts';
import { runSendWork } from '../../../queues/run-send.ts';
import { startRun } from '../../../store/run-line.ts';
import { addSegment, createRun } from '../../../store/runs.ts';
import { writeSpool } from '../../../store/spool.ts';
import type { TenantCall } from '../../define-route.ts';
import { chooseConnection } from '../../runs/choose-connection.ts';
import { giveUpRun } from '../../runs/give-up-run.ts';

/** Begins a run with these rows; they are durable when it resolves to the run's id. */
export async function spoolRows(
  { deps, store, merchantId, headers, log }: TenantCall<unknown, unknown, unknown>,
  kind: RunKind,
  rows: readonly object[],
): Promise<string> {
  const { blobs } = deps;
  const { id: connectionId } = await chooseConnection(deps, store, merchantId, headers);
  const line = { merchantId, connectionId, kind };
  const run = await createRun(store, { ...line, mode: 'upsert', dryRun: false });
  const lines = Buffer.from(rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
  const blocks = async function* () {
    if (rows.length > 0) yield { lines, rows: rows.length };
  };
  try {
    await writeSpool(blobs, run.id, blocks(), (segment) => addSegment(store, run.id, segment));
    await startRun(store, line, run.id, runSendWork(line));
    return run.id;
  } catch (thrown) {
    await giveUpRun({ store, blobs }, run, thrown).catch((error: unknown) =>
      log.warn({ runId: run.id, reason: reasonOf(error) }, 'upload.notCleared'),
    );
    throw thrown;
  }
}
