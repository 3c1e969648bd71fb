import { z } from 'zod';
import { orderInputSchema } from './order-schema.ts';

/** What a job keeps: its order's fields, and what only a job has. */
const jobFieldsSchema = orderInputSchema.extend({
  dropoffStoreLocationId: z.string().nullish(),
  taxCents: z.int().nullish(),
  jobMetadata: z.record(z.string(), z.unknown()).nullish(),
});

export type JobFields = z.output<typeof jobFieldsSchema>;

/** OpenAPI `ParsedAddressInputSerializer`. */
const addressSchema = z.object({
  number: z.string().nullish(),
  secondaryNumber: z.string().nullish(),
  street: z.string(),
  county: z.string().nullish(),
  city: z.string(),
  state: z.string().nullish(),
  postalCode: z.string().nullish(),
  country: z.string(),
  latitude: z.number().nullish(),
  longitude: z.number().nullish(),
});

/** OpenAPI `PackageRequirements`. */
const requirements = [
  'photo_proof_of_delivery', 'signature_proof_of_delivery', 'photo_proof_of_pickup', 'photo_reference_on_dropoff',
  'photo_reference_capture_on_dropoff', 'signature_proof_of_pickup', 'photo_pre_delivery_verification',
  'age_verification_on_delivery', 'id_verification_on_delivery', 'barcode_scan_on_pickup', 'barcode_scan_on_dropoff',
  'barcode_scan_on_return', 'meet_on_delivery', 'shipping_label', 'two_person_team', 'pincode_verification',
  'schedule_ii_controlled_substances', 'alcohol', 'tobacco', 'vapes', 'parking_check_in', 'display_barcode_on_pickup',
  'pick_and_pack',
] as const; // prettier-ignore

/** To the second or finer, in UTC with or without saying so; unlike an order's, never with an offset. */
const time = z.iso
  .datetime({ local: true })
  .regex(/T\d{2}:\d{2}:\d{2}/)
  .transform((text) => (text.endsWith('Z') ? text : `${text}Z`))
  .nullish();

/** A job's amounts are read as whole currency units: `CreateJobInputSerializer` has the same names beside ones in cents. */
const amount = z
  .number()
  .transform((units) => Math.round(units * 100))
  .nullish();

const { shape } = orderInputSchema;

/** What an update calls by another name than the order does. */
const renamed = {
  packageDeliveryMode: 'deliveryMode',
  packagePickupStartTime: 'pickupStartTime',
  packagePickupEndTime: 'pickupEndTime',
  packageDropoffStartTime: 'dropoffStartTime',
  packageDropoffEndTime: 'dropoffEndTime',
  packageDescription: 'description',
  packageRequirements: 'requirements',
  packageMinimumVehicleSize: 'minimumVehicleSize',
  packageValue: 'valueCents',
  packageTax: 'taxCents',
  tipAmount: 'tipAmountCents',
  packageItems: 'items',
  packageMetadata: 'orderMetadata',
  externalIdentifier: 'externalId',
} as const;

/**
 * `PATCH /v1/jobs/{id}`: OpenAPI 1.0.0 `UpdateJobInputSerializer`, read as changes of the job's fields. All fields are
 * optional, and null takes a value away. Items, lengths and everything else that an order has too follow the order's
 * rules; the document itself calls items free objects.
 */
export const jobUpdateSchema = orderInputSchema
  .pick({
    pickupAddress: true,
    pickupPhoneNumber: true,
    pickupBusinessName: true,
    pickupFirstName: true,
    pickupLastName: true,
    pickupEmail: true,
    pickupInstructions: true,
    pickupStoreLocationId: true,
    pickupBarcodes: true,
    dropoffAddress: true,
    dropoffPhoneNumber: true,
    dropoffBusinessName: true,
    dropoffFirstName: true,
    dropoffLastName: true,
    dropoffEmail: true,
    dropoffInstructions: true,
    dropoffBarcodes: true,
    currency: true,
    referenceId: true,
    itemsCount: true,
  })
  .extend({
    pickupAddressComponents: addressSchema.nullish(),
    dropoffAddressComponents: addressSchema.nullish(),
    dropoffStoreLocationId: z.string().nullish(),
    packageDeliveryMode: shape.deliveryMode,
    packagePickupStartTime: time,
    packagePickupEndTime: time,
    packageDropoffStartTime: time,
    packageDropoffEndTime: time,
    packageDescription: shape.description,
    packageRequirements: z.array(z.union([z.enum(requirements), z.string().regex(/^(custom|preferred):/)])).nullish(),
    packageMinimumVehicleSize: shape.minimumVehicleSize,
    packageValue: amount,
    packageTax: amount,
    tipAmount: amount,
    packageItems: shape.items,
    weight: z.number().nullish(),
    externalIdentifier: z.string().nullish(),
    jobMetadata: z.record(z.string(), z.unknown()).nullish(),
    packageMetadata: shape.orderMetadata,
  })
  .transform(({ pickupAddressComponents, dropoffAddressComponents, ...given }): Record<string, unknown> => ({
    ...Object.fromEntries(Object.entries(given).map(([name, value]) => [toFieldName(name), value])),
    ...toAddressFields('pickup', pickupAddressComponents),
    ...toAddressFields('dropoff', dropoffAddressComponents),
  }))
  .pipe(jobFieldsSchema);

const isRenamed = (name: string): name is keyof typeof renamed => Object.hasOwn(renamed, name);
const toFieldName = (name: string): string => (isRenamed(name) ? renamed[name] : name);

const toAddressFields = (side: 'pickup' | 'dropoff', given: z.output<typeof addressSchema> | null | undefined) =>
  given === undefined || given === null
    ? {}
    : {
        [`${side}AddressNumber`]: given.number,
        [`${side}AddressSecondarynumber`]: given.secondaryNumber,
        [`${side}AddressFormattedStreet`]: given.street,
        [`${side}AddressCounty`]: given.county,
        [`${side}AddressCity`]: given.city,
        [`${side}AddressState`]: given.state,
        [`${side}AddressZip`]: given.postalCode,
        [`${side}AddressCountry`]: given.country,
        [`${side}Lat`]: given.latitude,
        [`${side}Lng`]: given.longitude,
      };
