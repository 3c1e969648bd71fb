import { findEverywhere } from '../../../store/find-everywhere.ts';
import { readOrder, type StoredOrder } from '../../../store/orders.ts';
import { listOrderIds } from '../../../store/part-ids.ts';
import { findByPartnerId } from '../../../store/search.ts';
import type { Tenant } from '../../authenticate.ts';
import { makeRefusal } from '../../problem.ts';
import { orderIdOfWorksheet, orderPrefixOfShipment } from './partner-ids.ts';
import { parcelsOf, type Parcel } from './parcels.ts';

const ownIdPattern = /^ord_[0-9a-z]{26}$/;

/** A merchant's order by its own id; another merchant's is not there. */
async function readOwn({ store, merchantId }: Tenant, orderId: string): Promise<StoredOrder | null> {
  const stored = await readOrder(store, orderId);
  return stored?.order.merchantId === merchantId ? stored : null;
}

/**
 * The order with this id at the OMS, "the same in OMS and all VTEX modules", or with this id of ours. Throws
 * `order.ambiguous` where two sources have such an order: nobody's parcel is called delivered by luck.
 */
export async function findOrder(tenant: Tenant, orderId: string): Promise<StoredOrder | null> {
  const [found, ...others] = await findEverywhere(tenant.store, tenant.merchantId, orderId);
  if (others.length > 0) {
    throw makeRefusal('order.ambiguous', 'orders of several sources have this id: name one by its id in Packline');
  }
  return found ?? (ownIdPattern.test(orderId) ? readOwn(tenant, orderId) : null);
}

export async function findByWorksheet(tenant: Tenant, worksheetId: string): Promise<StoredOrder | null> {
  const orderId = orderIdOfWorksheet(worksheetId);
  return orderId === null ? null : readOwn(tenant, orderId);
}

export interface Found {
  stored: StoredOrder;
  parcel: Parcel;
}

/** By the shipment's id here, or by that of the system which delivers it. */
export async function findParcel(
  tenant: Tenant,
  shipmentId: string,
  by: 'BY_INTERNAL_ID' | 'BY_EXTERNAL_ID',
): Promise<Found | null> {
  const isWanted =
    by === 'BY_INTERNAL_ID'
      ? ({ id }: Parcel) => id === shipmentId
      : ({ serviceId }: Parcel) => serviceId === shipmentId;
  const ids =
    by === 'BY_INTERNAL_ID'
      ? await listByPrefix(tenant, orderPrefixOfShipment(shipmentId))
      : await findByPartnerId(tenant.store, tenant.merchantId, { text: shipmentId, limit: candidatesMax });
  for (const id of ids) {
    const stored = await readOwn(tenant, id);
    const parcel = stored === null ? undefined : parcelsOf(stored.order).find(isWanted);
    if (stored !== null && parcel !== undefined) return { stored, parcel };
  }
  return null;
}

/** The one that is meant comes first: longer ids sort behind it. */
const candidatesMax = 5;

const listByPrefix = async ({ store, merchantId }: Tenant, prefix: string | null): Promise<string[]> =>
  prefix === null ? [] : listOrderIds(store, merchantId, prefix);
