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

/** A merchant's rules, made ready for millions of rows. */
export interface SafetyStock {
  /** Those that rules name: whoever calls finds out which of them a row's product has. */
  readonly categories: readonly string[];
  /**
   * The row as it is to be sent. A row that tells no quantity stays as it is: nobody knows what to keep back of it.
   * @param categories of the row's product, as far as rules name them
   */
  apply(row: InventoryRow, categories: readonly string[]): InventoryRow;
}

export function makeSafetyStock(rules: readonly SafetyStockRule[]): SafetyStock {
  const candidates = rules.map((rule) => ({
    rule,
    stores: rule.storeLocationIds && new Set(rule.storeLocationIds),
    categories: rule.categories && new Set(rule.categories),
  }));
  return {
    categories: [...new Set(rules.flatMap(({ categories }) => categories ?? []))],
    apply(row, ofProduct) {
      if (row.quantity === undefined) return row;
      const found = candidates.find(
        ({ stores, categories }) =>
          (stores?.has(row.externalStoreLocationId) ?? true) &&
          (categories === undefined || ofProduct.some((category) => categories.has(category))),
      );
      return found === undefined ? row : keepBack(row, row.quantity, found.rule);
    },
  };
}

function keepBack(row: InventoryRow, stocked: number, rule: SafetyStockRule): InventoryRow {
  const keptBack = Math.max(rule.reserveUnits, Math.ceil((stocked * rule.bufferPercent) / 100));
  const quantity = Math.max(stocked - keptBack, 0);
  if (quantity > 0 || !rule.unavailableAtZero) return { ...row, quantity };
  const unavailable = { ...row, quantity, available: false };
  if (row.providerConfigs === undefined) return unavailable;
  // What nobody may sell is not for sale through one provider either.
  const providerConfigs = row.providerConfigs.map((config) => ({
    ...config,
    ...(config.available === true && { available: false }),
  }));
  return { ...unavailable, providerConfigs };
}
