import { describe, expect, it } from 'vitest';
import { toNotice } from '../../../src/connectors/oms/vtex/affiliate-notice.ts';
import { WirePriceSchema, WireSkuSchema, WireStockSchema } from '../../../src/connectors/oms/vtex/catalog-wire.ts';
import { PullSettingsSchema } from '../../../src/connectors/oms/vtex/pull-settings.ts';
import { isSold, toMeasure, toProduct } from '../../../src/connectors/oms/vtex/sku-mapper.ts';
import { toInventory } from '../../../src/connectors/oms/vtex/stock-mapper.ts';
import { readInventoryRow } from '../../../src/domain/inventory-row.ts';
import { readProductRow } from '../../../src/domain/product-row.ts';

const settings = (more: object = {}) =>
  PullSettingsSchema.parse({
    connectionId: `con_${'0'.repeat(26)}`,
    salesChannel: '9',
    currency: 'BRL',
    warehouses: { wh1: 'store-1', wh2: 'store-1', wh3: 'store-3', wh4: null },
    ...more,
  });
const nowMs = Date.parse('2017-12-21T00:00:00Z');
const sku = (more: object = {}) =>
  WireSkuSchema.parse({
    Id: 5,
    NameComplete: ' Basketball hoop ',
    IsActive: true,
    IsProductActive: true,
    Dimension: { height: 65, length: 58, weight: 10_000.4, width: 130 },
    ImageUrl: 'http://img.example/55-55/a.jpg',
    Images: [{ ImageUrl: '//img.example/a.jpg' }, { ImageUrl: 'no url' }, null],
    ProductCategoryIds: '/1/59/',
    ProductCategories: { 59: 'Toys', 1: 'Sports' },
    AlternateIds: { Ean: '8781', RefId: '878181' },
    MeasurementUnit: 'un',
    UnitMultiplier: 1,
    SalesChannels: [1, 9],
    ...more,
  });
const stock = (balance: object[]) => WireStockSchema.parse({ skuId: '5', balance });
const held = (warehouseId: string, totalQuantity: number, reservedQuantity = 0) => ({
  warehouseId,
  totalQuantity,
  reservedQuantity,
  hasUnlimitedQuantity: false,
});
const price = (fixedPrices: object[] = [], basePrice: number | null = 250) =>
  WirePriceSchema.parse({ itemId: '5', basePrice, fixedPrices });
const offer = (more: object = {}) => ({ stock: stock([]), price: price(), measure: toMeasure(sku()), ...more });

describe('a SKU as a product', () => {
  it('is a row that the pipeline takes, in grams, from the root of its categories', () => {
    const product = toProduct(sku(), '5', settings());
    expect(product).toEqual({
      row: {
        externalIdentifier: '5',
        sku: '5',
        name: 'Basketball hoop',
        imageUrls: ['https://img.example/a.jpg'],
        categories: ['Sports', 'Toys'],
        weight: 10,
        dimensions: { depth: 58, height: 65, width: 130 },
        identifiers: [
          { type: 'EAN', value: '8781' },
          { type: 'REF_ID', value: '878181' },
        ],
      },
    });
    expect('row' in product && readProductRow(product.row).errors).toBeUndefined();
  });

  it.each([
    ['vtex.no_name', { NameComplete: '', ProductName: null }],
    ['vtex.no_weight', { Dimension: null }],
    ['vtex.no_ean', { AlternateIds: { RefId: '1' } }],
  ])('is refused as %s', (code, more) => {
    expect(toProduct(sku(more), '5', settings())).toMatchObject({ refused: { code, text: '5' } });
  });

  it('without an EAN is taken where it is sold by weight, or the merchant says so', () => {
    const nameless = { AlternateIds: {} };
    expect(toProduct(sku({ ...nameless, MeasurementUnit: 'kg' }), '5', settings())).toHaveProperty('row');
    expect(toProduct(sku(nameless), '5', settings({ requireEan: false }))).toHaveProperty('row');
  });

  it('is sold while it is active and in the trade policy', () => {
    expect(isSold(sku(), settings())).toBe(true);
    for (const more of [{ IsActive: false }, { IsProductActive: false }, { SalesChannels: [1] }]) {
      expect(isSold(sku(more), settings())).toBe(false);
    }
  });
});

describe('stock and price as rows of inventory', () => {
  it('are one row a store, of what nobody has reserved, and a reason for stock that has no store', () => {
    const balance = [held('wh1', 5, 2), held('wh2', 4), held('wh4', 9), held('wh8', 0), held('wh9', 3)];
    const rows = toInventory('5', offer({ stock: stock(balance) }), settings(), nowMs);
    expect(rows).toEqual([
      { row: expect.objectContaining({ externalStoreLocationId: 'store-1', available: true, quantity: 7 }) },
      { row: expect.objectContaining({ externalStoreLocationId: 'store-3', available: false, quantity: 0 }) },
      { refused: expect.objectContaining({ code: 'vtex.warehouse_unmapped', detail: expect.stringContaining('wh9') }) },
    ]);
    for (const row of rows) if ('row' in row) expect(readInventoryRow(row.row).errors).toBeUndefined();
  });

  it.each([
    [25_000, [], 'BRL', 1],
    [666, [{ tradePolicyId: '9', value: 6.66 }], 'BRL', 1],
    [25_000, [{ tradePolicyId: '1', value: 6.66 }], 'BRL', 1],
    [25_000, [{ tradePolicyId: '9', value: 6.66, minQuantity: 10 }], 'BRL', 1],
    [101, [{ tradePolicyId: '9', value: 1.005 }], 'BRL', 1],
    [1_990, [{ tradePolicyId: '9', value: 1_990 }], 'CLP', 1],
    [35, [{ tradePolicyId: '9', value: 1 }], 'BRL', 0.35],
    [
      60_000,
      [
        { tradePolicyId: '9', value: 4_500 },
        { tradePolicyId: '9', value: 600, dateRange: { from: '2017-12-20T14:30:00Z', to: '2017-12-30T14:30:00Z' } },
        { tradePolicyId: '9', value: 700, dateRange: { from: '2017-12-07T14:30:00Z', to: '2017-12-30T14:30:00Z' } },
        { tradePolicyId: '9', value: 555, dateRange: { from: '2017-12-06T15:00:00Z', to: '2017-12-14T15:00:00Z' } },
      ],
      'BRL',
      1,
    ],
  ])('cost %i of the minor unit', (valueCents, fixed, currency, UnitMultiplier) => {
    const measure = toMeasure(sku({ UnitMultiplier }));
    const [row] = toInventory('5', offer({ price: price(fixed), measure }), settings({ currency }), nowMs);
    expect(row).toMatchObject({ row: { valueCents, currency } });
  });

  it('without a price are refused, unless there is nothing of it', () => {
    const rows = toInventory('5', offer({ price: null, stock: stock([held('wh1', 1)]) }), settings(), nowMs);
    expect(rows).toEqual([
      { refused: expect.objectContaining({ code: 'vtex.no_price' }) },
      { row: expect.objectContaining({ externalStoreLocationId: 'store-3', available: false }) },
    ]);
  });
});

describe('a notification', () => {
  it('is known by its fields in any case, and by nothing else', () => {
    const flags = { StockModified: true, PriceModified: 'false', HasStockKeepingUnitRemovedFromAffiliate: 'True' };
    for (const idName of ['IdSku', 'idSKU', 'IDSKU']) {
      expect(toNotice({ [idName]: 12, An: 'acme', ...flags })).toMatchObject({
        skuId: '12',
        stock: true,
        price: false,
        removed: true,
        product: false,
        account: 'acme',
      });
    }
    for (const other of [null, 'text', [], {}, { idSku: '' }, { idSku: '../x' }, { OrderId: 'v1-01' }]) {
      expect(toNotice(other)).toBeUndefined();
    }
  });

  it('without a flag may be about anything', () => {
    expect(toNotice({ IdSku: '1' })).toMatchObject({ product: true });
  });
});
