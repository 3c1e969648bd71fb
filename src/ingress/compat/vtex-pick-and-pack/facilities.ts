import * as z from 'zod';
import { addressOfFacility, nameOfFacility, type Facility } from '../../../domain/facility.ts';
import { digest } from '../../../store/deps.ts';

const text = z.string();

/** `GET /facilities/{facilityId}`. */
export const FacilitySchema = z
  .strictObject({
    id: text,
    name: text,
    address: text,
    number: text,
    addressComplement: text,
    neighborhood: text,
    city: text,
    state: text,
    country: text,
    postalCode: text,
    reference: text,
    location: z.strictObject({ latitude: z.number(), longitude: z.number() }),
    contactInformation: z.strictObject({ name: text, email: text, phone: text }),
  })
  .meta({ id: 'PickAndPackFacility' });

/** What stands where VTEX requires a text and nothing is known. */
export const unknownText = '-';

const checkOf = (merchantId: string, storeLocationId: string): string =>
  Buffer.from(digest(`facility ${merchantId} ${storeLocationId}`), 'base64url')
    .toString('hex')
    .slice(0, 16);

/**
 * A store location of a merchant as Pick and Pack names it. The location stands in the id, behind a check that no other
 * merchant's has: an order shows where it is handled, and what was shown is found again.
 */
export const facilityIdOf = (merchantId: string, storeLocationId: string): string =>
  checkOf(merchantId, storeLocationId) + Buffer.from(storeLocationId).toString('hex');

/** The store location that this merchant's facility is; null for an id of nobody or of somebody else. */
export function storeLocationOf(merchantId: string, facilityId: string): string | null {
  const storeLocationId = Buffer.from(facilityId.slice(16), 'hex').toString();
  return storeLocationId !== '' && facilityIdOf(merchantId, storeLocationId) === facilityId ? storeLocationId : null;
}

/** What is known of a store location: its name, and what the merchant's facility for it says (`/v1/facilities`). */
export function toFacility(
  merchantId: string,
  storeLocationId: string,
  facility: Facility | undefined,
): z.input<typeof FacilitySchema> {
  const address = facility === undefined ? null : addressOfFacility(facility);
  const name = facility === undefined ? storeLocationId : nameOfFacility(facility);
  return {
    id: facilityIdOf(merchantId, storeLocationId),
    name,
    address: address?.street ?? unknownText,
    number: address?.number ?? unknownText,
    addressComplement: address?.complement ?? '',
    neighborhood: address?.neighborhood ?? unknownText,
    city: address?.city ?? unknownText,
    state: address?.state ?? unknownText,
    country: address?.country ?? unknownText,
    postalCode: address?.postalCode ?? unknownText,
    reference: '',
    location: address?.location ?? { latitude: 0, longitude: 0 },
    contactInformation: { name, email: unknownText, phone: unknownText },
  };
}
