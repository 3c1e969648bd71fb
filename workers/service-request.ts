import type { WorkerDeps } from '../src/fulfilment/deps.ts';
import { announce, book, cancelAtCarrier } from '../src/fulfilment/hand-over-service.ts';
import { waitInLane } from '../src/fulfilment/wait-in-lane.ts';
import { endsService } from '../src/domain/service-status.ts';
import { serviceRequest } from '../src/queues/service-request.ts';
import { defineWorker } from '../src/queues/run-worker.ts';
import { readService } from '../src/store/services.ts';

interface Payload extends Record<string, unknown> {
  merchantId: string;
  connectionId: string;
  serviceId: string;
}

export default defineWorker<WorkerDeps, Payload>(serviceRequest, async ({ serviceId }, context) => {
  const { store, deps, signal } = context;
  const stored = await readService(store, serviceId);
  if (stored === null) return;
  const { service } = stored;
  const isCanceling = service.cancel?.state === 'open';
  if (!isCanceling && (service.handover !== 'waiting' || endsService(service.status))) return;
  const { merchantId, carrierConnectionId } = service;
  const type = isCanceling ? 'service.canceled' : 'service.requested';
  if (carrierConnectionId === null) return announce(service, type, context);
  const carrier = await deps.openCarrier(store, merchantId, carrierConnectionId, signal);
  if (!(await waitInLane(context, carrier.laneOf()))) return;
  return isCanceling ? cancelAtCarrier(service, carrier, context) : book(service, carrier, context);
});
