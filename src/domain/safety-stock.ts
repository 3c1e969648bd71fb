import * as z from 'zod';
import type { InventoryRow } from './inventory-row.ts';
import { ExternalIdSchema } from './order-input.ts';

/**
 * What is kept back of the stock that a row tells of, so that a shop does not sell what somebody is carrying to the till. A
 * rule without stores is for all stores, one without categories for all products.
 */
export const SafetyStockRuleSchema = z
  .strictObject({
    storeLocationIds: z.array(ExternalIdSchema).min(1).max(1_000).optional(),
    /** Of the product, as its row in the catalogue names them. */
    categories: z.array(z.string().min(1).max(300)).min(1).max(100).optional(),
    /** So many units are kept back. */
    reserveUnits: z.int().min(0).max(1_000_000).default(0),
    /** So many hundredths of the quantity are kept back, rounded up. With both, the larger is. */
    bufferPercent: z.int().min(0).max(100).default(0),
    /** What has nothing left to sell is told to be unavailable. */
    unavailableAtZero: z.boolean().default(true),
  })
  .meta({ id: 'SafetyStockRule' });
export type SafetyStockRule = z.infer<typeof SafetyStockRuleSchema>;

/** A merchant's rules; of those that fit a row, the first one counts. */
export const SafetyStockRulesSchema = z.array(SafetyStockRuleSchema).max(200);

/** Whether the caller has to find out the categories of products. */
export const asksForCategories = (rules: readonly SafetyStockRule[]): boolean =>
  rules.some(({ categories }) => categories !== undefined);

/**
 * The row as it is to be sent. A row that tells no quantity stays as it is: nobody knows what to keep back of it.
 * @param categories of the row's product; none where they are not known
 */
export function applySafetyStock(
  row: InventoryRow,
  rules: readonly SafetyStockRule[],
  categories: readonly string[],
): InventoryRow {
  if (row.quantity === undefined) return row;
  const rule = rules.find((candidate) => fits(candidate, row, categories));
  if (rule === undefined) return row;
  const keptBack = Math.max(rule.reserveUnits, Math.ceil((row.quantity * rule.bufferPercent) / 100));
  const quantity = Math.max(row.quantity - keptBack, 0);
  return { ...row, quantity, available: row.available && !(rule.unavailableAtZero && quantity === 0) };
}

const fits = (rule: SafetyStockRule, row: InventoryRow, categories: readonly string[]): boolean =>
  (rule.storeLocationIds?.includes(row.externalStoreLocationId) ?? true) &&
  (rule.categories?.some((category) => categories.includes(category)) ?? true);
