import { isOver, type FollowedParcel, type Parcel } from './parcel.ts';
import type { ParcelStep } from './parcel-step.ts';

/** A carrier was asked to tell of a parcel by itself. What it tells slows the asking; that it was asked to does not. */
export interface Subscription {
  connectionId: string;
  state: 'on' | 'refused';
  /** When it is asked anew: before it ends, or as it may know the number by then. Null: never. */
  renewAt: string | null;
}

const dayMs = 24 * 3_600_000;
/** Before its end: a parcel that is pushed is polled every two days at the least, and that is when somebody looks. */
const renewAheadMs = 3 * dayMs;
/** A number that was refused may be one that was too young. */
const refusedForMs = 7 * dayMs;

/** Its carrier is to be asked to tell of it: it was not yet, or what it was asked for is about to end. */
export function wantsSubscription(parcel: Parcel, connectionId: string, nowMs: number): boolean {
  const { subscription } = parcel;
  if (isOver(parcel)) return false;
  if (subscription?.connectionId !== connectionId) return true;
  return subscription.renewAt !== null && Date.parse(subscription.renewAt) <= nowMs;
}

/** The carrier's answer about one parcel. `until` null: it tells of it for as long as it is under way. */
export function hearSubscribed(
  known: FollowedParcel,
  answer: { outcome: 'subscribed'; until: string | null } | { outcome: 'refused' },
  { connectionId, nowMs }: { connectionId: string; nowMs: number },
): ParcelStep {
  const renewMs =
    answer.outcome === 'refused'
      ? nowMs + refusedForMs
      : answer.until === null
        ? null
        : Date.parse(answer.until) - renewAheadMs;
  const subscription: Subscription = {
    connectionId,
    state: answer.outcome === 'refused' ? 'refused' : 'on',
    renewAt: renewMs === null ? null : new Date(renewMs).toISOString(),
  };
  return { ...known, parcel: { ...known.parcel, subscription }, news: [], mustTell: false };
}
