import { makeId } from '../domain/ids.ts';
import type { Blobs } from '../platform/blobs.ts';
import { sweepDeltas } from './delta.ts';
import type { StoreDeps } from './deps.ts';
import { interruptRun } from './runs.ts';
import { deleteSpool } from './spool.ts';

/** An upload of which nothing came for so long has lost its process. */
const silentMaxMs = 3_600_000;
/** So many at a time that no sweep is long. */
const batchMax = 100;

/** Deletes what is past its time of bulk runs, and ends uploads that nobody goes on with. */
export async function sweepRuns(deps: StoreDeps, blobs: Blobs): Promise<void> {
  const { redis, keys, clock, retention } = deps;
  const now = clock.now();
  for (const runId of await redis.zrangebyscore(keys.spooling, '-inf', now - silentMaxMs, 'LIMIT', 0, batchMax)) {
    await interruptRun(deps, runId, { code: 'run.abandoned', detail: 'the upload was never brought to its end' });
  }
  const oldest = now - retention.rowSeconds * 1_000;
  for (const runId of await redis.zrangebyscore(keys.endedRuns, '-inf', oldest, 'LIMIT', 0, batchMax)) {
    await deleteSpool(blobs, runId);
    await redis.zrem(keys.endedRuns, runId);
  }
  // An id begins with the time when it was made, and a run may take a day.
  const forgotten = makeId('run', now - (retention.runSeconds + 86_400) * 1_000, new Uint8Array(10));
  for (const merchantId of await redis.smembers(keys.merchants)) {
    await redis.zremrangebylex(keys.runs(merchantId), '-', `(${forgotten}`);
  }
  await sweepDeltas(deps);
}
