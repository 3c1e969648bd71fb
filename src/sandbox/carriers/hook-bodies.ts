import { makeId } from '../make-id.ts';
import { toFedexResult, toShipengineTracking, toTracker, toUpsAlert } from './carrier-docs.ts';
import { toAftershipTracking, toShippoTrack } from './aggregator-docs.ts';
import { inUtc } from './carrier-time.ts';
import type { Parcel } from './parcel-book.ts';

/** What each carrier sends when a parcel has moved. */
export const hookBodies: Readonly<Record<string, (parcel: Parcel, nowMs: number) => unknown>> = {
  easypost: (parcel, nowMs) => ({
    id: makeId('evt'),
    object: 'Event',
    mode: 'test',
    description: 'tracker.updated',
    created_at: inUtc(nowMs),
    result: toTracker(parcel),
  }),
  aftership: (parcel, nowMs) => ({
    ts: Math.floor(nowMs / 1_000),
    event: 'tracking_update',
    event_id: makeId('evt'),
    msg: toAftershipTracking(parcel),
  }),
  shippo: (parcel) => ({ event: 'track_updated', test: false, data: toShippoTrack(parcel) }),
  shipengine: (parcel) => ({
    resource_url: `https://api.shipengine.com/v1/tracking?carrier_code=usps&tracking_number=${parcel.number}`,
    resource_type: 'API_TRACK',
    data: toShipengineTracking(parcel),
  }),
  fedex: (parcel) => ({
    output: { completeTrackResults: [{ trackingNumber: parcel.number, trackResults: [toFedexResult(parcel)] }] },
  }),
  // The event that was heard last, and nothing of what was before.
  ups: (parcel) => {
    const scan = parcel.scans.at(-1);
    return scan === undefined ? null : toUpsAlert(parcel, scan);
  },
  demo: (parcel) => toDemoHook(parcel),
};

/** The demo's own courier: what happened last. */
function toDemoHook({ number, scans }: Parcel): unknown {
  const scan = scans.at(-1);
  if (scan === undefined) return null;
  return { id: makeId('evt'), parcel: { ref: number, code: scan.step, at: inUtc(scan.atMs), town: scan.place.city } };
}
