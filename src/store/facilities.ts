import type { Facility, ToldFacility } from '../domain/facility.ts';
import { idPrefixes } from '../domain/ids.ts';
import { toInstant } from '../platform/clock.ts';
import { digest, newId, type StoreDeps } from './deps.ts';
import { parseStored } from './stored-json.ts';
import { updateDoc } from './update-doc.ts';

/** A place that a connection tells of has an id that follows from its names: telling of it again is telling of the same. */
export const toldFacilityId = (connectionId: string, externalId: string): string =>
  `${idPrefixes.facility}_${Buffer.from(digest(`facility ${connectionId} ${externalId}`), 'base64url')
    .toString('hex')
    .slice(0, 26)}`;

/** By id: those that were told first are in no order, those that were made are in the order of their making. */
export async function listFacilities({ redis, keys }: StoreDeps, merchantId: string): Promise<Facility[]> {
  const docs = await redis.hvals(keys.facilities(merchantId));
  return docs.map((doc) => parseStored<Facility>(doc)).sort((a, b) => (a.id < b.id ? -1 : 1));
}

/** The facility of a store location: of several the first, as they are listed. */
export const findFacilityAt = async (
  deps: StoreDeps,
  merchantId: string,
  wanted: string,
): Promise<Facility | undefined> =>
  (await listFacilities(deps, merchantId)).find(({ storeLocationId }) => storeLocationId === wanted);

export async function readFacility(
  { redis, keys }: StoreDeps,
  merchantId: string,
  id: string,
): Promise<Facility | null> {
  const doc = await redis.hget(keys.facilities(merchantId), id);
  return doc === null ? null : parseStored<Facility>(doc);
}

const unheard = {
  schema: 1,
  connectionId: null,
  externalId: null,
  name: null,
  address: null,
  told: null,
  triedAt: null,
  fetchedAt: null,
} as const;

export type FacilityFacts = Pick<Facility, 'name' | 'address' | 'storeLocationId' | 'warehouseId'>;

export async function createFacility(deps: StoreDeps, merchantId: string, facts: FacilityFacts): Promise<Facility> {
  const at = toInstant(deps.clock.now());
  const id = newId('facility', deps.clock);
  const facility: Facility = { ...unheard, id, merchantId, ...facts, createdAt: at, updatedAt: at };
  await deps.redis.hset(deps.keys.facilities(merchantId), id, JSON.stringify(facility));
  return facility;
}

/** The merchant's own words. Null when it is not there (any more). */
export const updateFacility = (
  deps: StoreDeps,
  merchantId: string,
  id: string,
  change: Partial<FacilityFacts>,
): Promise<Facility | null> =>
  updateDoc<Facility>(deps, { key: deps.keys.facilities(merchantId), field: id }, (facility) => ({
    ...facility,
    ...change,
    updatedAt: toInstant(deps.clock.now()),
  }));

/** A place that a worksheet named, for the first time or again: with the store location whose order is worked off there. */
export function metFacilityWrite(
  { keys, clock }: StoreDeps,
  met: Pick<Facility, 'merchantId' | 'storeLocationId'> & { connectionId: string; externalId: string },
): string[] {
  const at = toInstant(clock.now());
  const id = toldFacilityId(met.connectionId, met.externalId);
  const facility: Facility = { ...unheard, ...met, id, warehouseId: null, createdAt: at, updatedAt: at };
  return ['HSETNX', keys.facilities(met.merchantId), id, JSON.stringify(facility)];
}

/** `told` is null where the connection could not tell: what it told before stays. */
export const keepTold = (
  deps: StoreDeps,
  { merchantId, id }: Facility,
  told: ToldFacility | null,
): Promise<unknown> => {
  const at = toInstant(deps.clock.now());
  return updateDoc<Facility>(deps, { key: deps.keys.facilities(merchantId), field: id }, (facility) => ({
    ...facility,
    ...(told === null ? {} : { told, fetchedAt: at }),
    triedAt: at,
  }));
};

/** False when it was not there. */
export const deleteFacility = async ({ redis, keys }: StoreDeps, merchantId: string, id: string): Promise<boolean> =>
  (await redis.hdel(keys.facilities(merchantId), id)) === 1;
