import type { SafetyStockRule } from '../domain/safety-stock.ts';
import type { StoreDeps } from './deps.ts';
import { parseStored } from './stored-json.ts';

/** A merchant's rules, in the order in which they are looked at. A change counts from the next rows that are read. */
export async function readSafetyStock({ redis, keys }: StoreDeps, merchantId: string): Promise<SafetyStockRule[]> {
  const text = await redis.get(keys.safetyStock(merchantId));
  return text === null ? [] : parseStored<SafetyStockRule[]>(text);
}

export async function writeSafetyStock(
  { redis, keys }: StoreDeps,
  merchantId: string,
  rules: readonly SafetyStockRule[],
): Promise<void> {
  await redis.set(keys.safetyStock(merchantId), JSON.stringify(rules));
}
