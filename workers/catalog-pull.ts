import { handOnRuns } from '../src/bulk/hand-on-runs.ts';
import { openPull, type OpenPull } from '../src/fulfilment/open-pull.ts';
import { readItems, toBlock, toLines } from '../src/bulk/pull-items.ts';
import type { RunKind } from '../src/domain/bulk-run.ts';
import { hasFlag } from '../src/domain/pull-flags.ts';
import type { WorkerDeps } from '../src/fulfilment/deps.ts';
import { catalogPull } from '../src/queues/catalog-pull.ts';
import { defineWorker, type JobContext } from '../src/queues/run-worker.ts';
import { successWrites } from '../src/store/connections.ts';
import { forgetMarks, readHanding, settleMarks, takeMarks, type SkuMark } from '../src/store/pull-marks.ts';
import { smallRunRowsMax } from '../src/store/run-line.ts';
import { addSegment, createRun } from '../src/store/runs.ts';
import { writeSpool } from '../src/store/spool.ts';

type Context = JobContext<WorkerDeps>;
interface Payload extends Record<string, unknown> {
  merchantId: string;
  connectionId: string;
}

/** Of one run: a few seconds at the limits of the OMS. */
const batchSkusMax = 1_000;
const readMaxMs = 20_000;
/** Between two looks at products that the partner is being told of, before their stock follows. */
const waitMs = 500;

/**
 * One batch: its marks are taken, what they are about is read, its rows become durable, and only then the marks go. Whoever
 * dies in between has read a batch in vain, or left runs that the next one starts.
 */
export default defineWorker<WorkerDeps, Payload>(catalogPull, async (payload, context) => {
  const { connectionId } = payload;
  const { store, finish } = context;
  const pull = await openPull(payload, context);
  if (pull === null) {
    await forgetMarks(store, connectionId);
    return;
  }
  const { source, policy } = pull;
  for (;;) {
    const handing = await readHanding(store, connectionId);
    if (handing !== null && !(await handOnRuns(store, handing))) {
      await finish({}, { how: 'again', delayMs: waitMs });
      return;
    }
    const state = store.keys.pull(connectionId);
    const handed = { writes: [...successWrites(store, connectionId), ['HDEL', state, 'handing']] };
    const { marks, version } = await takeMarks(store, connectionId, batchSkusMax);
    if (handing !== null) {
      // What changes until then is one change, and one run.
      await finish(handed, { how: 'again', delayMs: marks.length < batchSkusMax ? policy.pauseMs : 0 });
      return;
    }
    if (marks.length === 0) {
      const guards = [{ key: state, field: 'version', expected: version }];
      if ((await finish({ guards })) !== 'conflict') return;
      continue;
    }
    await readBatch(payload, { source, targetId: policy.targetId, marks }, context);
  }
});

async function readBatch(
  { merchantId, connectionId }: Payload,
  { source, targetId, marks }: Pick<OpenPull, 'source'> & { targetId: string; marks: readonly SkuMark[] },
  context: Context,
): Promise<void> {
  const { store, entryId, attempt, isDraining } = context;
  const endsMs = store.clock.now() + readMaxMs;
  const { items, failure } = await readItems(
    marks.map(({ skuId }) => skuId),
    (skuId, at) => source.readItem(skuId, { removed: hasFlag(marks[at]?.flags ?? 0, 'removed') }),
    { rowsMax: smallRunRowsMax, isTimeUp: () => isDraining() || store.clock.now() >= endsMs },
  );
  if (items.length === 0 && failure !== undefined) throw failure;
  const read = marks.slice(0, items.length);
  const changed = new Set(read.filter(({ flags }) => hasFlag(flags, 'product')).map(({ skuId }) => skuId));
  const lines = await toLines(store, targetId, items, (skuId) => changed.has(skuId));
  const spool = (kind: RunKind, own: readonly string[]) =>
    own.length === 0 ? undefined : spoolRun(context, { merchantId, connectionId: targetId, kind }, own);
  const handing = { products: await spool('products', lines.products), inventory: await spool('inventory', lines.inventory) }; // prettier-ignore
  await settleMarks(store, connectionId, read, handing, { entryId, attempt });
  if (failure !== undefined) throw failure;
}

/** Its rows are durable when it resolves to its id. */
async function spoolRun(
  { store, deps: { blobs } }: Context,
  line: { merchantId: string; connectionId: string; kind: RunKind },
  lines: readonly string[],
): Promise<string> {
  const { id } = await createRun(store, { ...line, mode: 'upsert', dryRun: false, source: 'pull' });
  const blocks = async function* () {
    yield await Promise.resolve(toBlock(lines));
  };
  await writeSpool(blobs, id, blocks(), (segment) => addSegment(store, id, segment));
  return id;
}
