import type { PartnerReturn } from '../connectors/partner-return.ts';
import { placeReturnedGoods } from '../domain/place-returned-goods.ts';
import { arePicksSettled, raiseProblem, type Changed, type Vocabularies } from '../domain/order-change.ts';
import { takeReturn, unitsSent } from '../domain/order-return.ts';
import { toInstant } from '../platform/clock.ts';
import { newId, type StoreDeps } from '../store/deps.ts';
import type { TimelineLine } from '../store/orders.ts';

interface Deps {
  store: StoreDeps;
  vocabularies: Vocabularies;
}

interface Taken {
  changed: Changed;
  timeline: readonly TimelineLine[];
}

/** The partner's word for "all of it", under which no return of its own stands. */
const wholeReference = 'order';

/**
 * What a partner tells of goods that came back, as the order's next state; told again it changes nothing. An order that a
 * fulfilment system has as RETURNED has come back in whole, as soon as is known what that is.
 */
export function takeReturns(deps: Deps, before: Changed, system: string, told: readonly PartnerReturn[]): Taken {
  const at = toInstant(deps.store.clock.now());
  let taken: Taken = { changed: before, timeline: [] };
  // Of an order that was stopped on its way everything comes back, and nobody has to be told of that.
  if (before.order.status === 'CANCELED') return taken;
  for (const { reference, goods } of told) {
    const { items, unplaced } = placeReturnedGoods(taken.changed.order, system, goods);
    taken = takeOne(deps, taken, { system, reference, items }, at);
    for (const sku of unplaced) {
      const detail = `${sku} came back with ${reference}, and was sent for no line of the order`;
      const problem = { code: 'order.return_unplaced', detail, source: system, raisedAt: at };
      taken = { ...taken, changed: raiseProblem(taken.changed, problem) };
    }
  }
  return taken;
}

/** The order is RETURNED by the word of the system that has it. */
export function takeWholeReturn(deps: Deps, before: Changed): Taken {
  const { order } = before;
  const { status, evidence, fulfilment } = order;
  if (status !== 'RETURNED' || fulfilment === undefined || !arePicksSettled(evidence))
    return { changed: before, timeline: [] };
  const items = [...unitsSent(order)].flatMap(([lineId, quantity]) => (quantity > 0 ? [{ lineId, quantity }] : []));
  const at = toInstant(deps.store.clock.now());
  const telling = { system: fulfilment.connector, reference: wholeReference, items };
  return takeOne(deps, { changed: before, timeline: [] }, telling, at);
}

function takeOne(
  { store, vocabularies }: Deps,
  { changed: before, timeline }: Taken,
  telling: Parameters<typeof takeReturn>[1],
  at: string,
): Taken {
  const facts = { newId: () => newId('return', store.clock), at };
  const { changed, kept } = takeReturn(before, telling, facts, vocabularies);
  if (kept === null) return { changed, timeline };
  const detail = { returnId: kept.id, reference: telling.reference, by: telling.system };
  return { changed, timeline: [...timeline, { at, what: 'order.returnReported', detail }] };
}
