import type { ConnectorIo } from '../../io.ts';
import {
  SkuIdsSchema,
  WirePriceSchema,
  WireSkuSchema,
  WireStockSchema,
  type WirePrice,
  type WireSku,
  type WireStock,
} from './catalog-wire.ts';
import { orNull } from './errors.ts';
import { toPricingUrl } from './pull-settings.ts';
import { segment, sendRequest } from './request.ts';
import type { VtexSettings } from './settings.ts';

/** The most that a page of ids may have. */
export const skuPageSize = 1_000;
/** Of a SKU with all its specifications and texts. */
const skuBytesMax = 4 * 1024 * 1024;

/** VTEX's operations that a catalogue is read by. All throw the Failures of `readReply`. */
export class VtexCatalogClient {
  readonly #settings: VtexSettings;
  readonly #io: ConnectorIo;

  constructor(settings: VtexSettings, io: ConnectorIo) {
    this.#settings = settings;
    this.#io = io;
  }

  listSkuIds(page: number): Promise<string[]> {
    const call = { operation: 'sku.list', permission: 'readCatalog', method: 'GET', budget: 'skus' } as const;
    const path = `/api/catalog_system/pvt/sku/stockkeepingunitids?page=${page}&pagesize=${skuPageSize}`;
    return sendRequest(this.#account(), { ...call, path }, SkuIdsSchema);
  }

  getSku(skuId: string): Promise<WireSku> {
    const call = { operation: 'sku.get', permission: 'readCatalog', method: 'GET', budget: 'skus' } as const;
    const path = `/api/catalog_system/pvt/sku/stockkeepingunitbyid/${segment(skuId)}`;
    return sendRequest(this.#account(), { ...call, path, replyBytesMax: skuBytesMax }, WireSkuSchema);
  }

  getPrice(skuId: string): Promise<WirePrice> {
    const call = { operation: 'price.get', permission: 'readPrices', method: 'GET', budget: 'prices' } as const;
    const where = { baseUrl: toPricingUrl(this.#settings), path: `/prices/${segment(skuId)}` };
    return sendRequest(this.#account(), { ...call, ...where }, WirePriceSchema);
  }

  getStock(skuId: string): Promise<WireStock> {
    const call = { operation: 'stock.get', permission: 'readStock', method: 'GET', budget: 'stock' } as const;
    const path = `/api/logistics/pvt/inventory/skus/${segment(skuId)}`;
    return sendRequest(this.#account(), { ...call, path }, WireStockSchema);
  }

  /** Calls everything once that reads a SKU, whether it is there or not. */
  async tryAll(skuId: string): Promise<void> {
    await orNull(this.getSku(skuId));
    await orNull(this.getPrice(skuId));
    await orNull(this.getStock(skuId));
  }

  #account(): { settings: VtexSettings; io: ConnectorIo } {
    return { settings: this.#settings, io: this.#io };
  }
}
