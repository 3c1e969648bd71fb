import * as z from 'zod';
import {
  addressOfFacility,
  FacilityInputSchema,
  FacilityPatchSchema,
  nameOfFacility,
  type Facility,
} from '../../domain/facility.ts';
import { AddressSchema } from '../../domain/address.ts';
import { IdSchema } from '../../domain/ids.ts';
import { ExternalIdSchema } from '../../domain/order-input.ts';
import { InstantSchema } from '../../domain/time.ts';
import {
  createFacility,
  deleteFacility,
  listFacilities,
  readFacility,
  updateFacility,
} from '../../store/facilities.ts';
import { created, noContent, ok } from '../answer.ts';
import { defineRoute, type Route } from '../define-route.ts';
import { readFreshFacility } from '../fresh-documents.ts';
import { makeRefusal } from '../problem.ts';
import { PageSchema } from '../views/page.ts';
import { freshnessFields } from '../views/worksheet-view.ts';

const tag = 'Facilities';
const params = z.strictObject({ facilityId: IdSchema('facility') });
const problems = ['facility.not_found'] as const;

const FacilityViewSchema = z
  .strictObject({
    id: IdSchema('facility'),
    connectionId: IdSchema('connection').nullable().meta({ description: 'Whose facility it is; null for one that the merchant wrote down' }), // prettier-ignore
    externalId: z.string().nullable().meta({ description: 'Its id at that fulfilment system' }),
    storeLocationId: ExternalIdSchema.nullable(),
    warehouseId: ExternalIdSchema.nullable().meta({ description: 'Its id at the OMS' }),
    name: z.string(),
    address: z.union([AddressSchema, z.null()]),
    ...freshnessFields,
    createdAt: InstantSchema,
    updatedAt: InstantSchema.meta({ description: 'When the merchant last changed it' }),
  })
  .meta({ id: 'Facility' });

const toView = (facility: Facility): z.input<typeof FacilityViewSchema> => ({
  id: facility.id,
  connectionId: facility.connectionId,
  externalId: facility.externalId,
  storeLocationId: facility.storeLocationId,
  warehouseId: facility.warehouseId,
  name: nameOfFacility(facility),
  address: addressOfFacility(facility),
  fetchedAt: facility.fetchedAt,
  // The last time that it was asked, the system did not tell.
  stale: facility.triedAt !== facility.fetchedAt,
  createdAt: facility.createdAt,
  updatedAt: facility.updatedAt,
});

function found(facility: Facility | null): Facility {
  if (facility === null) throw makeRefusal('facility.not_found', 'no such facility');
  return facility;
}

const postFacility = defineRoute({
  method: 'post',
  path: '/v1/facilities',
  summary: 'Write a facility down',
  description:
    'For a store whose fulfilment system shows no facilities. Those that one shows appear by themselves, with the store location whose order was first picked there.',
  tag,
  scope: 'operate',
  body: FacilityInputSchema,
  answers: { 201: { description: 'Written down', schema: FacilityViewSchema } },
  async handle({ store, merchantId, body: { name, address = null, storeLocationId = null, warehouseId = null } }) {
    const facility = await createFacility(store, merchantId, { name, address, storeLocationId, warehouseId });
    return created(`/v1/facilities/${facility.id}`, toView(facility));
  },
});

const getFacilities = defineRoute({
  method: 'get',
  path: '/v1/facilities',
  summary: 'The mapping of facilities, warehouses and store locations',
  tag,
  scope: 'read',
  answers: { 200: { description: 'All of it', schema: PageSchema(FacilityViewSchema) } },
  handle: async ({ store, merchantId }) =>
    ok({ data: (await listFacilities(store, merchantId)).map(toView), nextCursor: null }),
});

const getFacility = defineRoute({
  method: 'get',
  path: '/v1/facilities/:facilityId',
  summary: 'Read a facility',
  tag,
  scope: 'read',
  params,
  answers: { 200: { description: 'The facility', schema: FacilityViewSchema } },
  problems,
  async handle({ deps, store, merchantId, params: { facilityId } }) {
    const facility = found(await readFacility(store, merchantId, facilityId));
    return ok(toView(await readFreshFacility(deps, store, facility)));
  },
});

const patchFacility = defineRoute({
  method: 'patch',
  path: '/v1/facilities/:facilityId',
  summary: 'Map a facility, or describe it',
  description: 'What is null is taken back; a name and an address then are what the fulfilment system says again.',
  tag,
  scope: 'operate',
  params,
  body: FacilityPatchSchema,
  answers: { 200: { description: 'As it is now', schema: FacilityViewSchema } },
  problems: [...problems, 'store.contended'],
  async handle({ store, merchantId, params: { facilityId }, body: { name, address, storeLocationId, warehouseId } }) {
    const change = {
      ...(name === undefined ? {} : { name }),
      ...(address === undefined ? {} : { address }),
      ...(storeLocationId === undefined ? {} : { storeLocationId }),
      ...(warehouseId === undefined ? {} : { warehouseId }),
    };
    return ok(toView(found(await updateFacility(store, merchantId, facilityId, change))));
  },
});

const removeFacility = defineRoute({
  method: 'delete',
  path: '/v1/facilities/:facilityId',
  summary: 'Forget a facility and its mapping',
  description: 'One that a fulfilment system shows comes again, without a mapping of the merchant’s, with the next worksheet that names it.', // prettier-ignore
  tag,
  scope: 'operate',
  params,
  answers: { 204: { description: 'Forgotten' } },
  problems,
  async handle({ store, merchantId, params: { facilityId } }) {
    if (!(await deleteFacility(store, merchantId, facilityId))) found(null);
    return noContent;
  },
});

export const facilityRoutes: readonly Route[] = [
  postFacility,
  getFacilities,
  getFacility,
  patchFacility,
  removeFacility,
];
