import { canonicalJson } from './canonical-json.ts';
import { loseCancel, sealCancel } from './order-cancel.ts';
import { learn, raiseProblem, type Changed, type Vocabularies } from './order-change.ts';
import { amend, isBeingCanceled, type Order, type OrderContent, type OrderPerson } from './order.ts';
import type { OrderInput } from './order-input.ts';
import type { OrderStatus } from './order-status.ts';
import type { OmsModificationState } from './order-write-back.ts';

/**
 * How far an order is at its OMS, as far as Packline acts on it. The OMS's own word stands beside it and is never
 * translated into a fulfilment status.
 */
export type OmsPhase =
  /** Not released yet: payment, windows to change or cancel. */
  | 'placed'
  /** Released: waits for somebody to say that it is being handled. */
  | 'ready'
  /** Somebody has said so. */
  | 'handling'
  | 'invoiced'
  /** The customer asked for a cancellation; somebody decides. */
  | 'cancelAsked'
  | 'canceled';

/** The order at the OMS that it came from, whose connection is the order's `source`. */
export interface OrderOms {
  connector: string;
  /** The newest by the OMS's own clock, in its own word: stands beside our status. */
  state: string;
  changedAt?: string | undefined;
  /** Of the state, see `OmsFact`. */
  step?: number | undefined;
  /** Since when it is known there as being handled, whoever said so. */
  startedAt?: string | undefined;
  /** Since when we know it to be canceled there. */
  canceledAt?: string | undefined;
  /** Since when it is known to refuse our cancellation. */
  cancelRefusedAt?: string | undefined;
  /** Its log says that its own cancellation came too late. */
  lossNoted?: boolean | undefined;
  /** Keyed hash of the content that it showed last: only what is news there goes on. */
  heard?: string | undefined;
  /** The last status that was written into its log there. */
  notedStatus?: OrderStatus | undefined;
  /** It is told what was picked before the order may be invoiced. */
  tellsPicks?: boolean | undefined;
  modification?: OmsModificationState | undefined;
  /** Packline makes the invoice itself, once the order is ready for it. */
  invoicesItself?: boolean | undefined;
  /** Where work waits that will call the OMS; one that has become wrong costs a hop. */
  lane?: string | undefined;
}

/** One thing that an OMS said about an order. */
export interface OmsFact {
  connector: string;
  state: string;
  changedAt: string | null;
  /** Undefined for a state without a row: kept and shown. */
  phase: OmsPhase | undefined;
  /** How far down the OMS's own list of states it is: of two moves in one moment, the further one is the later. */
  step: number;
}

/** What is known at the OMS after this; facts come in any order. */
export function withOmsFact(known: OrderOms | undefined, fact: OmsFact, at: string): OrderOms {
  const { connector, state, changedAt, phase, step } = fact;
  const isOlder = known !== undefined && changedAt !== null && isBefore({ changedAt, step }, known);
  const started = phase === 'handling' || phase === 'invoiced' ? { startedAt: known?.startedAt ?? at } : {};
  const canceled = phase === 'canceled' ? { canceledAt: known?.canceledAt ?? at } : {};
  const newest = isOlder ? {} : { state, step, ...(changedAt === null ? {} : { changedAt }) };
  return { connector, state, ...known, ...started, ...canceled, ...newest };
}

function isBefore(fact: { changedAt: string; step: number }, known: OrderOms): boolean {
  if (known.changedAt === undefined || fact.changedAt > known.changedAt) return false;
  return fact.changedAt < known.changedAt || fact.step < (known.step ?? 0);
}

const cancelAsked = 'order.cancel_asked';
/** Problems that the OMS's own word ends. */
export const startProblem = 'oms.handling_not_started';
export const cancelRefusedProblem = 'oms.cancel_refused';
const cancelAskedDetail = 'the customer asked the OMS for a cancellation; decide it there';

/**
 * Takes in what the OMS said. A cancellation there is a request here: the fulfilment system has the last word on whether
 * the goods can still be stopped.
 */
export function learnFromOms(changed: Changed, fact: OmsFact, vocabularies: Vocabularies, at: string): Changed {
  const { connector, state, changedAt, phase } = fact;
  const { order } = changed;
  const evidence = { system: connector, subject: 'order', code: state, occurredAt: changedAt, receivedAt: at };
  const oms = withOmsFact(order.oms, fact, at);
  const isNews = order.oms === undefined || changedAt === null || !isBefore({ changedAt, step: fact.step }, order.oms);
  // What came too late once is not asked for again by every message that repeats it.
  const isLost = order.cancellation?.state === 'refused' && order.oms?.canceledAt !== undefined;
  const cancels = phase === 'canceled' && !isStopped(order) && !isBeingCanceled(order) && !isLost;
  const told: Order = {
    ...order,
    oms,
    problems: withoutSettled(order, oms, isNews),
    ...(cancels && { cancellation: { state: 'requested', requestedAt: at, reason: 'canceled in the OMS', by: 'oms' } }),
  };
  const heard = learn({ order: told, happenings: changed.happenings }, [evidence], vocabularies, at);
  const sealed = sealCancel(heard, vocabularies, at);
  const isTooLate = cancels && sealed.order.status === 'DELIVERED';
  const learned = isTooLate ? loseCancel(sealed, { detail: 'it was DELIVERED already', source: 'you' }, at) : sealed;
  if (phase !== 'cancelAsked' || !isNews) return learned;
  const problem = { code: cancelAsked, detail: cancelAskedDetail, source: 'you', raisedAt: at };
  return raiseProblem(learned, problem);
}

/** Nothing of it is at the customer's, or on its way there. */
const isStopped = ({ status }: Order): boolean => status === 'CANCELED' || status === 'RETURNED';

function withoutSettled({ problems }: Order, { startedAt, canceledAt }: OrderOms, isNews: boolean): Order['problems'] {
  const settled = new Set([
    ...(isNews ? [cancelAsked] : []),
    ...(startedAt === undefined ? [] : [startProblem]),
    ...(canceledAt === undefined ? [] : [cancelRefusedProblem]),
  ]);
  return problems.filter(({ code }) => !settled.has(code));
}

/** All that an OMS shows of an order's content, for telling whether it shows something new. */
export const contentText = ({
  recipient,
  window,
  lines,
  totals,
  notes,
  storeLocationId,
  fulfilment,
}: OrderInput): string => textOf({ recipient, window, lines, totals, notes, storeLocationId, fulfilment });

/**
 * The content and person that the OMS has now, where they differ from what stands (or waits already); null where nothing
 * differs. Metadata does not count: it says how the order came.
 */
export function diffWithOms(
  { content, person }: { content: OrderContent; person: OrderPerson },
  input: OrderInput,
): { content: OrderContent; person: OrderPerson } | null {
  const { recipient, window, lines, totals, notes } = input;
  const next = amend(content, person, { recipient, window, lines, totals, notes });
  return textOf(next) === textOf({ content, person }) ? null : next;
}

/** Members that are absent and members that are undefined are the same. */
const textOf = (what: object): string => canonicalJson(JSON.parse(JSON.stringify(what)));
