import type { Intent } from './intent.ts';

/** What has effects at partners: an order, a service. One at a time for each connection. */
export interface IntentHolder {
  intents: Readonly<Record<string, Intent>>;
}

export type IntentClaim<T extends IntentHolder> =
  | { state: 'busy'; retryAfterMs: number }
  /** `unsure`: an earlier effect may have happened without having been recorded. Look before repeating it. */
  | { state: 'claimed'; unsure: boolean; holder: T };

export function claimIntent<T extends IntentHolder>(
  holder: T,
  connectionId: string,
  claim: { effect: string; runId: string; nowMs: number; leaseMs: number },
): IntentClaim<T> {
  const held = holder.intents[connectionId];
  const heldMs = held === undefined ? 0 : Date.parse(held.until);
  if (held !== undefined && held.runId !== claim.runId && heldMs > claim.nowMs) {
    return { state: 'busy', retryAfterMs: heldMs - claim.nowMs };
  }
  const until = new Date(claim.nowMs + claim.leaseMs).toISOString();
  const intents = { ...holder.intents, [connectionId]: { effect: claim.effect, runId: claim.runId, until } };
  return { state: 'claimed', unsure: held !== undefined, holder: { ...holder, intents } };
}

/** The effect is recorded in its holder; nothing is open any more. */
export function withoutIntent<T extends IntentHolder>(holder: T, connectionId: string): T {
  const { [connectionId]: _, ...intents } = holder.intents;
  return { ...holder, intents };
}

/** The call ended without a clear answer: the next run may go on at once, and has to look first. */
export function expireIntent<T extends IntentHolder>(holder: T, connectionId: string, nowMs: number): T {
  const held = holder.intents[connectionId];
  if (held === undefined) return holder;
  const expired = { ...held, until: new Date(nowMs).toISOString() };
  return { ...holder, intents: { ...holder.intents, [connectionId]: expired } };
}
