import { toWeightUnit } from '../../../domain/item-weight.ts';
import { weightedAttribute, type ProductRow } from '../../../domain/product-row.ts';
import type { PulledRow } from '../catalog-source.ts';
import type { WireSku } from './catalog-wire.ts';
import type { PullSettings } from './pull-settings.ts';
import { toText } from './to-text.ts';

/** In what a SKU is sold: pieces, or a weight of `multiplier` units each. */
export interface SkuMeasure {
  /** `kg`, `g`, `lb` or `oz`; undefined for pieces. */
  weightUnit: string | undefined;
  /** How much of its unit of measure one piece is. */
  multiplier: number;
}

export const toMeasure = ({ MeasurementUnit, UnitMultiplier }: WireSku): SkuMeasure => ({
  weightUnit: toWeightUnit(MeasurementUnit ?? ''),
  multiplier: UnitMultiplier !== null && UnitMultiplier !== undefined && UnitMultiplier > 0 ? UnitMultiplier : 1,
});

/** Whether it can be bought in the trade policy at all. Fields that are not there count as nothing said. */
export const isSold = (
  { IsActive, IsProductActive, SalesChannels }: WireSku,
  { salesChannel }: PullSettings,
): boolean => IsActive !== false && IsProductActive !== false && (SalesChannels?.includes(salesChannel) ?? true);

/**
 * A SKU as a product. Its id is VTEX's own number, which orders have in their lines.
 * What keeps it from being one: `vtex.no_ean`, `vtex.no_name`, `vtex.no_weight`.
 */
export function toProduct(sku: WireSku, skuId: string, pull: PullSettings): PulledRow<ProductRow> {
  const { weightUnit, multiplier } = toMeasure(sku);
  const ean = toText(sku.AlternateIds?.Ean, 120);
  const name = toText(sku.NameComplete ?? sku.ProductName, 300);
  const weight = toKilograms(sku.Dimension?.weight, pull);
  if (name === undefined) return refuse(skuId, 'vtex.no_name', 'the SKU has no name at VTEX');
  if (weight === undefined) return refuse(skuId, 'vtex.no_weight', 'the SKU has no weight at VTEX');
  if (ean === undefined && pull.requireEan && weightUnit === undefined) {
    return refuse(skuId, 'vtex.no_ean', 'the SKU has no EAN at VTEX, and is not sold by weight');
  }
  const refId = toText(sku.AlternateIds?.RefId, 120);
  const description = toText(withoutTags(sku.ProductDescription), 10_000);
  const images = toImages(sku);
  const { height, length, width } = sku.Dimension ?? {};
  return {
    row: {
      externalIdentifier: skuId,
      sku: skuId,
      name,
      ...(description === undefined ? {} : { description }),
      ...(images.length === 0 ? {} : { imageUrls: images }),
      categories: toCategories(sku),
      weight,
      dimensions: {
        ...(isSize(length) ? { depth: length } : {}),
        ...(isSize(height) ? { height } : {}),
        ...(isSize(width) ? { width } : {}),
      },
      identifiers: [
        ...(ean === undefined ? [] : [{ type: 'EAN', value: ean }]),
        ...(refId === undefined ? [] : [{ type: 'REF_ID', value: refId }]),
      ],
      ...(weightUnit === undefined
        ? {}
        : {
            attributes: [weightedAttribute],
            details: { weightedItemInfo: { weightPerItem: multiplier, weightUnit } },
          }),
    },
  };
}

const refuse = (skuId: string, code: string, detail: string): PulledRow<never> => ({
  refused: { code, detail, text: skuId },
});

/** Whole grams: VTEX keeps decimals of a gram that nobody has weighed. */
function toKilograms(weight: number | null | undefined, { weightUnit }: PullSettings): number | undefined {
  if (weight === null || weight === undefined || weight < 0) return undefined;
  return Math.round(weightUnit === 'g' ? weight : weight * 1_000) / 1_000;
}

const isSize = (size: number | null | undefined): size is number =>
  size !== null && size !== undefined && size >= 0 && size <= 100_000;

/** `ImageUrl` is a small copy of the first of them. */
function toImages({ Images, ImageUrl }: WireSku): string[] {
  const given = (Images ?? []).map((image) => image?.ImageUrl);
  const urls = (given.length > 0 ? given : [ImageUrl]).flatMap((text) => {
    const url = toText(text, Infinity)?.replace(/^\/\//, 'https://');
    return url !== undefined && url.length <= 2_048 && /^https?:/i.test(url) && URL.canParse(url) ? [url] : [];
  });
  return urls.slice(0, 50);
}

/** From the root on, where the path says so. */
function toCategories({ ProductCategoryIds, ProductCategories }: WireSku): string[] {
  const names = ProductCategories ?? {};
  const path = (ProductCategoryIds ?? '').split('/').filter((id) => Object.hasOwn(names, id));
  const rest = Object.keys(names).filter((id) => !path.includes(id));
  return [...path, ...rest].flatMap((id) => toText(names[id], 300) ?? []).slice(0, 50);
}

const withoutTags = (html: string | null | undefined): string | undefined =>
  html
    ?.replace(/<[^<>]*>/g, ' ')
    .replace(/\s+/g, ' ')
    .trim();
