import { Failure } from '../domain/failure.ts';
import type { OrderHappening } from '../domain/events.ts';
import type { Order } from '../domain/order.ts';
import { announceImport } from '../domain/order-change.ts';
import { toInstant } from '../platform/clock.ts';
import type { CommitOutcome, CommitPlan, NewEntry } from './commit.ts';
import type { StoreDeps } from './deps.ts';
import { listSubscribers } from './endpoints.ts';
import { eventWrites, type DeliveryWork } from './events.ts';
import { doneWrites } from './issues.ts';
import type { SealedPerson } from './persons.ts';
import { createTurns, type Turns } from './take-turns.ts';
import { orderGuard, orderWrites, requireOrder, timelineWrite, type StoredOrder, type TimelineLine } from './orders.ts';

/** A change of one order, made purely from what was read. Null: nothing to change (the work may still be ended). */
export type OrderChange = {
  order: Order;
  happenings?: readonly OrderHappening[];
  timeline?: readonly TimelineLine[];
  /** Work that follows from the change, part of the same commit. */
  entries?: readonly NewEntry[];
  /** What else must still be as it was read, beside the order itself. */
  guards?: CommitPlan['guards'];
  writes?: readonly (readonly (string | number)[])[];
  /** Sealed persons to store; `pendingPerson: null` removes the waiting amendment. */
  person?: SealedPerson;
  pendingPerson?: SealedPerson | null;
} | null;

/** Lost races are normal (a hook and a read of one order at once); a row of them is not. */
const racesMax = 25;

/**
 * Whoever changes one order in this process waits for his turn: the hooks of an order come close together, and two of
 * three commits were lost races. A courtesy only: between processes, and after all, the version decides.
 */
const turnsOf = new WeakMap<StoreDeps, Turns>();
const turnsAt = (store: StoreDeps): Turns => {
  const turns = turnsOf.get(store) ?? createTurns();
  turnsOf.set(store, turns);
  return turns;
};

/**
 * Reads an order, applies the change and commits new state, work, events and timeline in one call guarded by the version
 * that was read. A lost race re-reads and re-applies. Answers the order as committed (or as read, when the change was
 * null). `commit` is the store's, or a job's `finish`, which ends its entry in the same call. `change` must not change the
 * same order through here: it would wait for itself.
 */
export const changeOrder = (
  store: StoreDeps,
  orderId: string,
  options: ChangeOptions,
  change: (stored: StoredOrder) => OrderChange | Promise<OrderChange>,
): Promise<Order> => turnsAt(store).take(orderId, () => changeInTurn(store, orderId, options, change));

interface ChangeOptions {
  commit: (plan: CommitPlan) => Promise<CommitOutcome>;
  work: DeliveryWork;
  merchantId?: string;
}

async function changeInTurn(
  store: StoreDeps,
  orderId: string,
  options: ChangeOptions,
  change: (stored: StoredOrder) => OrderChange | Promise<OrderChange>,
): Promise<Order> {
  for (let race = 0; race < racesMax; race += 1) {
    const stored = await requireOrder(store, orderId, options.merchantId);
    const result = await change(stored);
    const plan = result === null ? {} : await planOf(store, stored, result, options.work);
    const outcome = await options.commit(plan);
    if (outcome === 'gone') throw entryGone();
    if (outcome === 'committed') return result === null ? stored.order : (plan.order ?? stored.order);
  }
  throw new Failure('transient', 'order.contended', 'too many others changed this order at the same time');
}

/** Another run has this work, or has done it: whoever holds the entry goes on, this run stops. */
export const entryGone = (): Failure => new Failure('aborted', 'entry.gone', 'another run has this work');

async function planOf(
  store: StoreDeps,
  stored: StoredOrder,
  change: NonNullable<OrderChange>,
  work: DeliveryWork,
): Promise<CommitPlan & { order?: Order }> {
  const before = stored.order;
  const at = toInstant(store.clock.now());
  const { order: changed, happenings } = announceImport({
    order: change.order,
    happenings: change.happenings ?? [],
  });
  const order = { ...changed, version: before.version + 1, updatedAt: at };
  const endpoints = happenings.length === 0 ? [] : await listSubscribers(store, order.merchantId);
  const events = eventWrites(store, order, happenings, endpoints, work);
  const timeline = [
    ...(change.timeline ?? []),
    ...happenings.map(({ type, data }) => ({ at, what: type, detail: aboutEvent(data) })),
  ];
  return {
    order,
    guards: [orderGuard(store, before), ...(change.guards ?? [])],
    writes: [
      ...orderWrites(store, before, order, change),
      ...(timeline.length === 0 ? [] : timelineWrite(store, order.id, timeline)),
      ...events.writes,
      ...pastWork(before, order),
      ...(change.writes ?? []).map((write) => write.map(String)),
    ],
    enqueue: events.enqueue,
    entries: [...(change.entries ?? []), ...events.entries],
  };
}

/** Work that was set aside for a problem which is past: other work has done it, and its issue holds it no longer. */
function pastWork(before: Order, after: Order): string[][] {
  if (before.problems === after.problems) return [];
  const standing = new Set(after.problems.map(({ entryId }) => entryId));
  const past = before.problems.flatMap(({ entryId }) => (entryId === undefined ? [] : [entryId]));
  return past.filter((entryId) => !standing.has(entryId)).flatMap(doneWrites);
}

/** What of an event's data belongs on the order's own timeline, where the ids are plain already. */
function aboutEvent(data: Record<string, unknown>): Record<string, unknown> {
  const { orderId: _, externalId: __, lines, ...rest } = data;
  return Array.isArray(lines) ? { ...rest, lines: lines.length } : rest;
}
