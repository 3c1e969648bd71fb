import type { OmsOrder } from '../connectors/oms/port.ts';
import { raiseProblem, type Changed } from '../domain/order-change.ts';
import { contentText, diffWithOms, learnFromOms, type OmsFact } from '../domain/order-oms.ts';
import { isBeingCanceled, type Order } from '../domain/order.ts';
import { isAmendable } from '../domain/order-status.ts';
import { toInstant } from '../platform/clock.ts';
import { makeEntry } from '../queues/define-job.ts';
import { fulfilmentSubmit } from '../queues/fulfilment-submit.ts';
import { fulfilmentUpdate } from '../queues/fulfilment-update.ts';
import type { JobContext } from '../queues/run-worker.ts';
import type { OrderChange } from '../store/change-order.ts';
import { freeLane } from '../store/entries.ts';
import type { StoreDeps } from '../store/deps.ts';
import type { StoredOrder } from '../store/orders.ts';
import { openPerson, resealPerson } from '../store/persons.ts';
import { afterOmsFact } from './after-oms-fact.ts';
import type { WorkerDeps } from './deps.ts';
import { takeReturns } from './take-returns.ts';

const tooLateDetail =
  'the order was changed in the OMS after its picking began; the store picks what it was told before';
const movedDetail = 'the OMS moved the order to another store or another way of delivery; it stays where it is handled';

/**
 * An order that we have, as its OMS has it now: its state is learnt, and what is new there goes on while there is time.
 * Only what is new: an amendment that came by another way stands until the OMS changes again.
 */
export function adoptOmsOrder(
  { store, deps }: JobContext<WorkerDeps>,
  stored: StoredOrder,
  { read, fact, lane }: { read: OmsOrder; fact: OmsFact; lane: string },
): OrderChange {
  const at = toInstant(store.clock.now());
  const heard = toHeard(store, stored.order, read.input);
  const isNews = stored.order.oms?.heard !== heard;
  const learned = learnFromOms({ order: stored.order, happenings: [] }, fact, deps.vocabularies, at);
  const placed = withOms(learned.order, { lane, heard });
  const { vocabularies } = deps;
  const { changed, timeline: returned } = takeReturns(
    { store, vocabularies },
    { ...learned, order: placed },
    fact.connector,
    withoutOurs(placed, read.returns),
  );
  const { order } = changed;
  if (JSON.stringify(order) === JSON.stringify(stored.order)) return null;
  const timeline = [{ at, what: 'oms.read', detail: { state: fact.state } }, ...returned];
  const entries = afterOmsFact(stored.order, order, fact);
  const told: NonNullable<OrderChange> = { ...changed, timeline, entries };
  const person = openPerson(store, stored, 'pending');
  if (person === null || !isNews || isBeingCanceled(order)) return told;
  // What we changed there ourselves comes back this way, too.
  if (order.oms?.modification !== undefined) return told;
  if (order.fulfilment === undefined && isMoved(order, read)) return moveStore(told, read);
  const raised = isMoved(order, read) ? withProblemOf(changed, 'order.store_changed', movedDetail, at) : changed;
  const next = diffWithOms({ content: order.pending?.content ?? order.content, person }, read.input);
  if (next === null) return { ...told, ...raised };
  const { fulfilment } = order;
  const followsByItself = fulfilment !== undefined && deps.importsByItself(fulfilment);
  if (!isAmendable(order.status)) {
    // The pickers' own changes come back this way.
    return followsByItself ? told : { ...told, ...withProblemOf(raised, 'order.changed_too_late', tooLateDetail, at) };
  }
  const contentVersion = (order.pending?.contentVersion ?? order.contentVersion) + 1;
  const sealed = resealPerson(store, stored, next.person);
  const amended = { ...told, timeline: [...timeline, { at, what: 'order.changedInOms' }] };
  if (fulfilment === undefined || followsByItself) {
    return { ...amended, ...raised, order: { ...raised.order, content: next.content, contentVersion }, person: sealed };
  }
  return {
    ...amended,
    ...raised,
    order: { ...raised.order, pending: { content: next.content, contentVersion } },
    pendingPerson: sealed,
    entries: [
      ...entries,
      makeEntry(fulfilmentUpdate, { orderId: order.id }, { lane: freeLane, cause: String(stored.order.version) }),
    ],
  };
}

/** What the merchant told us of came back through us, and is kept since then. */
const withoutOurs = ({ invoices = [] }: Order, returns: OmsOrder['returns']): OmsOrder['returns'] =>
  returns.filter(({ reference }) => !invoices.some(({ type, invoiceNumber }) => type === 'input' && invoiceNumber === reference)); // prettier-ignore

/** What the OMS shows of an order, to be compared with what it showed last; holds a person, hence the key. */
export const toHeard = (
  { keyring }: StoreDeps,
  { source, externalId }: Pick<Order, 'source' | 'externalId'>,
  input: OmsOrder['input'],
): string => keyring.keyedHash(contentText(input), `oms ${source} ${externalId}`);

/** Nobody handles it yet: it goes where the OMS has it now, and is routed again. */
function moveStore(told: NonNullable<OrderChange>, { input }: OmsOrder): OrderChange {
  const { order, entries = [] } = told;
  const { storeLocationId, fulfilment: fulfilmentMethod } = input;
  const cause = `moved.${order.version}`;
  return {
    ...told,
    order: { ...order, storeLocationId, fulfilmentMethod },
    entries: [...entries, makeEntry(fulfilmentSubmit, { orderId: order.id }, { lane: freeLane, cause })],
  };
}

const withOms = (order: Order, more: { lane: string; heard: string }): Order =>
  order.oms === undefined ? order : { ...order, oms: { ...order.oms, ...more } };

const isMoved = ({ storeLocationId, fulfilmentMethod }: Order, { input }: OmsOrder): boolean =>
  storeLocationId !== input.storeLocationId || fulfilmentMethod !== input.fulfilment;

const withProblemOf = (changed: Changed, code: string, detail: string, raisedAt: string): Changed =>
  raiseProblem(changed, { code, detail, source: 'you', raisedAt });
