import { isOver, type Parcel } from './parcel.ts';
import { isTerminal, type TrackingStatus } from './tracking-status.ts';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;

/** How long a parcel is left alone in each state (minutes). What is over is asked about by other rules. */
const restMinutes: Partial<Record<TrackingStatus, number>> = {
  PRE_TRANSIT: 360,
  PICKED_UP: 240,
  IN_TRANSIT: 240,
  OUT_FOR_DELIVERY: 40,
  DELIVERY_ATTEMPTED: 360,
  AVAILABLE_FOR_PICKUP: 360,
  EXCEPTION: 360,
  RETURN_IN_PROGRESS: 360,
};
/** Not there yet: as long as this, and twice as long each time. */
const notFoundMinutes = 60;
/** On its way, and due within a day or late. */
const dueSoonMinutes = 120;
/** Nothing is asked about less often than this, unless its carrier tells by itself or its quota is small. */
const restMaxMs = 720 * minuteMs;
/** A carrier that tells by itself is only asked so that nothing is lost. */
const pushedFactor = 4;
/** … and as often as others, when it has said nothing for so long. */
const pushTrustedMs = 12 * hourMs;
const unchangedFactor = 1.5;
const confirmAfterMs = dayMs;
const silentMaxMs = 30 * dayMs;
const followedMaxMs = 90 * dayMs;

/** Nothing was heard of it for 30 days, or it has been on its way for 90: nobody waits for it any more. */
export const isExpired = (parcel: Parcel, nowMs: number): boolean =>
  !isOver(parcel) &&
  (nowMs - Math.max(Date.parse(parcel.newsAt ?? parcel.openedAt), Date.parse(parcel.openedAt)) >= silentMaxMs ||
    nowMs - Date.parse(parcel.openedAt) >= followedMaxMs);

/**
 * When to ask about a parcel again (ms), or null for never. `stretch`, at least 1, makes all rests so much longer, for an
 * account whose calls of a day are fewer than its parcels want.
 */
export function nextPollAt(parcel: Parcel, nowMs: number, stretch = 1): number | null {
  const { polledAt, pushedAt } = parcel.polling;
  // From the parcel's name, so that those that became known together do not come due together for ever.
  const jitter = 0.85 + 0.3 * fractionOf(`${parcel.carrier}/${parcel.number}`);
  if (parcel.status === 'EXPIRED') return null;
  if (isTerminal(parcel.status)) {
    const endedMs = Date.parse(parcel.newsAt ?? parcel.openedAt);
    if (polledAt !== null && Date.parse(polledAt) >= endedMs + confirmAfterMs) return null;
    // One last look: a delivery that was taken back is taken back within a day.
    return Math.max(nowMs, endedMs + confirmAfterMs * (jitter + 0.15));
  }
  const restMs = Math.min(restOf(parcel, nowMs), restMaxMs) * jitter * stretch;
  if (pushedAt === null) return nowMs + restMs;
  const silentAtMs = Date.parse(pushedAt) + pushTrustedMs;
  return Math.max(nowMs + restMs, Math.min(nowMs + restMs * pushedFactor, silentAtMs));
}

function restOf({ status, polling, expectedOn }: Parcel, nowMs: number): number {
  if (status === 'UNKNOWN') return notFoundMinutes * minuteMs * 2 ** Math.max(0, polling.notFound - 1);
  const isMoving = status === 'PICKED_UP' || status === 'IN_TRANSIT';
  const isDueSoon = isMoving && expectedOn !== null && Date.parse(expectedOn) - nowMs <= dayMs;
  const minutes = isDueSoon ? dueSoonMinutes : (restMinutes[status] ?? dueSoonMinutes);
  return minutes * minuteMs * unchangedFactor ** polling.unchanged;
}

/** A courier's parcels move every day; this long covers a weekend. */
const silenceMaxMs = 3 * dayMs;

/** When a parcel of which its carrier only tells by itself has been silent for too long (ms); null for one that is over. */
export const silentAt = (parcel: Parcel): number | null =>
  isOver(parcel) ? null : Date.parse(parcel.newsAt ?? parcel.openedAt) + silenceMaxMs;

/** A number in [0, 1) that is always the same for the same text (FNV-1a). */
export function fractionOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at += 1) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  // Texts that differ in their last digits alone would lie close together without this.
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  return ((hash ^ (hash >>> 13)) >>> 0) / 2 ** 32;
}
