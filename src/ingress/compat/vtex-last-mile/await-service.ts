import type { Service } from '../../../domain/service.ts';
import type { Clock } from '../../../platform/clock.ts';
import type { StoreDeps } from '../../../store/deps.ts';
import { requireService } from '../../../store/services.ts';

const firstLookMs = 10;
const looksEveryMs = 100;

/** The service when it is as wanted, or as it is when the time is up: who asked has to be answered. */
export async function awaitService(
  store: StoreDeps,
  clock: Clock,
  asked: Service,
  { untilMs, isSettled }: { untilMs: number; isSettled: (service: Service) => boolean },
): Promise<Service> {
  let service = asked;
  for (let waitMs = firstLookMs; !isSettled(service); waitMs = Math.min(looksEveryMs, waitMs * 2)) {
    const leftMs = untilMs - clock.now();
    if (leftMs <= 0) break;
    await clock.sleep(Math.min(waitMs, leftMs));
    ({ service } = await requireService(store, service.id));
  }
  return service;
}
