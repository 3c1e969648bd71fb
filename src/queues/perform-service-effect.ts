import { claimIntent, expireIntent, withoutIntent } from '../domain/claim-intent.ts';
import { Failure, toFailure } from '../domain/failure.ts';
import type { Service } from '../domain/service.ts';
import { changeService, type ServiceChange, type StoredService } from '../store/services.ts';
import { intentLeaseMs, withinDeadline } from './perform-effect.ts';
import type { JobContext } from './run-worker.ts';

const inFlightPollMs = 1_000;

export interface ServiceEffect<T> {
  serviceId: string;
  connectionId: string;
  name: string;
  /** Looked at with the intent: a reason not to do it after all. */
  unless: (service: Service) => boolean;
  /** The outside world. `unsure`: an earlier run may have done it and died; look before doing it again. */
  act: (stored: StoredService, unsure: boolean) => Promise<T>;
  /** What the answer means for the service, as it is by then. */
  record: (stored: StoredService, answer: T) => ServiceChange | Promise<ServiceChange>;
}

/** `performEffect` (perform-effect.ts) for services: intent committed, then the call, then its answer. Null: `unless` held. */
export async function performServiceEffect<T>(
  context: JobContext<unknown>,
  effect: ServiceEffect<T>,
): Promise<Service | null> {
  const { store, runId, signal } = context;
  const { serviceId, connectionId } = effect;
  let claimed: { stored: StoredService; unsure: boolean } | null = null;
  await changeService(store, serviceId, (stored) => {
    claimed = null;
    if (effect.unless(stored.service)) return null;
    const nowMs = store.clock.now();
    const claim = claimIntent(stored.service, connectionId, {
      effect: effect.name,
      runId,
      nowMs,
      leaseMs: intentLeaseMs,
    });
    if (claim.state === 'busy') {
      throw new Failure('throttled', 'effect.in_flight', 'another effect on this service is under way', {
        retryAfterMs: Math.min(claim.retryAfterMs, inFlightPollMs),
        detail: { connectionId },
      });
    }
    claimed = { stored, unsure: claim.unsure };
    return { service: claim.holder };
  });
  if (claimed === null) return null;
  const { stored, unsure }: { stored: StoredService; unsure: boolean } = claimed;
  let answer: T;
  try {
    answer = await withinDeadline(signal, () => effect.act(stored, unsure));
  } catch (error) {
    await changeService(store, serviceId, ({ service }) =>
      service.intents[connectionId]?.runId === runId
        ? { service: expireIntent(service, connectionId, store.clock.now()) }
        : null,
    ).catch((cause: unknown) => context.log.warn({ code: toFailure(cause).code }, 'intent.notExpired'));
    throw error;
  }
  return changeService(store, serviceId, async (latest) => {
    if (latest.service.intents[connectionId]?.runId !== runId) {
      throw new Failure('aborted', 'effect.lease_lost', 'the answer came after the lease; another run looks again');
    }
    const change = await effect.record(latest, answer);
    return { ...change, service: withoutIntent(change?.service ?? latest.service, connectionId) };
  });
}
