import { currencyDecimals } from '../../../domain/currency.ts';
import type { InventoryRow } from '../../../domain/inventory-row.ts';
import { toInstant } from '../../vendor/vtex/to-instant.ts';
import type { PulledRow } from '../catalog-source.ts';
import type { WireFixedPrice, WirePrice, WireStock } from './catalog-wire.ts';
import type { PullSettings } from './pull-settings.ts';
import type { SkuMeasure } from './sku-mapper.ts';

/** What VTEX itself reports of stock that never ends. */
const unlimitedQuantity = 1_000_000;
const quantityMax = 2_147_483_647;

/** The stores of all wanted warehouses, each once. */
const storesOf = ({ warehouses }: PullSettings): string[] => [
  ...new Set(Object.values(warehouses).filter((store) => store !== null)),
];

/** What is not sold any more is available in no store. */
export const toGone = (skuId: string, pull: PullSettings): PulledRow<InventoryRow>[] =>
  storesOf(pull).map((store) => ({ row: notAvailable(skuId, store) }));

const notAvailable = (skuId: string, store: string): InventoryRow => ({
  externalProductId: skuId,
  externalStoreLocationId: store,
  available: false,
  quantity: 0,
});

/**
 * A row for each store: what its warehouses have together and nobody has reserved, at the trade policy's price of now.
 * Stock in a warehouse that nobody has given a store is refused (`vtex.warehouse_unmapped`), and so is stock without a price
 * (`vtex.no_price`): it would be sold for nothing.
 */
export function toInventory(
  skuId: string,
  { stock, price, measure }: { stock: WireStock | null; price: WirePrice | null; measure: SkuMeasure },
  pull: PullSettings,
  nowMs: number,
): PulledRow<InventoryRow>[] {
  const quantities = new Map(storesOf(pull).map((store) => [store, 0]));
  const refused: PulledRow<InventoryRow>[] = [];
  for (const balance of stock?.balance ?? []) {
    const { warehouseId } = balance;
    const store = Object.hasOwn(pull.warehouses, warehouseId) ? pull.warehouses[warehouseId] : undefined;
    const quantity = availableOf(balance);
    if (store === undefined && quantity > 0) refused.push({ refused: unmapped(skuId, warehouseId) });
    if (store === undefined || store === null) continue;
    quantities.set(store, Math.min((quantities.get(store) ?? 0) + quantity, quantityMax));
  }
  const perUnit = price === null ? undefined : priceOfNow(price, pull, nowMs);
  const rows = [...quantities].map(([store, quantity]): PulledRow<InventoryRow> => {
    if (perUnit === undefined) {
      return quantity > 0 ? { refused: unpriced(skuId, store, pull) } : { row: notAvailable(skuId, store) };
    }
    const { weightUnit, multiplier } = measure;
    const perMeasure = weightUnit === undefined ? undefined : toMinorUnits(perUnit, pull.currency);
    return {
      row: {
        externalProductId: skuId,
        externalStoreLocationId: store,
        available: quantity > 0,
        quantity,
        valueCents: toMinorUnits(perUnit * multiplier, pull.currency),
        currency: pull.currency,
        ...(perMeasure === undefined
          ? {}
          : { details: { weightedItemInfo: { valueCentsPerMeasurementUnit: perMeasure } } }),
      },
    };
  });
  return [...rows, ...refused];
}

function availableOf({ totalQuantity, reservedQuantity, hasUnlimitedQuantity }: WireStock['balance'][number]): number {
  if (hasUnlimitedQuantity === true) return unlimitedQuantity;
  return Math.max(0, Math.trunc((totalQuantity ?? 0) - (reservedQuantity ?? 0)));
}

const unmapped = (skuId: string, warehouseId: string) => ({
  code: 'vtex.warehouse_unmapped',
  detail: `there is stock in the warehouse ${warehouseId.slice(0, 120)}, which the settings give no store`,
  text: skuId,
});
const unpriced = (skuId: string, store: string, { salesChannel }: PullSettings) => ({
  code: 'vtex.no_price',
  detail: `there is stock for ${store.slice(0, 120)}, and no price in the trade policy ${salesChannel}`,
  text: skuId,
});

/**
 * The price of one: fixed for the trade policy, or else the base price. What is fixed for a time counts before what is fixed
 * for ever, and of several what began last [inferred: VTEX does not say].
 */
function priceOfNow({ basePrice, fixedPrices }: WirePrice, { salesChannel }: PullSettings, nowMs: number) {
  const fixed = (fixedPrices ?? [])
    .filter((price) => price !== null && price !== undefined)
    .filter(({ tradePolicyId, minQuantity }) => tradePolicyId === salesChannel && (minQuantity ?? 1) <= 1)
    .flatMap((price) => {
      const fromMs = beginOf(price, nowMs);
      return fromMs === undefined ? [] : [{ fromMs, value: price.value }];
    })
    .sort((a, b) => b.fromMs - a.fromMs);
  const value = fixed[0]?.value ?? basePrice;
  return value === null || value === undefined || value < 0 ? undefined : value;
}

/** Since when it holds; undefined when it does not hold now. */
function beginOf({ dateRange }: WireFixedPrice, nowMs: number): number | undefined {
  if (dateRange === null || dateRange === undefined) return -Infinity;
  const instantOf = (text: string | null | undefined): number => Date.parse(toInstant(text) ?? '');
  const [fromMs, toMs] = [instantOf(dateRange.from), instantOf(dateRange.to)];
  return fromMs > nowMs || toMs < nowMs ? undefined : Number.isNaN(fromMs) ? 0 : fromMs;
}

/** Decimal digits are shifted, not multiplied: 1.005 is 100.5 hundredths. Half of one is rounded up. */
const toMinorUnits = (amount: number, currency: string): number =>
  Math.round(Number(`${amount.toFixed(6)}e${currencyDecimals(currency)}`));
