import * as z from 'zod';
import { bool, list, maybe, number, text } from './wire.ts';

/** `GET …/sku/stockkeepingunitids`: numbers. */
export const SkuIdsSchema = z.array(z.union([z.string(), z.int().transform(String)]));

/** `GET …/sku/stockkeepingunitbyid/{skuId}`: what of it Packline reads. The examples have fields that the schema lacks. */
export const WireSkuSchema = z.object({
  /** By its id an answer is known to be a SKU. */
  Id: z.union([z.string(), z.int().transform(String)]),
  NameComplete: text,
  ProductName: text,
  /** May be HTML. */
  ProductDescription: text,
  IsActive: bool,
  IsProductActive: bool,
  BrandName: text,
  /** Centimetres, and the account's unit of weight; with its packaging. */
  Dimension: maybe(z.object({ height: number, length: number, width: number, weight: number })),
  ImageUrl: text,
  Images: list(z.object({ ImageUrl: text })),
  /** From the root on: `/1/59/`. */
  ProductCategoryIds: text,
  ProductCategories: maybe(z.record(z.string(), text)),
  AlternateIds: maybe(z.object({ Ean: text, RefId: text })),
  MeasurementUnit: text,
  UnitMultiplier: number,
  SalesChannels: list(z.union([z.string(), z.number().transform(String)])),
});
export type WireSku = z.infer<typeof WireSkuSchema>;

const FixedPriceSchema = z.object({
  tradePolicyId: text,
  value: number,
  minQuantity: number,
  dateRange: maybe(z.object({ from: text, to: text })),
});
export type WireFixedPrice = z.infer<typeof FixedPriceSchema>;

/** `GET …/pricing/prices/{skuId}`: in units of the currency, unlike an order's, and of one unit of measure. */
export const WirePriceSchema = z.object({ basePrice: number, fixedPrices: list(FixedPriceSchema) });
export type WirePrice = z.infer<typeof WirePriceSchema>;

/** `GET /api/logistics/pvt/inventory/skus/{skuId}` */
export const WireStockSchema = z.object({
  balance: z.array(
    z.object({
      warehouseId: z.string(),
      totalQuantity: number,
      reservedQuantity: number,
      hasUnlimitedQuantity: bool,
    }),
  ),
});
export type WireStock = z.infer<typeof WireStockSchema>;
