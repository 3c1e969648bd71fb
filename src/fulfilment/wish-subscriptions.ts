import type { Parcel } from '../domain/parcel.ts';
import { wantsSubscription } from '../domain/parcel-subscription.ts';
import { makeEntry } from '../queues/define-job.ts';
import { gatherMs, parcelSubscribe } from '../queues/parcel-subscribe.ts';
import type { CommitPlan } from '../store/commit.ts';
import type { StoreDeps } from '../store/deps.ts';
import { dueMember } from '../store/parcels.ts';
import { wishWrites } from '../store/subscription-wishes.ts';
import type { OpenCarrier } from './deps.ts';

/**
 * Parcels that were just polled, and of which their carrier could tell by itself: that it is asked to. Asked at every poll, so
 * that settings that are changed, subscriptions that end and calls that failed need nobody to remember them.
 */
export function wishSubscriptions(
  store: StoreDeps,
  { record: { id: connectionId, merchantId }, connector, settings, laneOf }: OpenCarrier,
  parcels: readonly Parcel[],
): Required<Pick<CommitPlan, 'entries' | 'writes'>> {
  const nowMs = store.clock.now();
  if (connector.subscriptions?.areWanted(settings) !== true) return { entries: [], writes: [] };
  const wanted = parcels.filter((parcel) => wantsSubscription(parcel, connectionId, nowMs));
  if (wanted.length === 0) return { entries: [], writes: [] };
  const endsAt = Math.ceil((nowMs + 1) / gatherMs) * gatherMs;
  const entry = makeEntry(
    parcelSubscribe,
    { merchantId, connectionId },
    { lane: laneOf(), cause: String(endsAt), delayMs: endsAt - nowMs },
  );
  return { entries: [entry], writes: wishWrites(store, connectionId, wanted.map(dueMember)) };
}
