import type { OmsOrder } from '../src/connectors/oms/port.ts';
import type { OmsMessage } from '../src/connectors/webhook.ts';
import { Failure } from '../src/domain/failure.ts';
import { learnFromOms, withOmsFact, type OmsFact } from '../src/domain/order-oms.ts';
import type { Order, Problem } from '../src/domain/order.ts';
import type { OpenOms, WorkerDeps } from '../src/fulfilment/deps.ts';
import { makeOmsFact } from '../src/fulfilment/make-oms-fact.ts';
import { adoptOmsOrder, toHeard } from '../src/fulfilment/adopt-oms-order.ts';
import { afterOmsFact } from '../src/fulfilment/after-oms-fact.ts';
import { findRefusedChange, mendAtOms } from '../src/fulfilment/mend-at-oms.ts';
import { countCalls, reportLook } from '../src/fulfilment/report-look.ts';
import { routeOrder } from '../src/fulfilment/route-order.ts';
import { waitInLane } from '../src/fulfilment/wait-in-lane.ts';
import { toInstant } from '../src/platform/clock.ts';
import { makeEntry } from '../src/queues/define-job.ts';
import { deliveryWork } from '../src/queues/delivery-attempt.ts';
import { fulfilmentSubmit } from '../src/queues/fulfilment-submit.ts';
import { orderImport } from '../src/queues/order-import.ts';
import { withinDeadline } from '../src/queues/perform-effect.ts';
import { defineWorker, type JobContext } from '../src/queues/run-worker.ts';
import { acceptOrder, findByExternalId } from '../src/store/accept-order.ts';
import { changeOrder } from '../src/store/change-order.ts';
import type { CommitPlan } from '../src/store/commit.ts';
import { listConnections, successWrites } from '../src/store/connections.ts';
import { digest } from '../src/store/deps.ts';
import { freeLane } from '../src/store/entries.ts';
import { droppedWrites, readMessage } from '../src/store/inbox.ts';
import { readOrder } from '../src/store/orders.ts';

type Context = JobContext<WorkerDeps>;
type Payload = { merchantId: string; connectionId: string } & (
  { inboxId: string } | { externalId: string; listed?: boolean | undefined; reconciliationId?: string | undefined }
);

/** Budget of the call that reads an order. */
const readBudget = 'orders';

/**
 * An OMS's order on its way in. The message only says which order moved: what is accepted is what the OMS shows when it is
 * read, so messages may come in any order and any number.
 */
export default defineWorker<WorkerDeps, Payload>(orderImport, async (payload, context) => {
  const { merchantId, connectionId } = payload;
  // A paused connection is not called, but what it says is heard.
  const oms = await context.deps
    .openOms(context.store, merchantId, connectionId, context.signal, { evenPaused: true })
    .catch((error: unknown) => {
      // Asked for by ourselves, from time to time: nobody waits for the answer of a connection that is gone.
      if ('externalId' in payload && error instanceof Failure && error.code === 'connection.missing') return null;
      throw error;
    });
  if ('externalId' in payload) {
    const { externalId, reconciliationId, listed = false } = payload;
    const told = listed ? undefined : 'ready';
    if (oms === null) await reportLook(context, { reconciliationId, system: '' }).finish({});
    else await readAndAccept(externalId, { oms, told, writes: [], reconciliationId }, context);
    return;
  }
  if (oms === null) return;
  const stored = await readMessage(context.store, payload.inboxId);
  if (stored === null) return;
  const message = oms.connector.webhook?.read(stored.body, oms.settings);
  // It says which order to look at: once that is done its bytes are of no use to anybody.
  const writes = droppedWrites(context.store, merchantId, payload.inboxId);
  if (message === undefined || message.externalRef === null || !message.wanted) {
    await context.finish({ writes });
    return;
  }
  const orderId = await findByExternalId(context.store, merchantId, connectionId, message.externalRef);
  const known = orderId === null ? null : await readOrder(context.store, orderId);
  if (orderId !== null && (known === null || saysAll(known.order, message, oms))) {
    // An order that is past its retention is remembered by its id alone.
    if (known === null) await context.finish({ writes });
    else await learn(orderId, { fact: makeOmsFact(oms.connector, message), writes, inboxId: payload.inboxId }, context);
    return;
  }
  await readAndAccept(message.externalRef, { oms, told: phaseOf(oms, message.state ?? ''), writes }, context);
});

const phaseOf = (oms: OpenOms, state: string): OmsFact['phase'] => makeOmsFact(oms.connector, { state }).phase;

/**
 * A step of the OMS's own workflow changes nothing in the order: it need not be read for that. What ends the order is read
 * before it is believed, and so is a message about a state that we know already, if something has changed since.
 */
function saysAll({ oms: known }: Order, { state, changedAt }: OmsMessage, oms: OpenOms): boolean {
  if (state === null || known === undefined) return false;
  if (known.state === state) {
    return changedAt !== null && known.changedAt !== undefined && changedAt <= known.changedAt;
  }
  const phase = phaseOf(oms, state);
  return phase === 'ready' || phase === 'handling' || phase === 'invoiced' || phase === 'placed';
}

async function learn(
  orderId: string,
  { fact, writes, inboxId }: { fact: OmsFact; writes: string[][]; inboxId: string },
  context: Context,
): Promise<void> {
  const { store, finish, deps } = context;
  await changeOrder(store, orderId, { commit: finish, work: deliveryWork }, ({ order }) => {
    const at = toInstant(store.clock.now());
    const changed = learnFromOms({ order, happenings: [] }, fact, deps.vocabularies, at);
    return {
      ...changed,
      timeline: [{ at, what: 'oms.moved', detail: { state: fact.state, inboxId } }],
      entries: afterOmsFact(order, changed.order, fact),
      writes,
    };
  });
}

/** Why an order is read: what the message said, and what ends with it. */
interface Cause {
  oms: OpenOms;
  told: OmsFact['phase'];
  writes: string[][];
  /** Whose report what is found goes into. */
  reconciliationId?: string | undefined;
}

async function readAndAccept(
  externalId: string,
  { oms, told, writes, reconciliationId }: Cause,
  context: Context,
): Promise<void> {
  const { store, signal, deps } = context;
  const { record, connector } = oms;
  const look = { reconciliationId, connectionId: record.id, system: connector.id };
  const report = reportLook(context, look);
  if (!(await waitInLane(context, oms.laneOf(readBudget)))) return;
  let known = await findByExternalId(store, record.merchantId, record.id, externalId);
  const before = known === null || reconciliationId === undefined ? null : await readOrder(store, known);
  const { read, refused } = await countCalls(context, look, (onCall) =>
    withinDeadline(signal, async (within) => {
      const { connection } = await deps.openOms(store, record.merchantId, record.id, within, {
        onCall,
        class: context.class,
      });
      return {
        read: await connection.readOrder(externalId),
        refused: before === null ? null : await findRefusedChange(before.order, connection.writeBack),
      };
    }),
  );
  if (read === null) {
    throw new Failure('transient', `${connector.id}.order_unreadable`, 'the OMS does not show this order (yet)');
  }
  const fact = makeOmsFact(connector, read);
  // Known to lag behind its own hooks, by minutes where it cancels: believed would be lost.
  if (told === 'canceled' && fact.phase !== 'canceled') throw stale(fact);
  const kept = [...writes, ...successWrites(store, record.id)];
  if (known === null && (await mayImport(read, fact, { oms, told }, context))) {
    const accepted = await accept(read, fact, oms, context);
    known = accepted.isNew ? null : accepted.orderId;
    if (accepted.isNew) report.found([{ what: 'order', from: null, to: fact.state }], accepted.orderId);
  }
  if (known === null || (await readOrder(store, known)) === null) {
    await report.finish({ writes: kept });
    return;
  }
  // The hook is done though it tells nothing new.
  const commit = (plan: CommitPlan) => report.finish({ ...plan, writes: [...(plan.writes ?? []), ...kept] });
  await changeOrder(store, known, { commit, work: deliveryWork }, (stored) => {
    const adopted = adoptOmsOrder(context, stored, { read, fact, lane: oms.laneOf() });
    if (reconciliationId === undefined) return adopted;
    const { change, repairs } = mendAtOms(store, stored.order, adopted, { fact, refused, reconciliationId });
    return report.seen(stored.order, change, repairs);
  });
}

const stale = ({ connector, state }: Pick<OmsFact, 'connector' | 'state'>): Failure =>
  new Failure('transient', `${connector}.order_stale`, `the OMS still shows the order as ${state}`);

/**
 * Whether an order that nobody here knew is ours to handle. One that somebody else is handling, or has invoiced, would be
 * picked a second time, unless it goes to a system that has it anyway; one that is not released yet comes again.
 */
async function mayImport(
  read: OmsOrder,
  { phase, state, connector }: OmsFact,
  { oms: { record }, told }: Pick<Cause, 'oms' | 'told'>,
  { store, deps, log }: Context,
): Promise<boolean> {
  if (phase === 'ready' || (phase === 'handling' && told === 'ready')) return true;
  if (phase === undefined) {
    throw new Failure('malformed', `${connector}.state_unknown`, `the OMS has the order in an unknown state: ${state}`);
  }
  if (phase === 'placed' && told === 'ready') throw stale({ connector, state });
  const tracked = phase === 'handling' || phase === 'invoiced';
  const routable = { ...read.input, source: record.id };
  const handler = tracked ? routeOrder(routable, await listConnections(store, record.merchantId)) : undefined;
  if (handler !== undefined && deps.importsByItself(handler)) return true;
  log.info({ connectionId: record.id, state }, 'order.notImported');
  return false;
}

/** Accepts an order, or finds the one that was there already; its id is null where another one has its key. */
async function accept(
  read: OmsOrder,
  fact: OmsFact,
  oms: OpenOms,
  { store }: Context,
): Promise<{ orderId: string | null; isNew: boolean }> {
  const { merchantId, id: source } = oms.record;
  const { input } = read;
  const at = toInstant(store.clock.now());
  const problems = read.remarks.map((remark): Problem => ({ ...remark, source: fact.connector, raisedAt: at }));
  const accepted = await acceptOrder(store, {
    merchantId,
    source,
    // Made of the content: who comes a second time finds the order by its claim.
    idempotencyKey: `import:${input.externalId}:${digest(JSON.stringify(input))}`,
    input,
    oms: {
      ...withOmsFact(undefined, fact, at),
      lane: oms.laneOf(),
      ...(oms.policy.tellPicks === 'packline' ? { tellsPicks: true } : {}),
      ...(oms.policy.invoice === 'packline' ? { invoicesItself: true } : {}),
      heard: toHeard(store, { source, externalId: input.externalId }, input),
    },
    problems,
    work: (orderId) => makeEntry(fulfilmentSubmit, { orderId }, { lane: freeLane }),
  });
  if (accepted.outcome === 'created') return { orderId: accepted.order.id, isNew: !accepted.replayed };
  return { orderId: accepted.outcome === 'reused' ? null : accepted.orderId, isNew: false };
}
