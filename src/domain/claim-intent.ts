import type { Order } from './order.ts';

export type IntentClaim =
  | { state: 'busy'; retryAfterMs: number }
  /** `unsure`: an earlier effect may have happened without having been recorded. Look before repeating it. */
  | { state: 'claimed'; unsure: boolean; order: Order };

export function claimIntent(
  order: Order,
  connectionId: string,
  claim: { effect: string; runId: string; nowMs: number; leaseMs: number },
): IntentClaim {
  const held = order.intents[connectionId];
  const heldMs = held === undefined ? 0 : Date.parse(held.until);
  if (held !== undefined && held.runId !== claim.runId && heldMs > claim.nowMs) {
    return { state: 'busy', retryAfterMs: heldMs - claim.nowMs };
  }
  const until = new Date(claim.nowMs + claim.leaseMs).toISOString();
  const intents = { ...order.intents, [connectionId]: { effect: claim.effect, runId: claim.runId, until } };
  return { state: 'claimed', unsure: held !== undefined, order: { ...order, intents } };
}

/** The effect is recorded in the order itself; nothing is open any more. */
export function withoutIntent(order: Order, connectionId: string): Order {
  const { [connectionId]: _, ...intents } = order.intents;
  return { ...order, intents };
}

/** The call ended without a clear answer: the next run may go on at once, and has to look first. */
export function expireIntent(order: Order, connectionId: string, nowMs: number): Order {
  const held = order.intents[connectionId];
  if (held === undefined) return order;
  const expired = { ...held, until: new Date(nowMs).toISOString() };
  return { ...order, intents: { ...order.intents, [connectionId]: expired } };
}
