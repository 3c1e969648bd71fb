import type { ConnectorIo } from '../../io.ts';
import type { CatalogSource } from '../catalog-source.ts';
import { VtexCatalogClient } from './catalog-client.ts';
import { orNull } from './errors.ts';
import type { PullSettings } from './pull-settings.ts';
import type { VtexSettings } from './settings.ts';
import { isSold, toMeasure, toProduct } from './sku-mapper.ts';
import { toGone, toInventory } from './stock-mapper.ts';

/** The catalogue of an account. A SKU is three calls: itself, its price, and its stock in all warehouses. */
export function createCatalogSource(settings: VtexSettings, pull: PullSettings, io: ConnectorIo): CatalogSource {
  const client = new VtexCatalogClient(settings, io);
  return {
    listSkuIds: (page) => client.listSkuIds(page),
    async readItem(skuId, { removed }) {
      const gone = { state: 'gone', inventory: toGone(skuId, pull) } as const;
      if (removed) return gone;
      const sku = await orNull(client.getSku(skuId));
      if (sku === null || !isSold(sku, pull)) return gone;
      const product = toProduct(sku, skuId, pull);
      // Stock of what is no product would be stock of nothing.
      if ('refused' in product) return { state: 'sold', product, inventory: [product] };
      const [price, stock] = await Promise.all([orNull(client.getPrice(skuId)), orNull(client.getStock(skuId))]);
      const offer = { stock, price, measure: toMeasure(sku) };
      return { state: 'sold', product, inventory: toInventory(skuId, offer, pull, io.nowMs()) };
    },
  };
}
