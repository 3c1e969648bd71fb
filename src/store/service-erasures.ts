import { Failure } from '../domain/failure.ts';
import type { ServiceRequest } from '../domain/service-request.ts';
import { withoutPerson } from '../domain/parcel.ts';
import { toInstant } from '../platform/clock.ts';
import type { PrivateLog } from '../platform/private-log.ts';
import { commit } from './commit.ts';
import type { StoreDeps } from './deps.ts';
import { parcelWrites, readParcels, readParcelsOfNumber } from './parcels.ts';
import { isReachedBy, type PersonQuery } from './persons.ts';
import { erasedServiceWrites, openRequest, readService, type StoredService } from './services.ts';

/** One erased service, as the log outside of Redis keeps it: no personal data. */
export interface ServiceErasureLine {
  at: string;
  merchantId: string;
  serviceId: string;
}

const openedAtOnce = 200;

/**
 * The services of a merchant whose sender or receiver has this e-mail address or phone; those that were erased are none. They
 * stand in no index: each is opened (some 30 µs), as long as its retention keeps it.
 */
export async function findServicesByPerson(
  deps: StoreDeps,
  merchantId: string,
  query: PersonQuery,
): Promise<StoredService[]> {
  const { redis, keys } = deps;
  const found: StoredService[] = [];
  for (let min = '-', ids: string[] = []; ; min = `(${ids.at(-1) ?? ''}`) {
    ids = await redis.zrange(keys.services(merchantId), min, '+', 'BYLEX', 'LIMIT', 0, openedAtOnce);
    const matches = await Promise.all(ids.map((id) => findIfOf(deps, id, query)));
    found.push(...matches.filter((stored) => stored !== null));
    if (ids.length < openedAtOnce) return found;
  }
}

async function findIfOf(deps: StoreDeps, id: string, query: PersonQuery): Promise<StoredService | null> {
  const stored = await readService(deps, id);
  const request = stored === null ? null : await openRequest(deps, stored);
  return request !== null && isOf(request, query) ? stored : null;
}

const isOf = ({ sender, receiver }: ServiceRequest, query: PersonQuery): boolean =>
  [sender, receiver].some(({ email, phone }) => isReachedBy({ email, phone }, query));

/** Erases who sends and who receives these services. It is written outside of Redis first, as for orders. */
export async function eraseServices(
  deps: StoreDeps,
  log: PrivateLog,
  services: readonly StoredService[],
): Promise<string[]> {
  if (services.length === 0) return [];
  const at = toInstant(deps.clock.now());
  const lines = services.map(({ service: { id: serviceId, merchantId } }): ServiceErasureLine => ({ at, merchantId, serviceId })); // prettier-ignore
  await log.append(lines.map((line) => JSON.stringify(line)));
  for (const line of lines) await applyServiceErasure(deps, line);
  return lines.map(({ serviceId }) => serviceId);
}

const racesMax = 25;

/** Does what a line says, once or again: destroys the service's key, and what its carrier told of the parcel's way. */
export async function applyServiceErasure(deps: StoreDeps, { serviceId, at }: ServiceErasureLine): Promise<void> {
  for (let race = 0; race < racesMax; race += 1) {
    const stored = await readService(deps, serviceId);
    const parcels = stored === null ? [] : await wayOf(deps, stored);
    const outcome = await commit(deps, {
      guards: parcels.flatMap(({ guards }) => guards),
      writes: [
        ...(stored === null ? [] : erasedServiceWrites(deps, [serviceId])),
        ...parcels.flatMap(({ writes }) => writes),
        ['HSET', deps.keys.erasures, serviceId, at],
      ],
    });
    if (outcome === 'committed') return;
  }
  throw new Failure('transient', 'order.contended', 'too many others changed this parcel at the same time');
}

async function wayOf(deps: StoreDeps, { service }: StoredService): Promise<ReturnType<typeof parcelWrites>[]> {
  const { trackingNumber } = service.booking ?? { trackingNumber: null };
  if (trackingNumber === null) return [];
  const parcels = await readParcels(deps, await readParcelsOfNumber(deps, service.merchantId, trackingNumber));
  return parcels.filter((one) => one !== null).map((one) => parcelWrites(deps, one, withoutPerson(one)));
}
