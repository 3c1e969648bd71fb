import { zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import type { FulfilmentDocuments } from '../domain/fulfilment-documents.ts';
import type { StoreDeps } from './deps.ts';
import type { StoredOrder } from './orders.ts';
import { findOrderKey } from './persons.ts';
import { parseStored } from './stored-json.ts';

/**
 * What a fulfilment system showed of an order, and when. It lies in the order's hash: `documents` (packed, sealed under the
 * order's own key: it names pickers and couriers) and `documentsAt`. With the order's key, or with the order, it is gone.
 */
export interface KeptDocuments {
  /** Null when nothing was ever read, or its order's person was erased. */
  documents: FulfilmentDocuments | null;
  at: DocumentsAt;
}

export interface DocumentsAt {
  /** When the system last answered; null: never. */
  fetchedAt: string | null;
  /** When it was last asked. */
  triedAt: string | null;
}

/** Fields of an order's hash. */
export const documentFields = ['documents', 'documentsAt'] as const;

const contextOf = (orderId: string): string => `documents:${orderId}`;
const never: DocumentsAt = { fetchedAt: null, triedAt: null };

export async function readDocumentsAt({ redis, keys }: StoreDeps, orderId: string): Promise<DocumentsAt> {
  const at = await redis.hget(keys.order(orderId), 'documentsAt');
  return at === null ? never : parseStored<DocumentsAt>(at);
}

/** @throws Failure `misconfigured` `secrets.cannot_open` */
export async function readDocuments(store: StoreDeps, { order, key }: StoredOrder): Promise<KeptDocuments> {
  const [sealed, at] = await store.redis.hmget(store.keys.order(order.id), ...documentFields);
  const known = at === null || at === undefined ? never : parseStored<DocumentsAt>(at);
  if (sealed === null || sealed === undefined || key === '') return { documents: null, at: known };
  const dataKey = await findOrderKey(store, order.id);
  if (dataKey === null) return { documents: null, at: known };
  const json = zstdDecompressSync(dataKey.open(sealed, contextOf(order.id))).toString('utf8');
  return { documents: parseStored<FulfilmentDocuments>(json), at: known };
}

/** The writes of a read that succeeded. For a commit that is guarded by the order's version. */
export async function documentWrites(
  store: StoreDeps,
  { order: { id } }: StoredOrder,
  { documents, at }: { documents: FulfilmentDocuments; at: string },
): Promise<string[][]> {
  const dataKey = await findOrderKey(store, id);
  if (dataKey === null) return [];
  const sealed = dataKey.seal(zstdCompressSync(JSON.stringify(documents)), contextOf(id));
  const times: DocumentsAt = { fetchedAt: at, triedAt: at };
  return [['HSET', store.keys.order(id), 'documents', sealed, 'documentsAt', JSON.stringify(times)]];
}

/** The writes of one that did not: what was read before stays, and nobody asks again at once. */
export const triedWrites = ({ keys }: StoreDeps, orderId: string, known: DocumentsAt, at: string): string[][] => [
  ['HSET', keys.order(orderId), 'documentsAt', JSON.stringify({ ...known, triedAt: at })],
];
