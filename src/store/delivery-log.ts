import { deliveryStatuses, type DeliveryStatus } from '../domain/delivery-status.ts';
import { listLoggedEndpoints } from './delivery-index.ts';
import type { StoreDeps } from './deps.ts';
import type { Delivery, StoredEvent } from './events.ts';
import { parseStored } from './stored-json.ts';
import { walkNewest, type LogPage } from './walk-index.ts';

/** Those that are still kept, each in its place. */
export async function readEach<T>({ redis }: StoreDeps, docKeys: readonly string[]): Promise<(T | null)[]> {
  const docs = docKeys.length === 0 ? [] : await redis.mget(...docKeys);
  return docs.map((doc) => (doc === null ? null : parseStored<T>(doc)));
}

/** Newest first: a merchant's, or an order's. */
export const listEvents = (
  deps: StoreDeps,
  merchantId: string,
  { orderId, keep, ...page }: LogPage<StoredEvent> & { orderId?: string | undefined },
) =>
  walkNewest<StoredEvent>(
    deps,
    { kind: 'event', indexes: [orderId === undefined ? deps.keys.events(merchantId) : deps.keys.about(orderId)] },
    (ids) => readEach(deps, ids.map(deps.keys.event)),
    { ...page, keep: (event) => event.merchantId === merchantId && keep?.(event) !== false },
  );

/** Newest first: a merchant's, or of endpoints and statuses, or about an order or an event without one. */
export async function listDeliveries(
  deps: StoreDeps,
  merchantId: string,
  page: LogPage<Delivery> & {
    subjectId?: string | undefined;
    endpointId?: string | undefined;
    status?: DeliveryStatus | undefined;
  },
) {
  const { keys } = deps;
  const { subjectId, endpointId, status, keep } = page;
  const statuses = status === undefined ? deliveryStatuses : [status];
  const endpointIds = endpointId === undefined ? await listLoggedEndpoints(deps, merchantId) : [endpointId];
  const indexes =
    subjectId === undefined
      ? endpointIds.flatMap((id) => statuses.map((one) => keys.deliveries(id, one)))
      : [keys.about(subjectId)];
  const fits = (delivery: Delivery): boolean =>
    delivery.merchantId === merchantId &&
    (endpointId === undefined || delivery.endpointId === endpointId) &&
    (status === undefined || delivery.status === status) &&
    keep?.(delivery) !== false;
  const read = (ids: readonly string[]) => readEach<Delivery>(deps, ids.map(keys.delivery));
  return walkNewest<Delivery>(deps, { kind: 'delivery', indexes }, read, { ...page, keep: fits });
}
