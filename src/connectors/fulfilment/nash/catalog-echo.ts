import type { BatchAnswer } from '../../../domain/batch-outcome.ts';
import type { RowError } from '../../../domain/bulk-run.ts';
import type { InventoryToPut, ProductToPut } from '../catalog.ts';

/**
 * What Nash stored, from the rows that its 200 echoes. A 200 says nothing by itself: Nash answers one to rows of a product
 * or a store that it does not know, and stores nothing of them. So a row is accepted when it comes back under its own key
 * and with Nash's ids; ids that are null name what Nash does not know; all else is unconfirmed.
 *
 * Ten requests a second of 10,000 rows come through here: echoes are expected in the order sent, and looked up by key
 * only from the first on that is not.
 */
export const compareProducts = (sent: readonly ProductToPut[], echo: readonly unknown[]): BatchAnswer =>
  compare(sent, echo, {
    isOf: (row, item) => item['externalIdentifier'] === row.externalIdentifier,
    keyOf: (row) => row.externalIdentifier,
    echoedKeyOf: (item) => textOf(item['externalIdentifier']),
    judge: (item) => (isId(item['id']) ? accepted : unconfirmed),
  });

export const compareInventory = (sent: readonly InventoryToPut[], echo: readonly unknown[]): BatchAnswer =>
  compare(sent, echo, {
    isOf: (row, item) =>
      item['externalProductId'] === row.externalProductId &&
      item['externalStoreLocationId'] === row.externalStoreLocationId,
    keyOf: (row) => pairOf(row.externalProductId, row.externalStoreLocationId),
    echoedKeyOf: (item) => pairOf(textOf(item['externalProductId']), textOf(item['externalStoreLocationId'])),
    judge: judgeInventory,
  });

type Item = Record<string, unknown>;
type Judgement = typeof accepted | typeof unconfirmed | readonly RowError[];
const accepted = 'accepted';
const unconfirmed = 'unconfirmed';

interface Comparison<Row> {
  isOf: (row: Row, item: Item) => boolean;
  keyOf: (row: Row) => string;
  echoedKeyOf: (item: Item) => string;
  judge: (item: Item) => Judgement;
}

function compare<Row>(
  sent: readonly Row[],
  echo: readonly unknown[],
  { isOf, keyOf, echoedKeyOf, judge }: Comparison<Row>,
): BatchAnswer {
  const rejected = new Map<number, readonly RowError[]>();
  const silent: number[] = [];
  let byKey: Map<string, Item> | undefined;
  for (let index = 0; index < sent.length; index += 1) {
    const row = sent[index];
    if (row === undefined) continue;
    let item = byKey === undefined ? echo[index] : undefined;
    if (!isItem(item) || !isOf(row, item)) {
      byKey ??= indexOf(echo, echoedKeyOf);
      item = byKey.get(keyOf(row));
    }
    const judgement = isItem(item) ? judge(item) : unconfirmed;
    if (judgement === unconfirmed) silent.push(index);
    else if (judgement !== accepted) rejected.set(index, judgement);
  }
  return { kind: 'taken', rejected, unconfirmed: silent };
}

function indexOf(echo: readonly unknown[], keyOf: (item: Item) => string): Map<string, Item> {
  const items = new Map<string, Item>();
  for (const item of echo) if (isItem(item)) items.set(keyOf(item), item);
  return items;
}

function judgeInventory(item: Item): Judgement {
  const { id, productId, storeLocationId } = item;
  if (isId(id) && isId(productId) && isId(storeLocationId)) return accepted;
  const errors: RowError[] = [];
  // Absent is not null: only a null says that Nash looked and found nothing.
  if (productId === null) errors.push(unknownProduct);
  if (storeLocationId === null) errors.push(unknownStore);
  return errors.length === 0 ? unconfirmed : errors;
}

const unknownProduct: RowError = {
  code: 'inventory.unknown_product',
  detail: 'Nash has no product of this externalIdentifier: send the product first',
  pointer: '/externalProductId',
};
const unknownStore: RowError = {
  code: 'inventory.unknown_store',
  detail: 'Nash has no store location of this external id',
  pointer: '/externalStoreLocationId',
};

const isItem = (value: unknown): value is Item => typeof value === 'object' && value !== null;
const isId = (value: unknown): boolean => typeof value === 'string' && value !== '';
const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');
const pairOf = (product: string, store: string): string => `${product.length}:${product}${store}`;
