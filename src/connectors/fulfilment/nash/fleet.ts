import type { DeliveryTold, DeliveryToTell } from '../port.ts';
import { Failure, toFailure } from '../../../domain/failure.ts';
import type { NashClient } from './client.ts';
import { toItemFailure } from './errors.ts';
import { rankOf } from './fleet-statuses.ts';
import { deliveriesOf } from './mapper.ts';
import { stepRefused } from './state-refusals.ts';

/** "1-100 items" (OpenAPI, "Bulk Update Deliveries"). */
export const deliveriesPerCallMax = 100;

/** OpenAPI `BulkDeliveryUpdateItem`. A delivery is named by our own identifier of its package, and by that alone. */
export interface FleetItem {
  packageExternalIdentifier: string;
  status: string;
  externalDeliveryId: string | null;
}

/**
 * Tells Nash of deliveries by the merchant's own fleet, in one call; a result for each, in their order. Safe to repeat: what Nash
 * will not hear because it is there already counts as told.
 */
export async function tellDeliveries(
  client: NashClient,
  deliveries: readonly DeliveryToTell[],
): Promise<readonly DeliveryTold[]> {
  const items = deliveries.map(({ externalRef, word, trackingNumber }): FleetItem => ({
    packageExternalIdentifier: externalRef,
    status: word,
    externalDeliveryId: trackingNumber,
  }));
  const { results } = await client.updateDeliveries(items);
  const told: DeliveryTold[] = [];
  for (const delivery of deliveries) {
    // "Echoes the key the caller sent", so that it does not matter which of them are left out.
    const result = results.find(({ delivery_id }) => delivery_id === delivery.externalRef);
    told.push(result?.success === true ? { told: true } : await judge(client, delivery, result?.error_code ?? null));
  }
  return told;
}

async function judge(client: NashClient, delivery: DeliveryToTell, theirCode: string | null): Promise<DeliveryTold> {
  if (theirCode === null) {
    const message = 'Nash did not say whether it took this delivery';
    return { told: false, failure: new Failure('transient', 'nash.not_confirmed', message) };
  }
  const failure = toItemFailure(theirCode, 'delivery.tell');
  if (failure.code !== stepRefused || !(await isThere(client, delivery))) return { told: false, failure };
  return { told: true };
}

/** An earlier call was heard and its answer lost, or somebody else told Nash. */
async function isThere(client: NashClient, { externalRef, rank }: DeliveryToTell): Promise<boolean> {
  try {
    const job = await client.getJobByExternalId(externalRef);
    return deliveriesOf(job, externalRef).some(({ status }) => rankOf(status ?? '') >= rank);
  } catch (error) {
    const { kind } = toFailure(error);
    if (kind === 'rejected') return false;
    throw error;
  }
}
