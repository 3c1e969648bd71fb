import * as z from 'zod';
import type { RunKind } from '../domain/bulk-run.ts';
import { InventoryRowSchema, inventoryRowKey } from '../domain/inventory-row.ts';
import { productRowKey } from '../domain/product-row.ts';
import { toRowKey } from './run-row.ts';

const { externalProductId, externalStoreLocationId } = InventoryRowSchema.shape;
const KeySchema = z.object({ externalProductId, externalStoreLocationId });

/**
 * The key that a row of the partner's stock has among those of an upload: of stock its own, of products that of its product.
 * Undefined where it is none that we could have sent: somebody else's.
 */
export function readListedKey(kind: RunKind, listed: unknown): number | undefined {
  const { data } = KeySchema.safeParse(listed);
  if (data === undefined) return undefined;
  return toRowKey(
    kind === 'products' ? productRowKey({ externalIdentifier: data.externalProductId }) : inventoryRowKey(data),
  );
}
