import { inUtc, wallClock } from './carrier-time.ts';
import { aftershipWords, shippoWords } from './carrier-words.ts';
import { newestFirst, type Parcel } from './parcel-book.ts';
import { texts } from './parcel-steps.ts';

/** A tracking of AfterShip; its checkpoints are the oldest first. */
export function toAftershipTracking({ number, scans }: Parcel): Record<string, unknown> {
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

/** A track of Shippo; its history is the oldest first, and its newest status stands beside it, too. */
export function toShippoTrack({ number, scans }: Parcel): Record<string, unknown> {
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
