import type { SafetyStock } from '../domain/safety-stock.ts';
import type { StoreDeps } from '../store/deps.ts';
import { findCategories } from '../store/product-categories.ts';
import type { RunRow } from './run-row.ts';

/** Rows of stock whose product is in a category that a rule names are made anew, with it. A few thousand at a time. */
export async function applyCategories<Row extends RunRow>(
  store: StoreDeps,
  connectionId: string,
  { categories }: SafetyStock,
  rows: readonly Row[],
): Promise<readonly Row[]> {
  const products = rows.flatMap(({ byCategory }) => byCategory?.productKey ?? []);
  // All rows of a run have it, or none has.
  if (products.length === 0) return rows;
  const found = await findCategories(store, connectionId, products, categories);
  // From here on a row is its text: what it was read as is not held until it is sent.
  return rows.map((row, at) => {
    const ofProduct = found.get(at);
    const made = ofProduct === undefined ? undefined : row.byCategory?.make(ofProduct);
    return { ...row, ...made, byCategory: undefined };
  });
}
