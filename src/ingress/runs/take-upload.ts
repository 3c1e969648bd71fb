import type { RunKind } from '../../domain/bulk-run.ts';
import type { RunMode } from '../../domain/run.ts';
import { reasonOf } from '../../platform/redis-away.ts';
import { runSendWork } from '../../queues/run-send.ts';
import { startRun } from '../../store/run-line.ts';
import { addSegment, createRun, requireRun } from '../../store/runs.ts';
import { writeSpool } from '../../store/spool.ts';
import type { Answer } from '../answer.ts';
import type { TenantCall } from '../define-route.ts';
import { makeRefusal } from '../problem.ts';
import type { BodyCount } from '../rows/open-body.ts';
import { readRows } from '../rows/read-rows.ts';
import { runOnce } from '../run-once.ts';
import { toRunView } from '../views/run-view.ts';
import { arrivalsOf } from './arrivals.ts';
import { chooseConnection } from './choose-connection.ts';
import { giveUpRun } from './give-up-run.ts';

export interface UploadOptions {
  dryRun: boolean;
  mode: RunMode;
  /** Of a full snapshot alone: of which store it is, and that it may retire whatever it has not. */
  storeLocationId?: string | undefined;
  confirmRetire: boolean;
}
type UploadCall = Pick<
  TenantCall<unknown, unknown, unknown>,
  'deps' | 'store' | 'merchantId' | 'headers' | 'arriving' | 'idempotencyKey' | 'log'
>;

export const pathOfRun = (runId: string): string => `/v1/runs/${runId}`;

/**
 * Spools the rows of a body and answers 202 with their run when the last one is durable. An upload with the idempotency key
 * and the rows of an earlier one is answered as that was. Whatever ends it before, nothing of it is sent: the run is
 * `interrupted`, or gone where it was one too many.
 */
export async function takeUpload(call: UploadCall, kind: RunKind, options: UploadOptions): Promise<Answer> {
  const { deps, store, merchantId, headers, idempotencyKey, log } = call;
  const { blobs, settings } = deps;
  const { dryRun, mode, storeLocationId, confirmRetire } = options;
  if (mode !== 'full' && (storeLocationId !== undefined || confirmRetire)) {
    throw makeRefusal('run.mode', 'storeLocationId and confirmRetire belong to mode=full');
  }
  const { id: connectionId } = await chooseConnection(deps, store, merchantId, headers);
  const count: BodyCount = { wireBytes: 0, bytes: 0 };
  const body = arrivalsOf(call.arriving(), settings.uploadIdleMs);
  const contentType = headers['content-type'];
  const rows = readRows({ kind, contentType, contentEncoding: headers['content-encoding'], body }, count);
  const run = await createRun(store, { merchantId, connectionId, kind, ...options });
  const line = { merchantId, connectionId, kind };
  const own = { store, blobs };
  let isStarted = false;
  const start = async (): Promise<Answer> => {
    await startRun(store, line, run.id, runSendWork(line));
    isStarted = true;
    const started = await requireRun(store, run.id);
    return { status: 202, json: toRunView(started), headers: { Location: pathOfRun(run.id) } };
  };
  try {
    const { digest } = await writeSpool(blobs, run.id, rows, async (segment) => {
      if (count.bytes > settings.uploadBytesMax) {
        throw makeRefusal('request.too_large', `an upload may have at most ${settings.uploadBytesMax} bytes of rows`);
      }
      await addSegment(store, run.id, segment);
    });
    if (idempotencyKey === null) return await start();
    const parsed = { connectionId, dryRun, mode, digest, ...(mode === 'full' && { storeLocationId, confirmRetire }) };
    const route = `POST /v1/${kind}`;
    const scope = { owner: merchantId, route, key: idempotencyKey, parsed, orderId: undefined, log };
    const answer = await runOnce(store, scope, start);
    if (!isStarted) await giveUpRun(own, run);
    return answer;
  } catch (thrown) {
    body.destroy();
    // With Redis or the blob store away this fails as well; the sweep ends it later.
    await giveUpRun(own, run, thrown).catch((error: unknown) =>
      log.warn({ runId: run.id, reason: reasonOf(error) }, 'upload.notCleared'),
    );
    throw thrown;
  }
}
