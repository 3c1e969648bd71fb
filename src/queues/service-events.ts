import type { ServiceEventData, ServiceEventType } from '../domain/events.ts';
import type { Service } from '../domain/service.ts';
import type { CommitPlan } from '../store/commit.ts';
import type { StoreDeps } from '../store/deps.ts';
import { listSubscribers } from '../store/endpoints.ts';
import { announceWrites } from '../store/events.ts';
import { deliveryWork } from './delivery-attempt.ts';

/** The part of a service's commit that announces what is asked of its carrier. `service` is as it was read. */
export async function announceService(
  store: StoreDeps,
  type: ServiceEventType,
  service: Service,
): Promise<Required<Pick<CommitPlan, 'writes' | 'entries'>>> {
  const { id: serviceId, connectionId, orderId, carrierId, type: kind, packageIds, version } = service;
  const data: ServiceEventData = {
    serviceId,
    connectionId,
    orderId,
    carrierId,
    type: kind,
    packageIds: [...packageIds],
    // As it will be when this is committed.
    version: version + 1,
  };
  return announceWrites(
    store,
    service.merchantId,
    { type, data },
    await listSubscribers(store, service.merchantId),
    deliveryWork,
  );
}
