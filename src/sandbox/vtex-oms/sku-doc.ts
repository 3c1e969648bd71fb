import { z } from 'zod';

const fixedPriceSchema = z.strictObject({
  tradePolicyId: z.string(),
  value: z.number(),
  minQuantity: z.int().default(1),
  dateRange: z.strictObject({ from: z.string(), to: z.string() }).optional(),
});

/** A SKU as people keep it in the Admin. What is left out is as for any other. */
export const skuSchema = z.strictObject({
  id: z.int().min(1),
  name: z.string().optional(),
  /** Null: it has none. */
  ean: z.string().nullable().optional(),
  active: z.boolean().default(true),
  salesChannels: z.array(z.int()).default([1]),
  categories: z.array(z.string()).default(['Groceries']),
  /** Grams, with its packaging. */
  weight: z.number().nullable().default(250),
  measurementUnit: z.string().default('un'),
  unitMultiplier: z.number().default(1),
  /** Null: none was ever set, and its price is 404. */
  basePrice: z.number().nullable().default(9.9),
  fixedPrices: z.array(fixedPriceSchema).default([]),
  /** By warehouse. */
  stock: z
    .record(
      z.string(),
      z.strictObject({ total: z.int(), reserved: z.int().default(0), unlimited: z.boolean().default(false) }),
    )
    .default({}),
  /** Nobody knows it any more: 404. */
  gone: z.boolean().default(false),
  /** Fields of the answer as they shall be, whatever is above. */
  doc: z.record(z.string(), z.unknown()).default({}),
});
export type Sku = z.output<typeof skuSchema>;

/** `GET …/stockkeepingunitbyid/{skuId}`, as the example prints it. */
export function toSkuDoc({ id, name = `Product ${id}`, ean = String(7_890_000_000_000 + id), ...sku }: Sku) {
  const image = `https://img.example/arquivos/ids/${id}`;
  return {
    Id: id,
    ProductId: id + 1_000_000,
    NameComplete: name,
    ComplementName: '',
    ProductName: name,
    ProductDescription: `<p>${name}, as <b>good</b> as it gets</p>`,
    SkuName: name,
    ProductRefId: `P-${id}`,
    TaxCode: '',
    IsActive: sku.active,
    IsTransported: true,
    IsInventoried: true,
    IsGiftCardRecharge: false,
    ImageUrl: `${image}-55-55/small.jpg`,
    DetailUrl: `/product-${id}/p`,
    CSCIdentification: null,
    BrandId: '2000018',
    BrandName: 'Sandbox',
    IsBrandActive: true,
    Dimension: { cubicweight: 0.1, height: 10, length: 20, weight: sku.weight, width: 5 },
    RealDimension: { realCubicWeight: 0, realHeight: 0, realLength: 0, realWeight: 0, realWidth: 0 },
    ManufacturerCode: '',
    IsKit: false,
    KitItems: [],
    SkuSellers: [{ SellerId: '1', StockKeepingUnitId: id, SellerStockKeepingUnitId: String(id), IsActive: true }],
    SalesChannels: sku.salesChannels,
    Images: [{ ImageUrl: `${image}/big.jpg`, ImageName: '', FileId: id }],
    ProductCategoryIds: `/${sku.categories.map((_, at) => at + 1).join('/')}/`,
    ProductCategories: Object.fromEntries(sku.categories.map((category, at) => [String(at + 1), category])),
    AlternateIds: { ...(ean === null ? {} : { Ean: ean }), RefId: `R-${id}` },
    AlternateIdValues: [...(ean === null ? [] : [ean]), `R-${id}`],
    MeasurementUnit: sku.measurementUnit,
    UnitMultiplier: sku.unitMultiplier,
    ModalType: null,
    IsProductActive: sku.active,
    ...sku.doc,
  };
}

export const toPriceDoc = ({ id, basePrice, fixedPrices }: Sku) => ({
  itemId: String(id),
  listPrice: null,
  costPrice: basePrice,
  markup: 0,
  basePrice,
  fixedPrices: fixedPrices.map((price) => ({ listPrice: null, ...price })),
});

export const toStockDoc = ({ id, stock }: Sku) => ({
  skuId: String(id),
  balance: Object.entries(stock).map(([warehouseId, { total, reserved, unlimited }]) => ({
    warehouseId,
    warehouseName: `Warehouse ${warehouseId}`,
    totalQuantity: unlimited ? 1_000_000 : total,
    reservedQuantity: reserved,
    hasUnlimitedQuantity: unlimited,
    timeToRefill: null,
    dateOfSupplyUtc: null,
    leadTime: '00:00:00',
  })),
});
