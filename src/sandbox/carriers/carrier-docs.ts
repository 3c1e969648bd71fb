import { inUtc, dateDigits, timeDigits, wallClock, withOffset } from './carrier-time.ts';
import { easypostWords, fedexWords, shipengineWords, upsWords } from './carrier-words.ts';
import { newestFirst, type Parcel, type Scan } from './parcel-book.ts';
import { texts } from './parcel-steps.ts';

/** Where UPS's and FedEx's clocks hang. */
const upsHours = -4;
const fedexHours = -7;

/** A tracker of EasyPost; its details are the oldest first. */
export function toTracker({ number, scans }: Parcel): Record<string, unknown> {
  const [newest] = newestFirst(scans);
  const [status, detail] = newest === undefined ? ['unknown', 'unknown'] : easypostWords[newest.step];
  return {
    id: `trk_${number.toLowerCase()}`,
    object: 'Tracker',
    mode: 'test',
    tracking_code: number,
    status,
    status_detail: detail,
    // A whole number, which EasyPost signs as a float.
    weight: 17,
    est_delivery_date: null,
    carrier: 'USPS',
    tracking_details: newestFirst(scans)
      .reverse()
      .map(({ step, atMs, place }) => ({
        object: 'TrackingDetail',
        message: texts[step],
        status: easypostWords[step][0],
        status_detail: easypostWords[step][1],
        datetime: inUtc(atMs),
        source: 'USPS',
        carrier_code: null,
        tracking_location: {
          object: 'TrackingLocation',
          city: place.city.toUpperCase(),
          state: place.state,
          country: null,
          zip: place.postalCode,
        },
      })),
  };
}

/** A result of FedEx; its scans are the newest first. */
export function toFedexResult({ number, scans }: Parcel): Record<string, unknown> {
  const newest = newestFirst(scans);
  const code = newest[0] === undefined ? 'OC' : fedexWords[newest[0].step];
  return {
    trackingNumberInfo: {
      trackingNumber: number,
      trackingNumberUniqueId: `2460426000~${number}~FX`,
      carrierCode: 'FDXE',
    },
    latestStatusDetail: { code, derivedCode: code, description: newest[0] === undefined ? '' : texts[newest[0].step] },
    dateAndTimes: [],
    scanEvents: newest.map(({ step, atMs, place }) => ({
      date: withOffset(atMs, fedexHours),
      eventType: fedexWords[step],
      eventDescription: texts[step],
      exceptionCode: step === 'attempted' ? '08' : '',
      derivedStatusCode: fedexWords[step],
      scanLocation: {
        streetLines: [''],
        city: place.city.toUpperCase(),
        stateOrProvinceCode: place.state,
        postalCode: place.postalCode,
        countryCode: 'US',
      },
    })),
  };
}

/** A package of UPS; its activity is the newest first. `gmtTime` lacks its leading zeros, as in UPS's own sample. */
export function toUpsPackage({ number, scans }: Parcel): Record<string, unknown> {
  const delivered = scans.find(({ step }) => step === 'delivered');
  return {
    trackingNumber: number,
    deliveryDate: delivered === undefined ? [] : [{ type: 'DEL', date: dateDigits(delivered.atMs, upsHours) }],
    activity: newestFirst(scans).map(({ step, atMs, place }) => ({
      location: {
        address: { city: place.city, stateProvince: place.state, postalCode: place.postalCode, countryCode: 'US' },
      },
      status: { type: upsWords[step][0], code: upsWords[step][1], description: texts[step] },
      date: dateDigits(atMs, upsHours),
      time: timeDigits(atMs, upsHours),
      gmtDate: dateDigits(atMs),
      gmtTime: timeDigits(atMs).replace(/^0+(?=\d)/, ''),
      gmtOffset: '-04:00',
    })),
  };
}

/** One event of Track Alert. */
export function toUpsAlert({ number }: Parcel, { step, atMs, place }: Scan): Record<string, unknown> {
  const [type, code] = upsWords[step];
  const local = { date: dateDigits(atMs, upsHours), time: timeDigits(atMs, upsHours) };
  return {
    trackingNumber: number,
    localActivityDate: local.date,
    localActivityTime: local.time,
    activityLocation: { city: place.city, stateProvince: place.state, postalCode: place.postalCode, country: 'US' },
    activityStatus: { type, code, description: texts[step], descriptionCode: '011' },
    gmtActivityDate: dateDigits(atMs),
    gmtActivityTime: timeDigits(atMs),
    gmtOffset: '-04.00',
    ...(step === 'delivered' ? { actualDeliveryDate: local.date, actualDeliveryTime: local.time } : {}),
  };
}

/** What ShipEngine knows; its events are the newest first. */
export function toShipengineTracking({ number, scans }: Parcel): Record<string, unknown> {
  const newest = newestFirst(scans);
  const [status, detail] = newest[0] === undefined ? ['UN', null] : shipengineWords[newest[0].step];
  return {
    tracking_number: number,
    carrier_code: 'usps',
    status_code: status,
    status_detail_code: detail,
    carrier_status_code: null,
    estimated_delivery_date: null,
    events: newest.map(({ step, atMs, place }) => ({
      occurred_at: inUtc(atMs),
      carrier_occurred_at: wallClock(atMs, upsHours),
      description: texts[step],
      city_locality: place.city.toUpperCase(),
      state_province: place.state,
      postal_code: place.postalCode,
      country_code: 'US',
      event_code: step.slice(0, 4).toUpperCase(),
      status_code: shipengineWords[step][0],
      status_detail_code: shipengineWords[step][1],
    })),
  };
}
