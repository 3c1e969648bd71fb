import type { PulledItem, PulledRow } from '../connectors/oms/catalog-source.ts';
import { Failure, toFailure } from '../domain/failure.ts';
import { productRowKey } from '../domain/product-row.ts';
import { fromUnreadable } from '../domain/unreadable-row.ts';
import { hasInDelta } from '../store/delta.ts';
import type { StoreDeps } from '../store/deps.ts';
import { fingerprintOf, packKeys } from './run-row.ts';

export interface ReadItem {
  skuId: string;
  item: PulledItem;
}

/** Things asked about at once; each is up to two calls at a time. */
const concurrency = 40;

/**
 * Reads things in their order, as many as there is room for. What the source refuses about one thing is that thing's rows;
 * any other failure ends the reading: then `items` are those before the one that failed.
 */
export async function readItems(
  skuIds: readonly string[],
  read: (skuId: string, at: number) => Promise<PulledItem>,
  { rowsMax, isTimeUp }: { rowsMax: number; isTimeUp: () => boolean },
): Promise<{ items: ReadItem[]; failure: Failure | undefined }> {
  const found = new Map<number, ReadItem>();
  let failure: Failure | undefined;
  let next = 0;
  let rows = 0;
  const mayGoOn = (): boolean => failure === undefined && rows < rowsMax && !(isTimeUp() && next > 0);
  const go = async (): Promise<void> => {
    while (next < skuIds.length && mayGoOn()) {
      const at = next;
      next += 1;
      const skuId = skuIds[at] ?? '';
      try {
        const item = await read(skuId, at).catch((error: unknown) => refusedItem(skuId, error));
        rows += item.inventory.length + 1;
        found.set(at, { skuId, item });
      } catch (error) {
        failure ??= toFailure(error);
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(concurrency, skuIds.length) }, go));
  const items: ReadItem[] = [];
  for (let at = 0; at < next; at += 1) {
    const item = found.get(at);
    if (item === undefined) break;
    items.push(item);
  }
  return { items, failure };
}

function refusedItem(skuId: string, error: unknown): PulledItem {
  if (!(error instanceof Failure) || error.kind !== 'rejected') throw error;
  const refused = { refused: { code: error.code, detail: error.message, text: skuId } };
  return { state: 'sold', product: refused, inventory: [refused] };
}

/** Lines for the spool. */
export interface PulledLines {
  products: string[];
  inventory: string[];
}

/**
 * The lines that these things make. What is not sold any more is told only of products that the partner has taken from us:
 * of others it would know neither product nor stock.
 * @param targetId the connection that the lines go to
 * @param wants whether the product itself is asked for; its stock always is
 */
export async function toLines(
  store: StoreDeps,
  targetId: string,
  items: readonly ReadItem[],
  wants: (skuId: string) => boolean,
): Promise<PulledLines> {
  const gone = items.filter(({ item }) => item.state === 'gone').map(({ skuId }) => skuId);
  const known = await findKnown(store, targetId, gone);
  const lines: PulledLines = { products: [], inventory: [] };
  for (const { skuId, item } of items) {
    if (item.state === 'gone' && !known.has(skuId)) continue;
    if (item.product !== undefined && wants(skuId)) lines.products.push(toLine(item.product));
    lines.inventory.push(...item.inventory.map(toLine));
  }
  return lines;
}

const toLine = (pulled: PulledRow<object>): string =>
  'row' in pulled ? JSON.stringify(pulled.row) : fromUnreadable(pulled.refused);

async function findKnown(store: StoreDeps, connectionId: string, skuIds: readonly string[]): Promise<Set<string>> {
  if (skuIds.length === 0) return new Set();
  const keys = packKeys(
    skuIds.map((externalIdentifier) => ({ fingerprint: fingerprintOf(productRowKey({ externalIdentifier }), '') })),
  );
  const isKnown = await hasInDelta(store, { connectionId, kind: 'products' }, keys);
  return new Set(skuIds.filter((_, at) => isKnown(at)));
}

export const toBlock = (lines: readonly string[]) => ({
  lines: Buffer.from(lines.map((line) => `${line}\n`).join('')),
  rows: lines.length,
});
