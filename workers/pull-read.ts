import { handOnRuns } from '../src/bulk/hand-on-runs.ts';
import { openPull, type OpenPull } from '../src/fulfilment/open-pull.ts';
import { readItems, toBlock, toLines } from '../src/bulk/pull-items.ts';
import type { WorkerDeps } from '../src/fulfilment/deps.ts';
import { toInstant } from '../src/platform/clock.ts';
import { catalogPullWork } from '../src/queues/catalog-pull.ts';
import { pullRead } from '../src/queues/pull-read.ts';
import { defineWorker, type JobContext } from '../src/queues/run-worker.ts';
import { commit, type CommitPlan } from '../src/store/commit.ts';
import { successWrites } from '../src/store/connections.ts';
import { entryGone } from '../src/store/change-order.ts';
import { fullPullGuards, fullPullWrites, readFullPull, type FullPull } from '../src/store/full-pulls.ts';
import { endFullPull } from '../src/store/pull-marks.ts';
import { interruptRun, requireRun, segmentPlan, spoolingWrites } from '../src/store/runs.ts';
import { putSegment, segmentRowsMax } from '../src/store/spool.ts';

type Context = JobContext<WorkerDeps>;
interface Payload extends Record<string, unknown> {
  merchantId: string;
  connectionId: string;
  pullId: string;
}

/** Then others have their turn for the worker. */
const turnMs = 60_000;
/** One step reads so long, and so much of it is read again after a crash. */
const stepMs = 10_000;
const waitMs = 1_000;

/**
 * A step reads some of a page of ids into a segment of each run, and commits segments and place together: whoever dies has
 * read one step in vain. Memory holds one step.
 */
export default defineWorker<WorkerDeps, Payload>(pullRead, async (payload, context) => {
  const { connectionId, merchantId, pullId } = payload;
  const { store, finish, isDraining, entryId, attempt } = context;
  const endsMs = store.clock.now() + turnMs;
  for (;;) {
    const full = await readFullPull(store, connectionId);
    if (full?.id !== pullId || full.status === 'done' || full.status === 'canceled') return;
    const pull = await openPull(payload, context);
    if (pull === null || (await isCanceled(full, context))) return cancel(full, payload, context);
    if (full.status === 'handing') {
      const runs = { products: full.productsRunId, inventory: full.inventoryRunId };
      if (await handOnRuns(store, runs)) {
        const work = catalogPullWork(merchantId, connectionId);
        const at = toInstant(store.clock.now());
        await endFullPull(store, connectionId, { at, work, holder: { entryId, attempt } });
        await finish({ writes: successWrites(store, connectionId) });
        return;
      }
      await finish({}, { how: 'again', delayMs: waitMs });
      return;
    }
    await readStep(full, pull, payload, context);
    if (!isDraining() && store.clock.now() < endsMs) continue;
    await finish({}, { how: 'again', delayMs: 0 });
    return;
  }
});

async function readStep(full: FullPull, { source, policy }: OpenPull, payload: Payload, context: Context) {
  const { store, deps, isDraining } = context;
  const ids = await source.listSkuIds(full.page);
  if (ids.length === 0) {
    await goOn(context, payload, full, { ...full, status: 'handing' });
    return;
  }
  const endsMs = store.clock.now() + stepMs;
  const { items, failure } = await readItems(
    ids.slice(full.offset),
    (skuId) => source.readItem(skuId, { removed: false }),
    { rowsMax: segmentRowsMax / 2, isTimeUp: () => isDraining() || store.clock.now() >= endsMs },
  );
  const lines = await toLines(store, policy.targetId, items, () => true);
  const spool = async (
    runId: string,
    own: readonly string[],
  ): Promise<{ guards: NonNullable<CommitPlan['guards']>; writes: NonNullable<CommitPlan['writes']> }> => {
    if (own.length === 0) return { guards: [], writes: spoolingWrites(store, [runId]) };
    const { segments, counts } = await requireRun(store, runId);
    const place = { number: segments + 1, firstRow: counts.received + 1 };
    return segmentPlan(store, runId, await putSegment(deps.blobs, runId, place, toBlock(own)));
  };
  const products = await spool(full.productsRunId, lines.products);
  const inventory = await spool(full.inventoryRunId, lines.inventory);
  const offset = full.offset + items.length;
  const place = offset < ids.length ? { page: full.page, offset } : { page: full.page + 1, offset: 0 };
  await goOn(
    context,
    payload,
    full,
    { status: 'reading', skus: full.skus + items.length, failure: null, ...place },
    { guards: [...products.guards, ...inventory.guards], writes: [...products.writes, ...inventory.writes] },
  );
  if (failure !== undefined) throw failure;
}

/** @throws Failure `aborted` `entry.gone` when somebody else went on from there, or a run takes no more rows */
async function goOn(
  { store }: Context,
  { connectionId }: Payload,
  from: FullPull,
  to: Parameters<typeof fullPullWrites>[2],
  { guards = [], writes = [] }: Pick<CommitPlan, 'guards' | 'writes'> = {},
): Promise<void> {
  const outcome = await commit(store, {
    guards: [...fullPullGuards(store, connectionId, from), ...guards],
    writes: [...fullPullWrites(store, connectionId, to), ...writes],
  });
  if (outcome !== 'committed') throw entryGone();
}

/** Somebody canceled one of its runs, or took them for abandoned. */
async function isCanceled({ status, productsRunId, inventoryRunId }: FullPull, { store }: Context): Promise<boolean> {
  if (status === 'handing') return false;
  const runs = [await requireRun(store, productsRunId), await requireRun(store, inventoryRunId)];
  return runs.some((run) => run.status !== 'spooling' || run.cancelAsked);
}

/** Nothing of it is sent. */
async function cancel(full: FullPull, { connectionId }: Payload, { store, finish }: Context): Promise<void> {
  const failure = { code: 'pull.canceled', detail: 'the complete read that this run belongs to was canceled' };
  for (const runId of [full.productsRunId, full.inventoryRunId]) await interruptRun(store, runId, failure);
  const endedAt = toInstant(store.clock.now());
  await finish({
    guards: fullPullGuards(store, connectionId, full),
    writes: [
      ...fullPullWrites(store, connectionId, { ...full, status: 'canceled', endedAt }),
      ['DEL', store.keys.pullAgain(connectionId)],
    ],
  });
}
