import { Failure } from '../domain/failure.ts';
import { isAsListed, type ListedJob } from '../domain/reconciliation.ts';
import { toInstant } from '../platform/clock.ts';
import { makeEntry } from '../queues/define-job.ts';
import { orderImport } from '../queues/order-import.ts';
import { orderReconcile } from '../queues/order-reconcile.ts';
import { withinDeadline } from '../queues/perform-effect.ts';
import type { JobContext } from '../queues/run-worker.ts';
import { findByExternalId } from '../store/accept-order.ts';
import type { CommitPlan } from '../store/commit.ts';
import { readConnection } from '../store/connections.ts';
import type { StoreDeps } from '../store/deps.ts';
import { freeLane } from '../store/entries.ts';
import { findOrderByReference, readOrder } from '../store/orders.ts';
import { askedWrites, countTodo, listedWrites, unlistedWrites } from '../store/reconciliations.ts';
import type { WorkerDeps } from './deps.ts';
import { countCalls } from './report-look.ts';
import { waitInLane } from './wait-in-lane.ts';

type Context = JobContext<WorkerDeps>;

/** Where a reconciliation is with the lists: the first connection's is at `cursor`. */
interface Place extends Record<string, unknown> {
  merchantId: string;
  reconciliationId: string;
  lists: string[];
  cursor: string | null;
  pages: number;
}

/** Orders made before this are read one by one. */
const sinceMs = 30 * 24 * 3_600_000;
/** So often a list that cannot be had is asked for. */
const triesMax = 3;

/** What a page of a list shows, and where the list goes on. */
interface Page {
  plan: CommitPlan;
  cursor: string | null;
}

/** Takes one page of a partner's list, and goes on with the next one, or the next connection's. */
export async function compareList(place: Place & { connectionId: string }, context: Context): Promise<void> {
  const { connectionId, ...payload } = place;
  const { lists, pages } = payload;
  const { store, finish } = context;
  const next = { ...payload, lists: lists.slice(1), cursor: null, pages: 0 };
  const goOn = ({ plan, cursor }: Page) => {
    const then = cursor === null ? next : { ...payload, cursor, pages: pages + 1 };
    const work = makeEntry(orderReconcile, then, { lane: freeLane });
    return finish({ ...plan, entries: [...(plan.entries ?? []), work] });
  };
  try {
    const page = await takePage(place, context);
    if (page !== 'elsewhere') await goOn(page);
  } catch (error) {
    if (!(error instanceof Failure) || isWorthAnotherTry(error, context)) throw error;
    context.log.info({ connectionId, code: error.code }, 'reconciliation.unlisted');
    const writes = unlistedWrites(store, payload.reconciliationId, connectionId, error.code);
    await goOn({ plan: { writes }, cursor: null });
  }
}

const isWorthAnotherTry = ({ kind }: Failure, { tries }: Context): boolean =>
  kind === 'throttled' || kind === 'aborted' || (kind === 'transient' && tries < triesMax);

async function takePage(place: Place & { connectionId: string }, context: Context): Promise<Page | 'elsewhere'> {
  const { store } = context;
  const record = await readConnection(store, place.merchantId, place.connectionId);
  const nothing = { plan: {}, cursor: null };
  if (record === null || record.paused) return nothing;
  if (record.kind === 'oms') return takeOmsPage(place, context);
  // Others' orders may fill the list: not more pages than there are orders to be read instead.
  const isWorthIt = place.pages <= (await countTodo(store, place.reconciliationId));
  return isWorthIt ? takeFulfilmentPage(place, context) : nothing;
}

async function takeFulfilmentPage(
  { merchantId, reconciliationId, connectionId, cursor }: Place & { connectionId: string },
  context: Context,
): Promise<Page | 'elsewhere'> {
  const { store, deps, signal } = context;
  const { connection, connector, laneOf } = await deps.openFulfilment(store, merchantId, connectionId, signal);
  if (connection.listOpen === undefined) return { plan: {}, cursor: null };
  if (!(await waitInLane(context, laneOf()))) return 'elsewhere';
  const look = { reconciliationId, connectionId, system: connector.id };
  const page = await countCalls(context, look, (onCall) =>
    withinDeadline(signal, async (within) => {
      const opened = await deps.openFulfilment(store, merchantId, connectionId, within, { onCall, class: 'reads' });
      return opened.connection.listOpen?.(toInstant(store.clock.now() - sinceMs), cursor);
    }),
  );
  const seen = await Promise.all((page?.jobs ?? []).map((job) => findUnchanged(store, connectionId, job)));
  const orderIds = seen.filter((orderId) => orderId !== null);
  return { plan: { writes: listedWrites(store, reconciliationId, orderIds) }, cursor: page?.cursor ?? null };
}

/** The order that this row shows to be as it is here; null for none, or another one. */
async function findUnchanged(store: StoreDeps, connectionId: string, job: ListedJob): Promise<string | null> {
  const orderId = await findOrderByReference(store, connectionId, job.externalRef);
  const stored = orderId === null ? null : await readOrder(store, orderId);
  return stored !== null && isAsListed(stored.order, job) ? stored.order.id : null;
}

/** Orders whose hooks never came are imported as if they had. */
async function takeOmsPage(
  { merchantId, reconciliationId, connectionId, cursor }: Place & { connectionId: string },
  context: Context,
): Promise<Page | 'elsewhere'> {
  const { store, deps, signal } = context;
  const { connection, connector, laneOf } = await deps.openOms(store, merchantId, connectionId, signal);
  if (connection.listOpen === undefined) return { plan: {}, cursor: null };
  if (!(await waitInLane(context, laneOf()))) return 'elsewhere';
  const look = { reconciliationId, connectionId, system: connector.id };
  const page = await countCalls(context, look, (onCall) =>
    withinDeadline(signal, async (within) => {
      const opened = await deps.openOms(store, merchantId, connectionId, within, { onCall, class: 'reads' });
      return opened.connection.listOpen?.(toInstant(store.clock.now() - sinceMs), cursor);
    }),
  );
  const listed = page?.externalIds ?? [];
  const known = await Promise.all(listed.map((id) => findByExternalId(store, merchantId, connectionId, id)));
  const entries = listed
    .filter((_, n) => known[n] === null)
    .map((externalId) =>
      makeEntry(
        orderImport,
        { merchantId, connectionId, externalId, listed: true, reconciliationId },
        { lane: freeLane, cause: `${reconciliationId}.${externalId}`, class: 'reads' },
      ),
    );
  const writes = askedWrites(store, reconciliationId, { reads: entries.length });
  return { plan: { entries, writes }, cursor: page?.cursor ?? null };
}
