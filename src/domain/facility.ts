import * as z from 'zod';
import { AddressSchema } from './address.ts';
import { ExternalIdSchema } from './order-input.ts';

const facts = { name: z.string().min(1).max(200), address: AddressSchema };
const mapping = {
  storeLocationId: ExternalIdSchema.meta({ description: 'The merchant’s own id of the store' }),
  warehouseId: ExternalIdSchema.meta({ description: 'The OMS’s id of the warehouse' }),
};

/** A place that the merchant writes down, where no fulfilment system tells of it. */
export const FacilityInputSchema = z
  .strictObject({
    name: facts.name,
    address: facts.address.optional(),
    storeLocationId: mapping.storeLocationId.optional(),
    warehouseId: mapping.warehouseId.optional(),
  })
  .meta({ id: 'FacilityInput' });

/** Null takes it back: the mapping is open again, and of name and address what the fulfilment system says shows again. */
export const FacilityPatchSchema = z
  .strictObject({
    name: facts.name.nullable().optional(),
    address: z.union([facts.address, z.null()]).optional(),
    storeLocationId: mapping.storeLocationId.nullable().optional(),
    warehouseId: mapping.warehouseId.nullable().optional(),
  })
  .meta({ id: 'FacilityPatch' });

/** A place where orders are picked, by its names in each system, as it is stored (schema 1). */
export interface Facility {
  schema: 1;
  id: string;
  merchantId: string;
  /** The fulfilment connection that told of it, and its id there; null for one that the merchant wrote down. */
  connectionId: string | null;
  externalId: string | null;
  storeLocationId: string | null;
  warehouseId: string | null;
  /** The merchant's words; they stand before what is told. */
  name: string | null;
  address: z.infer<typeof AddressSchema> | null;
  told: ToldFacility | null;
  /** When the fulfilment system was last asked, and last answered. */
  triedAt: string | null;
  fetchedAt: string | null;
  createdAt: string;
  updatedAt: string;
}

/** What a fulfilment system tells of a place. Its contact is a person of the merchant's, and not kept. */
export interface ToldFacility {
  externalId: string;
  name: string | null;
  /** Null where it lacks what an address must have. */
  address: z.infer<typeof AddressSchema> | null;
}

export const nameOfFacility = ({ name, told, externalId, id }: Facility): string =>
  name ?? told?.name ?? externalId ?? id;
export const addressOfFacility = ({ address, told }: Facility): Facility['address'] => address ?? told?.address ?? null;
