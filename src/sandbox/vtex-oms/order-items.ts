import { z } from 'zod';

/** A line as a test or a demo asks for it. */
export const lineSchema = z.strictObject({
  sku: z.string(),
  name: z.string().optional(),
  quantity: z.int().min(1).default(1),
  /** Hundredths, for one unit with its multiplier. */
  price: z.int().min(0).default(990),
  unit: z.string().default('un'),
  unitMultiplier: z.number().positive().default(1),
  ean: z.string().optional(),
  /** The merchant's own code; else the SKU's id. */
  refId: z.string().optional(),
});
export type NewLine = z.output<typeof lineSchema>;

/** What follows from the lines of an order: items, their metadata and the order's money in hundredths. */
export function itemsOf(lines: readonly NewLine[], sequence: string) {
  const itemsTotal = lines.reduce((sum, { price, quantity }) => sum + price * quantity, 0);
  return {
    value: itemsTotal + shippingPrice,
    totals: [
      { id: 'Items', name: 'Items Total', value: itemsTotal },
      { id: 'Discounts', name: 'Discounts Total', value: 0 },
      { id: 'Shipping', name: 'Shipping Total', value: shippingPrice },
      { id: 'Tax', name: 'Tax Total', value: 0 },
    ],
    items: lines.map((line, index) => makeItem(line, `${sequence}${index}`)),
    itemMetadata: { Items: lines.map(makeMetadata) },
  };
}

export const shippingPrice = 500;

export type OrderItem = ReturnType<typeof makeItem>;

const imageOf = ({ sku }: NewLine): string => `https://images.example.com/${sku}.jpg`;

export function makeItem(line: NewLine, number: string) {
  return {
    uniqueId: number.padStart(32, 'A1B2C3D4E5F60718293A4B5C6D7E8F90'),
    id: line.sku,
    productId: line.sku,
    ean: line.ean ?? null,
    lockId: `00-lock-${number}`,
    itemAttachment: { content: {}, name: null },
    attachments: [],
    quantity: line.quantity,
    seller: '1',
    name: line.name ?? line.sku,
    refId: line.refId ?? line.sku,
    price: line.price,
    listPrice: line.price,
    manualPrice: null,
    priceTags: [],
    imageUrl: imageOf(line),
    detailUrl: `/${line.sku}/p`,
    components: [],
    bundleItems: [],
    params: [],
    offerings: [],
    attachmentOfferings: [],
    sellerSku: line.sku,
    priceValidUntil: null,
    commission: 0,
    tax: 0,
    preSaleDate: null,
    additionalInfo: {
      brandName: 'Sandbox Pantry',
      brandId: '2000000',
      categoriesIds: '/9/',
      categories: [{ id: 9, name: 'Pantry' }],
      productClusterId: '',
      commercialConditionId: '1',
      dimension: { cubicweight: 0.25, height: 10, length: 10, weight: 190.5, width: 10 },
      offeringInfo: null,
      offeringType: null,
      offeringTypeId: null,
    },
    measurementUnit: line.unit,
    unitMultiplier: line.unitMultiplier,
    sellingPrice: line.price,
    isGift: false,
    shippingPrice: null,
    rewardValue: 0,
    freightCommission: 0,
    priceDefinition: {
      sellingPrices: [{ value: line.price, quantity: line.quantity }],
      calculatedSellingPrice: line.price,
      total: line.price * line.quantity,
      reason: null,
    },
    taxCode: null,
    parentItemIndex: null,
    parentAssemblyBinding: null,
    callCenterOperator: null,
    serialNumbers: null,
    assemblies: [],
    costPrice: line.price,
  };
}

export const makeMetadata = (line: NewLine) => ({
  Id: line.sku,
  Seller: '1',
  Name: line.name ?? line.sku,
  SkuName: line.name ?? line.sku,
  ProductId: line.sku,
  RefId: line.refId ?? line.sku,
  Ean: line.ean ?? null,
  ImageUrl: imageOf(line),
  DetailUrl: `/${line.sku}/p`,
  AssemblyOptions: [],
});
