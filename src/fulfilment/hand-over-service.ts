import { Failure } from '../domain/failure.ts';
import type { ServiceEventType } from '../domain/events.ts';
import { cancelService, type Service } from '../domain/service.ts';
import { endsService } from '../domain/service-status.ts';
import { toInstant } from '../platform/clock.ts';
import { performServiceEffect } from '../queues/perform-service-effect.ts';
import type { JobContext } from '../queues/run-worker.ts';
import { serviceCheckWork } from '../queues/service-check.ts';
import { announceService } from '../queues/service-events.ts';
import { serviceUpdateWork } from '../queues/service-update.ts';
import { successWrites } from '../store/connections.ts';
import {
  changeService,
  openRequest,
  requireService,
  type ServiceChange,
  type StoredService,
} from '../store/services.ts';
import type { OpenCarrier, WorkerDeps } from './deps.ts';
import { toBooking } from './to-booking.ts';

type Context = JobContext<WorkerDeps>;

/** The service goes to whoever listens: the commit that says so sends the event. */
export async function announce(service: Service, type: ServiceEventType, { store, finish }: Context): Promise<void> {
  await changeService(
    store,
    service.id,
    async (stored) => {
      const after = type === 'service.requested' ? announced(stored.service) : canceled(stored.service);
      if (after === null) return null;
      const { writes, entries } = await announceService(store, type, stored.service);
      // The platform may not have heard that it was done.
      const tell = type === 'service.canceled' ? [serviceUpdateWork(stored.service)] : [];
      return { service: after, writes, entries: [...entries, ...tell] };
    },
    (plan) => finish(plan),
  );
}

const announced = (service: Service): Service | null =>
  service.handover === 'waiting' ? { ...service, handover: 'announced' } : null;

function canceled(service: Service): Service | null {
  const { cancel, carrierConnectionId, intents } = service;
  if (cancel?.state !== 'open') return null;
  // A booking under way: it has to be known before it can be canceled.
  if (carrierConnectionId !== null && intents[carrierConnectionId] !== undefined) {
    throw new Failure('throttled', 'effect.in_flight', 'the service is being booked', { retryAfterMs: inFlightPollMs });
  }
  return cancelService(service);
}
const inFlightPollMs = 500;

/** By the carrier's own call. A carrier that will not have it ends the service, and is an issue. */
export async function book(
  service: Service,
  { connection, record: { id } }: OpenCarrier,
  context: Context,
): Promise<void> {
  const { store } = context;
  const bookIt = connection.book?.bind(connection);
  if (bookIt === undefined) return announce(service, 'service.requested', context);
  let refusal: Failure | null = null;
  await performServiceEffect(context, {
    serviceId: service.id,
    connectionId: id,
    name: 'service.book',
    unless: ({ handover, status }) => handover !== 'waiting' || endsService(status),
    act: async (stored) => {
      const request = await openRequest(store, stored);
      if (request === null) throw new Failure('rejected', 'service.erased', 'what the service is to carry was erased');
      try {
        return { booking: await bookIt(toBooking(service.id, request)) };
      } catch (error) {
        if (!(error instanceof Failure) || error.kind !== 'rejected') throw error;
        return { refused: error };
      }
    },
    record: (stored, answer): ServiceChange => {
      const before = stored.service;
      const entries = [serviceUpdateWork(before), serviceCheckWork(before)];
      if ('refused' in answer) {
        refusal = answer.refused;
        const end = { status: 'CANCELED', reached: 'CANCELED', why: 'ERROR_CREATE_SERVICE' } as const;
        return { service: { ...before, ...end, handover: 'refused', refusal: answer.refused.code }, entries };
      }
      const { bookingId, trackingNumber, trackingUrl } = answer.booking;
      const confirmedAt = before.confirmedAt ?? toInstant(store.clock.now());
      return {
        service: {
          ...before,
          handover: 'booked',
          booking: { bookingId, trackingNumber },
          trackingUrl: trackingUrl ?? before.trackingUrl,
          confirmedAt,
        },
        writes: successWrites(store, id),
        entries,
      };
    },
  });
  // Told to the platform; and somebody should know.
  if (refusal !== null) throw refusal;
}

/** By the carrier's own call, where it has one and has the service. */
export async function cancelAtCarrier(asked: Service, carrier: OpenCarrier, context: Context): Promise<void> {
  const { connection, record } = carrier;
  // A booking that nobody knows the end of: repeating it tells.
  if (asked.handover === 'waiting' && asked.intents[record.id] !== undefined) await book(asked, carrier, context);
  const { service } = await requireService(context.store, asked.id);
  const cancelIt = connection.cancel?.bind(connection);
  const bookingId = service.booking?.bookingId ?? null;
  if (cancelIt === undefined || bookingId === null) return announce(service, 'service.canceled', context);
  await performServiceEffect(context, {
    serviceId: service.id,
    connectionId: record.id,
    name: 'service.cancel',
    unless: ({ cancel }) => cancel?.state !== 'open',
    act: () => cancelIt(bookingId),
    record: (stored, answer): ServiceChange => afterCancel(stored, answer.canceled),
  });
}

function afterCancel({ service }: StoredService, isCanceled: boolean): ServiceChange {
  const { cancel } = service;
  if (cancel === null) return null;
  if (!isCanceled) return { service: { ...service, cancel: { state: 'refused' } } };
  return {
    service: cancelService(service),
    // The platform may have given up waiting for the answer.
    entries: [serviceUpdateWork(service)],
  };
}
