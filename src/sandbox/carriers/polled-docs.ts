import { inUtc, wallClock, withOffset } from './carrier-time.ts';
import { australiaPostWords, dhlWords, uspsWords } from './carrier-words.ts';
import { newestFirst, type Parcel, type Scan } from './parcel-book.ts';
import { texts } from './parcel-steps.ts';

/** Where the clocks of USPS, DHL and Australia Post hang. */
const uspsHours = -5;
const dhlHours = 1;
const australiaHours = 11;

/** What USPS knows: local times with their GMT beside them, the newest first. */
export function toUspsTracking({ scans }: Parcel): Record<string, unknown> {
  const newest = newestFirst(scans);
  const [text, category] = newest[0] === undefined ? ['', ''] : uspsWords[newest[0].step];
  return {
    destinationCity: 'CHARLOTTE',
    destinationState: 'NC',
    mailClass: 'USPS Ground Advantage<SUP>&#153;</SUP>',
    status: text,
    statusCategory: category,
    statusSummary: newest[0] === undefined ? '' : texts[newest[0].step],
    trackingEvents: newest.map(({ step, atMs, place }) => ({
      eventType: uspsWords[step][0],
      eventTimestamp: wallClock(atMs, uspsHours),
      GMTTimestamp: inUtc(atMs),
      GMTOffset: '-05:00',
      eventCountry: null,
      eventCity: place.city.toUpperCase(),
      eventState: place.state,
      eventZIP: place.postalCode,
      firm: null,
      name: null,
      eventCode: uspsWords[step][2],
    })),
  };
}

/** A shipment of DHL: its events have no zone, its status, which is the newest of them, has one. */
export function toDhlShipment({ number, scans }: Parcel): Record<string, unknown> {
  const newest = newestFirst(scans);
  const toStatus = ({ step, place }: Scan, timestamp: string): object => ({
    timestamp,
    location: { address: { countryCode: 'DE', postalCode: place.postalCode, addressLocality: place.city } },
    statusCode: dhlWords[step][0],
    status: dhlWords[step][1],
    description: texts[step],
  });
  const [first] = newest;
  return {
    id: number,
    service: 'parcel-de',
    status: first === undefined ? null : toStatus(first, withOffset(first.atMs, dhlHours)),
    details: { totalNumberOfPieces: 1 },
    events: newest.map((scan) => toStatus(scan, wallClock(scan.atMs, dhlHours))),
  };
}

/** A result of Australia Post: events are texts without codes, and the article's status stands beside them. */
export function toAustraliaPostResult({ number, scans }: Parcel): Record<string, unknown> {
  const newest = newestFirst(scans);
  const status = newest[0] === undefined ? 'Initiated' : australiaPostWords[newest[0].step][0];
  const article = {
    article_id: number,
    product_type: 'eParcel',
    events: newest.map(({ step, atMs, place }) => ({
      location: `${place.city.toUpperCase()} ${place.state}`,
      description: australiaPostWords[step][1],
      date: withOffset(atMs, australiaHours),
    })),
    status,
  };
  return { tracking_id: number, status, trackable_items: [article] };
}
