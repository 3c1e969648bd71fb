import { listOrders, readOrder, type StoredOrder } from '../store/orders.ts';
import { firstPartOf, lastOfOrder } from '../store/part-ids.ts';
import { findByPartnerId } from '../store/search.ts';
import type { Tenant } from './authenticate.ts';
import type { IngressDeps } from './deps.ts';
import { readKept } from './fresh-documents.ts';
import { trackingPageUrlOf } from './tracking-page-url.ts';
import { toShipments, type ShipmentView } from './views/shipment-view.ts';

export interface ShipmentsWanted {
  cursor?: string | undefined;
  limit: number;
  orderId?: string | undefined;
  /** Its id at the fulfilment system, or at the carrier. */
  externalId?: string | undefined;
  status?: string | undefined;
}

/** Newest order first. The cursor is the last id of the page before, or a place between two. */
export async function listShipments(
  { store, merchantId, settings }: Tenant & Pick<IngressDeps, 'settings'>,
  { cursor, limit, orderId, externalId, status }: ShipmentsWanted,
): Promise<{ data: ShipmentView[]; nextCursor: string | null }> {
  const viewsOf = async (stored: StoredOrder): Promise<ShipmentView[]> => {
    const wanted = toShipments(await readKept(store, stored), null)
      .map(({ view }) => view)
      .filter(({ id }) => cursor === undefined || id < cursor)
      .filter((view) => status === undefined || view.status === status)
      .filter((view) => externalId === undefined || view.externalId === externalId || view.serviceId === externalId);
    if (wanted.length === 0) return [];
    const trackingPageUrl = trackingPageUrlOf(settings, store, stored);
    return wanted.map((view) => ({ ...view, trackingPageUrl }));
  };

  if (orderId !== undefined || externalId !== undefined) {
    const ids = orderId === undefined ? await findByPartnerId(store, merchantId, { text: externalId ?? '', limit: namesakesMax }) : [orderId]; // prettier-ignore
    const found = await Promise.all(ids.toSorted().map((id) => readOrder(store, id)));
    const own = found.filter((stored) => stored?.order.merchantId === merchantId).filter((stored) => stored !== null);
    const views = (await Promise.all(own.toReversed().map(viewsOf))).flat();
    return pageOf(views, limit);
  }

  const page: ShipmentView[] = [];
  let after = cursor === undefined ? undefined : lastOfOrder(cursor);
  // Most orders have one: the first look is mostly enough.
  let asked = Math.min(limit + 1, walkedAtOnce);
  for (let walked = 0; walked < ordersWalkedMax; asked = walkedAtOnce) {
    const { stored, nextCursor } = await listOrders(store, merchantId, { cursor: after, limit: asked });
    page.push(...(await Promise.all(stored.map(viewsOf))).flat());
    if (page.length > limit || nextCursor === null) return pageOf(page, limit);
    walked += asked;
    after = nextCursor;
  }
  return { data: page, nextCursor: after === undefined ? null : firstPartOf('shipment', after) };
}

/** Of one id's beginning: more would be no id. */
const namesakesMax = 50;
const walkedAtOnce = 100;
/** For one request, which is some 30 ms; the cursor goes on from there. */
const ordersWalkedMax = 500;

const pageOf = (
  views: readonly ShipmentView[],
  limit: number,
): { data: ShipmentView[]; nextCursor: string | null } => ({
  data: views.slice(0, limit),
  nextCursor: views.length > limit ? (views[limit - 1]?.id ?? null) : null,
});
