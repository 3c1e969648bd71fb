import type { Order } from '../domain/order.ts';

/** One rule of a fulfilment connection: every list that is given must contain the order's value. */
interface Rule {
  storeLocationIds?: readonly string[] | undefined;
  channels?: readonly string[] | undefined;
  connections?: readonly string[] | undefined;
}

interface Candidate {
  kind: string;
  routing: readonly Rule[];
}

type Routable = Pick<Order, 'storeLocationId' | 'source'> & { channel?: string | undefined };

const matches = (rule: Rule, order: Routable): boolean =>
  (rule.storeLocationIds?.includes(order.storeLocationId) ?? true) &&
  (rule.channels?.includes(order.channel ?? '') ?? true) &&
  (rule.connections?.includes(order.source) ?? true);

/**
 * The fulfilment connection that takes this order: the first, in the order they were made, with a rule that matches. A
 * connection without rules takes nothing: who handles food is never left to chance.
 */
export const routeOrder = <C extends Candidate>(order: Routable, candidates: readonly C[]): C | undefined =>
  candidates.find(
    (candidate) => candidate.kind === 'fulfilment' && candidate.routing.some((rule) => matches(rule, order)),
  );
