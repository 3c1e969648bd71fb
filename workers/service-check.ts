import { Failure } from '../src/domain/failure.ts';
import { isUnconfirmed } from '../src/domain/service.ts';
import type { WorkerDeps } from '../src/fulfilment/deps.ts';
import { serviceCheck } from '../src/queues/service-check.ts';
import { defineWorker } from '../src/queues/run-worker.ts';
import { readService } from '../src/store/services.ts';

interface Payload extends Record<string, unknown> {
  merchantId: string;
  connectionId: string;
  serviceId: string;
}

export default defineWorker<WorkerDeps, Payload>(serviceCheck, async ({ serviceId }, { store }) => {
  const stored = await readService(store, serviceId);
  if (stored === null || !isUnconfirmed(stored.service)) return;
  const { orderId, carrierId } = stored.service;
  throw new Failure('rejected', 'service.unconfirmed', 'the carrier has not confirmed a service in time', {
    detail: { serviceId, orderId, carrierId },
  });
});
