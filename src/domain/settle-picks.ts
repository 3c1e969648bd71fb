import {
  announceIfReady,
  arePicksSettled,
  factsOf,
  learn,
  ownEvidence,
  raiseProblem,
  type Changed,
  type Vocabularies,
} from './order-change.ts';
import { dueMinor, invoicedMinor, otherBagProblem } from './invoice.ts';
import { isInvoicedAtAll } from './order-write-back.ts';
import { heldDetail, heldProblem, isHeld, judgePicks } from './order-settlement.ts';
import { withoutProblem, type Order } from './order.ts';
import type { PickedItem } from './picking.ts';
import { resolveStatus } from './resolve-status.ts';
import type { SettlementRules } from './settlement-rules.ts';
import { settle, type Settlement } from './settlement.ts';

/**
 * Takes in what was picked, once the evidence says that the picker is done (before that, a list of picks is a list of
 * picks so far). With it the lines are settled, which is what may lead the order to READY_FOR_INVOICING, unless the rules
 * hold it. The same picks read again change nothing, whatever order they come in, unless the rules have.
 */
export function settlePicks(
  changed: Changed,
  picked: readonly PickedItem[],
  { vocabularies, rules }: { vocabularies: Vocabularies; rules: SettlementRules },
  now: string,
): Changed {
  const { order } = changed;
  if (!resolveStatus(order.evidence, vocabularies).picked) return changed;
  const lineIds = new Set(order.content.lines.map((line) => line.id));
  const pickedItems = picked.map((item) => ({
    ...item,
    lineId: lineIds.has(item.requested_id) ? item.requested_id : null,
  }));
  const settledBefore = arePicksSettled(order.evidence);
  if (settledBefore && isSameBag(pickedItems, order.pickedItems)) return judgeAnew(changed, rules, now);
  const told = toAnnouncement(settle(order.content.lines, pickedItems));
  const next = judged(
    {
      order: withOtherBag(order, pickedItems),
      happenings: [...changed.happenings, { type: 'order.items_picked', data: { ...factsOf(order), ...told } }],
    },
    rules,
    now,
  );
  return settledBefore
    ? announceIfReady(order, checkInvoices(next, now))
    : learn(next, [ownEvidence('picks_settled', now)], vocabularies, now);
}

/** What the OMS was told was of the bag before; once it was charged, that stays. */
function withOtherBag(order: Order, pickedItems: readonly PickedItem[]): Order {
  const { oms } = order;
  const isTold = oms?.modification?.state === 'done' && !isInvoicedAtAll(order);
  return { ...order, pickedItems, ...(oms && isTold && { oms: { ...oms, modification: undefined } }) };
}

/** Invoices are of the bag before: those on their way are kept back where they are too much, and those that are gone are told of. */
function checkInvoices({ order, happenings }: Changed, now: string): Changed {
  const { invoices = [] } = order;
  const due = dueMinor(order);
  if (invoicedMinor(invoices) <= due && !isInvoicedAtAll(order)) return { order, happenings };
  const isTooMuch = ({ type, state }: (typeof invoices)[number]): boolean => type === 'output' && state === 'wanted';
  const next = {
    ...order,
    invoices: invoices.map((one) => (isTooMuch(one) ? ({ ...one, state: 'refused' } as const) : one)),
  };
  const detail = `what was picked has changed since it was invoiced; ${due} are due now, and ${invoicedMinor(next.invoices)} are invoiced`;
  return raiseProblem({ order: next, happenings }, { code: otherBagProblem, detail, source: 'you', raisedAt: now });
}

/** The same picks: what somebody accepted stays accepted, and the rules may have changed. */
function judgeAnew(changed: Changed, rules: SettlementRules, now: string): Changed {
  const { settlement } = changed.order;
  if (settlement?.state === 'accepted') return changed;
  const next = judged(changed, rules, now);
  if (settlement?.state === next.order.settlement?.state) return changed;
  return announceIfReady(changed.order, next);
}

function judged({ order, happenings }: Changed, rules: SettlementRules, now: string): Changed {
  const settlement = judgePicks(order, order.pickedItems, rules);
  const next = { order: { ...order, settlement, problems: withoutProblem(order.problems, heldProblem) }, happenings };
  if (settlement.state !== 'held') return next;
  return raiseProblem(next, { code: heldProblem, detail: heldDetail(settlement), source: 'you', raisedAt: now });
}

/** Somebody has looked at what was picked and takes it as it is. Nothing to do where nothing is held. */
export function acceptPicks(order: Order, now: string): Changed | null {
  if (order.settlement === undefined || !isHeld(order)) return null;
  const settlement = { ...order.settlement, state: 'accepted' as const, acceptedAt: now };
  const problems = withoutProblem(order.problems, heldProblem);
  return announceIfReady(order, { order: { ...order, settlement, problems }, happenings: [] });
}

function isSameBag(items: readonly PickedItem[], others: readonly PickedItem[]): boolean {
  const texts = (bag: readonly PickedItem[]): string[] => bag.map((item) => JSON.stringify(item)).sort();
  return JSON.stringify(texts(items)) === JSON.stringify(texts(others));
}

const toAnnouncement = ({ lines, additions }: Settlement) => ({
  lines: lines.map((line) => ({
    lineId: line.lineId,
    sku: line.sku,
    requestedQuantity: line.requestedQuantity,
    pickedQuantity: line.pickedQuantity,
    shortQuantity: line.shortQuantity,
    substituted: line.substituted,
    weightGrams: line.weightGrams,
    priceMinor: line.priceMinor,
  })),
  additions: additions.map(({ sku, quantity, weightGrams, priceMinor }) => ({
    sku,
    quantity,
    weightGrams,
    priceMinor,
  })),
});
