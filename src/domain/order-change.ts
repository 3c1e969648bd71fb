import type { OrderHappening } from './events.ts';
import { mergeEvidence, type Evidence } from './evidence.ts';
import { withProblem, type Order, type Problem } from './order.ts';
import { isHeld } from './order-settlement.ts';
import { isNeverInvoiced, judgeMove, statusTable } from './order-status.ts';
import { ownSystem, resolveStatus, type ownVocabulary, type Resolution, type Vocabulary } from './resolve-status.ts';
import { settle } from './settlement.ts';

/** An order's next state, and what is to be announced about it. `version` is raised by whoever commits it. */
export interface Changed {
  order: Order;
  happenings: readonly OrderHappening[];
}

export type Vocabularies = Readonly<Record<string, Vocabulary>>;

/** What Packline itself did, as evidence. */
export const ownEvidence = (code: keyof typeof ownVocabulary, at: string): Evidence => ({
  system: ownSystem,
  subject: 'order',
  code,
  occurredAt: at,
  receivedAt: at,
});

export const factsOf = (order: Order) => ({
  orderId: order.id,
  externalId: order.externalId,
  version: order.version + 1,
});

/** Whatever happens to an order first, its import is told before it. */
export function announceImport({ order, happenings }: Changed): Changed {
  if (order.announced) return { order, happenings };
  const { source, storeLocationId } = order;
  const imported = { type: 'order.imported', data: { ...factsOf(order), source, storeLocationId } } as const;
  return { order: { ...order, announced: true }, happenings: [imported, ...happenings] };
}

/** Adds a problem and announces it, unless it is known already. */
export function raiseProblem({ order, happenings }: Changed, problem: Problem): Changed {
  const problems = withProblem(order.problems, problem);
  if (problems === order.problems) return { order, happenings };
  const { code, detail, source } = problem;
  // More work that waits for the same is no news.
  if (order.problems.some((known) => known.code === code && known.detail === detail)) {
    return { order: { ...order, problems }, happenings };
  }
  const happening = { type: 'order.problem', data: { ...factsOf(order), code, detail, source } } as const;
  return { order: { ...order, problems }, happenings: [...happenings, happening] };
}

const contradictionDetails = {
  'order.no_live_attempt':
    'every delivery attempt ended without success; the fulfilment system has to start another one',
  'order.delivered_after_cancel': 'the order was canceled, and delivered all the same',
} as const;

/** What facts contradict each other on, and IDLE, is past once the facts say otherwise: it must not matter which came first. */
function withoutPast(problems: readonly Problem[], { status, contradictions }: Resolution): readonly Problem[] {
  const standing = new Set<string>([...contradictions, ...(status === 'IDLE' ? [idleProblem] : [])]);
  const isPast = ({ code }: Problem): boolean =>
    (Object.hasOwn(contradictionDetails, code) || code === idleProblem) && !standing.has(code);
  return problems.some(isPast) ? problems.filter((problem) => !isPast(problem)) : problems;
}

const idleProblem = 'order.idle';
const idleDetail =
  'the fulfilment system will not handle this order: it is handled elsewhere, or was invoiced before READY_FOR_INVOICING';

/**
 * Takes in evidence and resolves the status anew. Everything that follows from a status is announced here, once, in the
 * order in which it is to leave.
 */
export function learn(changed: Changed, heard: readonly Evidence[], vocabularies: Vocabularies, now: string): Changed {
  const before = changed.order;
  const evidence = mergeEvidence(before.evidence, heard);
  const resolution = resolveStatus(evidence, vocabularies);
  const { status, invoiceStatus } = resolution;
  let next: Changed = {
    order: { ...before, evidence, status, invoiceStatus, problems: withoutPast(before.problems, resolution) },
    happenings: changed.happenings,
  };
  const move = judgeMove(before.status, resolution.status);
  if (move !== 'same') next = announceMove(next, before, move);
  next = announceIfReady(before, next);
  for (const code of resolution.unknown) {
    next = raiseProblem(next, {
      code: 'order.unknown_status',
      detail: `a status that Packline does not know: ${code}`,
      source: code.split(':')[0] ?? 'packline',
      raisedAt: now,
    });
  }
  for (const code of resolution.contradictions) {
    next = raiseProblem(next, { code, detail: contradictionDetails[code], source: 'packline', raisedAt: now });
  }
  if (next.order.status === 'IDLE') {
    next = raiseProblem(next, { code: idleProblem, detail: idleDetail, source: 'you', raisedAt: now });
  }
  return next;
}

function announceMove({ order, happenings }: Changed, before: Order, move: 'legal' | 'odd'): Changed {
  const facts = factsOf(order);
  const announced: OrderHappening[] = [
    ...happenings,
    { type: 'order.status_changed', data: { ...facts, oldStatus: before.status, newStatus: order.status, move } },
  ];
  if (order.status === 'CANCELED') {
    announced.push({ type: 'order.canceled', data: { ...facts, reason: order.cancellation?.reason ?? null } });
  }
  return { order, happenings: announced };
}

/**
 * The merchant can invoice: the picks are settled, and the fulfilment system is past needing the invoice to wait. (VTEX
 * turns an order IDLE that is invoiced earlier.) The courier may be gone before either is known.
 */
export function isReadyToInvoice(order: Order): boolean {
  const { evidence, status, invoiceStatus, oms } = order;
  if (invoiceStatus === 'invoiced' || isNeverInvoiced(status) || isHeld(order)) return false;
  if (oms?.tellsPicks === true && oms.modification?.state !== 'done') return false;
  return statusTable[status].rank >= statusTable.READY_FOR_INVOICING.rank && arePicksSettled(evidence);
}

/** The picker is done, and all that was picked could be read. */
export const arePicksSettled = (evidence: readonly Evidence[]): boolean =>
  evidence.some(({ system, code }) => system === ownSystem && code === 'picks_settled');

/** Picking is over at least as far as the invoice, and nobody has told what was picked. */
export const lacksPicks = ({ evidence, status }: Order): boolean =>
  !isNeverInvoiced(status) &&
  statusTable[status].rank >= statusTable.READY_FOR_INVOICING.rank &&
  !arePicksSettled(evidence);

/** The order has come to where it can be invoiced. */
export const announceIfReady = (before: Order, changed: Changed): Changed =>
  isReadyToInvoice(changed.order) && !isReadyToInvoice(before) ? announceReadiness(changed) : changed;

function announceReadiness({ order, happenings }: Changed): Changed {
  const { itemsMinor } = settle(order.content.lines, order.pickedItems).totals;
  const data = { ...factsOf(order), currency: order.currency, itemsMinor };
  return { order, happenings: [...happenings, { type: 'order.ready_for_invoicing', data }] };
}
