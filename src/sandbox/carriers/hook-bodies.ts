import { makeId } from '../make-id.ts';
import { toFedexResult, toShipengineTracking, toTracker, toUpsAlert } from './carrier-docs.ts';
import { inUtc, wallClock } from './carrier-time.ts';
import { aftershipWords, shippoWords } from './carrier-words.ts';
import { newestFirst, type Parcel } from './parcel-book.ts';
import { texts } from './parcel-steps.ts';

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

function toAftershipTracking({ number, scans }: Parcel): unknown {
  const newest = newestFirst(scans);
  const [tag, subtag] = newest[0] === undefined ? ['Pending', 'Pending_001'] : aftershipWords[newest[0].step];
  return {
    tracking_number: number,
    slug: 'usps',
    tag,
    subtag,
    subtag_message: newest[0] === undefined ? 'Pending' : texts[newest[0].step],
    active: tag !== 'Delivered',
    courier_estimated_delivery: null,
    checkpoints: newest.toReversed().map(({ step, atMs, place }) => ({
      slug: 'usps',
      city: place.city.toUpperCase(),
      state: place.state,
      country_region: 'USA',
      created_at: inUtc(atMs),
      // With its zone or without, as the carrier behind it tells: here always with one.
      checkpoint_time: `${wallClock(atMs, -5)}-05:00`,
      message: texts[step],
      tag: aftershipWords[step][0],
      subtag: aftershipWords[step][1],
      raw_tag: step,
    })),
  };
}

function toShippoTrack({ number, scans }: Parcel): unknown {
  const statuses = newestFirst(scans).map(({ step, atMs, place }) => ({
    status: shippoWords[step][0],
    status_details: texts[step],
    status_date: inUtc(atMs),
    substatus: { code: shippoWords[step][1], text: texts[step], action_required: false },
    location: { city: place.city, state: place.state, zip: place.postalCode, country: 'US' },
  }));
  return {
    carrier: 'usps',
    tracking_number: number,
    eta: null,
    messages: [],
    tracking_status: statuses[0] ?? null,
    tracking_history: statuses.toReversed(),
  };
}

/** The demo's own courier: what happened last. */
function toDemoHook({ number, scans }: Parcel): unknown {
  const scan = scans.at(-1);
  if (scan === undefined) return null;
  return { id: makeId('evt'), parcel: { ref: number, code: scan.step, at: inUtc(scan.atMs), town: scan.place.city } };
}
