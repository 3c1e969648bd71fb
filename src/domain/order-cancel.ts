import { learn, ownEvidence, raiseProblem, type Changed, type Vocabularies } from './order-change.ts';
import { isStanding } from './invoice.ts';
import { withoutProblem, type Order } from './order.ts';
import type { OrderStatus } from './order-status.ts';
import { ownSystem, resolveStatus } from './resolve-status.ts';

/**
 * Cancellations: what decides is the state of an order, never who was heard first. docs/cancel.md has the whole table, and
 * test/flow/cancel-matrix/cancel-matrix.test.ts plays it.
 */

export const cancelRefusedProblem = 'order.cancel_refused';
export const notFollowedProblem = 'order.cancel_not_followed';

/** An invoice exists, whether or not the OMS has heard of it. One that was withdrawn charges nobody. */
const isCharged = ({ invoiceStatus, invoices = [] }: Order): boolean =>
  invoiceStatus === 'invoiced' || invoices.some((one) => one.type === 'output' && isStanding(one));

/**
 * Why the merchant's cancellation is refused without asking anybody; null where the fulfilment system is asked. An invoice
 * and a cancellation shut each other out here already, in one commit: no OMS takes both.
 */
export function refuseCancel(order: Order): string | null {
  const { status } = order;
  if (status === 'CANCELED') return 'it was canceled before';
  if (status === 'RETURNED') return 'it came back, and there is nothing left to stop';
  if (status === 'DELIVERED') return 'it is with the customer; what comes back is told as a return';
  if (!isCharged(order)) return null;
  return 'an invoice of it exists, which no OMS cancels; have the goods stopped where they are, and give the money back';
}

/** Longer than a cancellation is tried. */
const givenUpMs = 20 * 60_000;

/** It was asked for and given up: to be tried again by whoever comes by. */
export const isStuckCancel = ({ cancellation }: Order, nowMs: number): boolean =>
  cancellation?.state === 'requested' && nowMs - Date.parse(cancellation.requestedAt) > givenUpMs;

/** The fulfilment system has called the order off, or somebody there has, as far as all that it said goes. */
export function statusThere({ evidence, fulfilment }: Order, vocabularies: Vocabularies): OrderStatus {
  const said = evidence.filter(({ system }) => system === fulfilment?.connector);
  return resolveStatus(said, vocabularies).status;
}

/** The OMS is the last to hear: of a merchant's cancellation that was done, and of one that the fulfilment system made. */
export const needsOmsCancel = ({ status, cancellation, oms }: Order): boolean =>
  oms !== undefined &&
  status === 'CANCELED' &&
  cancellation?.state === 'done' &&
  cancellation.by !== 'oms' &&
  oms.canceledAt === undefined &&
  oms.cancelRefusedAt === undefined;

/** Canceled by a hook only: whether another attempt lives is for a read to say, before anybody is told. */
export const wantsLookAtCancel = (before: Order, after: Order): boolean =>
  before.status !== 'CANCELED' && after.status === 'CANCELED' && isNobodys(after);

const isNobodys = ({ cancellation }: Order): boolean => cancellation === undefined || cancellation.state === 'refused';

/** After a read: the fulfilment system canceled the order, and nobody else had asked for it. */
export function takeFulfilmentCancel(changed: Changed, vocabularies: Vocabularies, at: string): Changed {
  const { order } = changed;
  if (order.status !== 'CANCELED' || !isNobodys(order) || statusThere(order, vocabularies) !== 'CANCELED') {
    return changed;
  }
  const cancellation = {
    state: 'done',
    requestedAt: at,
    reason: 'canceled in the fulfilment system',
    by: 'fulfilment',
  } as const;
  const problems = withoutProblem(order.problems, cancelRefusedProblem);
  return sealCancel({ ...changed, order: { ...order, cancellation, problems } }, vocabularies, at);
}

/**
 * Canceled at the OMS too: that cannot be taken back there, so a courier who is sent once more does not bring the order back
 * to life, and an invoice that the OMS never heard of is for the merchant to take back.
 */
export function sealCancel(changed: Changed, vocabularies: Vocabularies, at: string): Changed {
  if (changed.order.oms?.canceledAt === undefined) return changed;
  const withdrawn = withdrawInvoices(changed, at);
  const { status, evidence } = withdrawn.order;
  const isOurs = evidence.some(({ system, code }) => system === ownSystem && code === 'canceled');
  if (status !== 'CANCELED' || isOurs) return withdrawn;
  return learn(withdrawn, [ownEvidence('canceled', at)], vocabularies, at);
}

function withdrawInvoices({ order, happenings }: Changed, at: string): Changed {
  const { invoices = [] } = order;
  const isUntold = ({ type, state }: (typeof invoices)[number]): boolean => type === 'output' && state === 'wanted';
  const untold = invoices.filter(isUntold);
  if (untold.length === 0) return { order, happenings };
  const next = { ...order, invoices: invoices.map((one) => (isUntold(one) ? withdrawn(one) : one)) };
  const numbers = untold.map(({ invoiceNumber }) => invoiceNumber).join(', ');
  const detail = `the OMS canceled the order before it heard of invoice ${numbers}: take it back in your books`;
  return raiseProblem({ order: next, happenings }, { code: 'invoice.withdrawn', detail, source: 'you', raisedAt: at });
}

const withdrawn = (invoice: NonNullable<Order['invoices']>[number]) => ({ ...invoice, state: 'withdrawn' }) as const;

/** The cancellation lost: who asked for it is told, and an OMS that did it already has one thing more to be told. */
export function loseCancel(
  { order, happenings }: Changed,
  why: { detail: string; source: string },
  at: string,
): Changed {
  const isGoneAtOms = order.oms?.canceledAt !== undefined;
  const cancellation = order.cancellation && { ...order.cancellation, state: 'refused' as const };
  const problem = {
    code: cancelRefusedProblem,
    detail: isGoneAtOms
      ? `canceled in the OMS, and its goods go out all the same (${why.detail}): charge them anew, or have them brought back`
      : `not canceled, the order goes on: ${why.detail}`,
    source: isGoneAtOms ? 'you' : why.source,
    raisedAt: at,
  };
  return raiseProblem({ order: { ...order, cancellation }, happenings }, problem);
}

const notFollowedDetail = 'the order is canceled, and the fulfilment system goes on with it: stop it there by hand';

/** What is to be done about a fulfilment system that goes on with an order that is canceled. */
export type Following = 'followed' | 'tell' | 'problem';

/**
 * Whether the fulfilment system has stopped a canceled order. `tell`: it can be told, and is told again. Whoever sends a new
 * courier after canceling the first one there does it on purpose: a person has to look.
 */
export function judgeFollowing(order: Order, vocabularies: Vocabularies, canBeTold: boolean): Following {
  const there = statusThere(order, vocabularies);
  if (order.status !== 'CANCELED' || there === 'CANCELED' || there === 'IDLE') return 'followed';
  const { cancellation } = order;
  if (cancellation?.state === 'requested') return 'followed';
  return canBeTold && cancellation?.state === 'done' && cancellation.by !== 'fulfilment' ? 'tell' : 'problem';
}

/** Only a read shows that an order goes on (hooks may be old); that it has stopped may be heard in any way. */
export function learnFollowing(
  changed: Changed,
  { following, isRead, at }: { following: Following; isRead: boolean; at: string },
): Changed {
  const { order, happenings } = changed;
  if (following === 'followed') {
    const problems = withoutProblem(order.problems, notFollowedProblem);
    return problems.length === order.problems.length ? changed : { order: { ...order, problems }, happenings };
  }
  if (!isRead) return changed;
  if (following === 'tell' && order.cancellation !== undefined) {
    return { order: { ...order, cancellation: { ...order.cancellation, state: 'requested' } }, happenings };
  }
  return raiseProblem(changed, { code: notFollowedProblem, detail: notFollowedDetail, source: 'you', raisedAt: at });
}
