import type { BookedPlace, ServiceToBook } from '../port.ts';
import type { Values } from './template.ts';

export const trackNames = ['trackingNumber', 'trackingNumbers'] as const;
export const cancelNames = ['bookingId'] as const;

const placeValues = (at: 'pickup' | 'dropoff', place: BookedPlace): Values => ({
  [`${at}.name`]: place.name,
  [`${at}.phone`]: place.phone,
  [`${at}.address`]: place.addressLines.join(', '),
  [`${at}.addressLines`]: place.addressLines,
  [`${at}.addressLine1`]: place.addressLines[0] ?? null,
  [`${at}.addressLine2`]: place.addressLines[1] ?? null,
  [`${at}.addressLine3`]: place.addressLines[2] ?? null,
  [`${at}.postalCode`]: place.postalCode,
  [`${at}.city`]: place.city,
  [`${at}.state`]: place.state,
  [`${at}.country`]: place.country,
  [`${at}.window.from`]: place.window.from,
  [`${at}.window.until`]: place.window.until,
});

/** A service's values by their placeholders. The total weight is null as soon as one parcel's is. */
export function toValues({ reference, pickup, dropoff, parcels }: ServiceToBook): Values {
  const grams = parcels.reduce<number | null>((sum, { weightGrams }) => (sum === null || weightGrams === null ? null : sum + weightGrams), 0); // prettier-ignore
  return {
    reference,
    ...placeValues('pickup', pickup),
    ...placeValues('dropoff', dropoff),
    'parcels.count': parcels.length,
    'parcels.weightGrams': grams,
    'parcels.weightKilograms': toKilograms(grams),
  };
}

export const toParcelValues = ({ parcels }: ServiceToBook): Values[] =>
  parcels.map(({ reference, weightGrams }) => ({
    'parcel.reference': reference,
    'parcel.weightGrams': weightGrams,
    'parcel.weightKilograms': toKilograms(weightGrams),
  }));

const toKilograms = (grams: number | null): number | null => (grams === null ? null : grams / 1_000);

const nowhere: BookedPlace = {
  name: '',
  phone: null,
  addressLines: [],
  postalCode: null,
  city: null,
  state: null,
  country: '',
  window: { from: null, until: null },
};
const blank = { reference: '', pickup: nowhere, dropoff: nowhere, parcels: [{ reference: '', weightGrams: null }] };

/** What a booking may name: what `toValues` and `toParcelValues` give. */
export const bookingNames: readonly string[] = [toValues(blank), ...toParcelValues(blank)].flatMap(Object.keys);
