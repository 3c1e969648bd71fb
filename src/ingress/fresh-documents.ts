import { fulfilmentConnectors } from '../connectors/fulfilment/registry.ts';
import type { Facility } from '../domain/facility.ts';
import { makeEntry } from '../queues/define-job.ts';
import { documentsRead } from '../queues/documents-read.ts';
import { readConnection } from '../store/connections.ts';
import type { StoreDeps } from '../store/deps.ts';
import { readPositions } from '../store/courier-positions.ts';
import { readDocuments, readDocumentsAt, type DocumentsAt, type KeptDocuments } from '../store/documents.ts';
import { merchantLane } from '../store/entries.ts';
import { readFacility } from '../store/facilities.ts';
import { readOrder, type StoredOrder } from '../store/orders.ts';
import { isErased } from '../store/persons.ts';
import type { IngressDeps } from './deps.ts';
import { pushAndWait } from './push-and-wait.ts';

/** An order, and what its fulfilment system shows beside it, as it was last read. */
export interface ShownOrder {
  stored: StoredOrder;
  documents: KeptDocuments['documents'];
  fetchedAt: string | null;
  /** Older than the system's own cache: it could not be read anew in time. */
  stale: boolean;
  /** Where the couriers of its deliveries were last, by delivery. */
  positions: Awaited<ReturnType<typeof readPositions>>;
}

const keptMsOf = (connector: string | undefined): number | undefined =>
  connector === undefined ? undefined : fulfilmentConnectors.get(connector)?.documentsKeptMs;

/** What is kept of an order, whatever its age; nothing is read at a partner. */
export async function readKept(store: StoreDeps, stored: StoredOrder): Promise<ShownOrder> {
  const { fulfilment, documents: refs } = stored.order;
  const keptMs = keptMsOf(fulfilment?.connector);
  const positions = await readPositions(store, stored);
  if (keptMs === undefined || refs === undefined) {
    return { stored, documents: null, fetchedAt: null, stale: false, positions };
  }
  const { documents, at } = await readDocuments(store, stored);
  return { stored, documents, fetchedAt: at.fetchedAt, stale: isOlder(store, at.fetchedAt, keptMs), positions };
}

/**
 * What an order's fulfilment system shows beside it. Where what is kept is older than the system's cache, it is read anew
 * once for all who ask, in the lane of that system's budget; where that does not come in time, what is kept is answered.
 */
export async function readFresh(
  { shedding }: Pick<IngressDeps, 'shedding'>,
  store: StoreDeps,
  stored: StoredOrder,
): Promise<ShownOrder> {
  const { id: orderId, merchantId, fulfilment } = stored.order;
  const keptMs = keptMsOf(fulfilment?.connector);
  if (keptMs === undefined || isErased(stored)) return readKept(store, stored);
  const at = await readDocumentsAt(store, orderId);
  if (!isDue(store, at, keptMs) || shedding()) return readKept(store, stored);
  const options = { lane: merchantLane(merchantId), cause: at.triedAt ?? 'first' };
  await pushAndWait(store, makeEntry(documentsRead, { orderId }, options), async () => {
    const now = await readDocumentsAt(store, orderId);
    return now.triedAt !== at.triedAt;
  });
  return readKept(store, (await readOrder(store, orderId)) ?? stored);
}

/** The same for a facility that a connection told of. */
export async function readFreshFacility(
  { shedding }: Pick<IngressDeps, 'shedding'>,
  store: StoreDeps,
  facility: Facility,
): Promise<Facility> {
  const { merchantId, id: facilityId, connectionId, triedAt, createdAt } = facility;
  const connection = connectionId === null ? null : await readConnection(store, merchantId, connectionId);
  const keptMs = keptMsOf(connection?.connector);
  if (keptMs === undefined || !isDue(store, facility, keptMs) || shedding()) return facility;
  const options = { lane: merchantLane(merchantId), cause: triedAt ?? createdAt };
  let latest: Facility | null = facility;
  await pushAndWait(store, makeEntry(documentsRead, { merchantId, facilityId }, options), async () => {
    latest = await readFacility(store, merchantId, facilityId);
    return latest?.triedAt !== triedAt;
  });
  return latest ?? facility;
}

const isOlder = ({ clock }: StoreDeps, at: string | null, keptMs: number): boolean =>
  at === null || clock.now() - Date.parse(at) > keptMs;

/** A system that could not be read is not asked again before its cache would let it say something new. */
const isDue = (store: StoreDeps, { fetchedAt, triedAt }: DocumentsAt, keptMs: number): boolean =>
  isOlder(store, fetchedAt, keptMs) && isOlder(store, triedAt, keptMs);
