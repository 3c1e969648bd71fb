import * as z from 'zod';
import type { BatchAnswer } from '../../../domain/batch-outcome.ts';
import type { ConnectorIo } from '../../io.ts';
import type { FulfilmentCatalog, InventoryQuery, ListedPage, ProductQuery } from '../catalog.ts';
import { fromInventory, fromProduct } from './catalog-body.ts';
import { compareInventory, compareProducts } from './catalog-echo.ts';
import { toListedRows } from './catalog-listed.ts';
import { toRefusal } from './catalog-refusal.ts';
import { readReply } from './errors.ts';
import { exchange } from './exchange.ts';
import type { NashSettings } from './settings.ts';

const budget = 'catalog';
/** Rows come back with ids and with every field that was left out. */
const replyBytesMax = 32 * 1024 * 1024;
/** Nash documents no deadline. 10,000 rows are more work than an order, and a request that was cut is done twice. */
const timeouts = { headersMs: 60_000, totalMs: 90_000 };

/** Nash takes 1,000 products or 10,000 inventory rows at once ("Pick and Pack", "Rate Limits"), and documents no bytes. */
const limits: FulfilmentCatalog['limits'] = {
  products: { rowsMax: 1_000, bytesMax: 4_000_000 },
  inventory: { rowsMax: 10_000, bytesMax: 4_000_000 },
};

/** `/v1/products` and `/v1/inventory` (Nash OpenAPI 1.0.0, "Store Catalog"), all from the budget that they share. */
export function makeCatalog(settings: NashSettings, io: ConnectorIo): FulfilmentCatalog {
  const put = (
    call: { operation: string; path: string },
    body: string,
    compare: (echo: readonly unknown[]) => BatchAnswer,
  ): Promise<BatchAnswer> =>
    exchange(settings, io, { ...call, method: 'POST', body, budget, replyBytesMax, timeouts }, (reply) => {
      try {
        return compare(readReply(reply, EchoSchema, call.operation, io.nowMs()));
      } catch (error) {
        const refusal = toRefusal(error, reply);
        if (refusal === undefined) throw error;
        return refusal;
      }
    });

  const list = <T extends z.ZodType>(
    { operation, path }: { operation: string; path: string },
    query: object,
    schema: T,
  ): Promise<z.infer<T>> => {
    const params = new URLSearchParams(Object.entries(query).flatMap(toParam));
    const call = { operation, method: 'GET', path: `${path}?${params.toString()}`, budget, replyBytesMax } as const;
    return exchange(settings, io, call, (reply) => readReply(reply, schema, operation, io.nowMs()));
  };

  return {
    limits,
    productText: fromProduct,
    inventoryText: fromInventory,
    putProducts: (rows) =>
      put({ operation: 'product.put', path: '/v1/products' }, toBody('products', rows), (echo) =>
        compareProducts(rows, echo),
      ),
    putInventory: (rows) =>
      put({ operation: 'inventory.put', path: '/v1/inventory' }, toBody('inventory', rows), (echo) =>
        compareInventory(rows, echo),
      ),
    async listProducts(query: ProductQuery): Promise<ListedPage> {
      const page = await list({ operation: 'product.list', path: '/v1/products' }, query, ProductPageSchema);
      return { rows: toListedRows('products', page.products), total: page.totalResults };
    },
    async listInventory(query: InventoryQuery): Promise<ListedPage> {
      const page = await list({ operation: 'inventory.list', path: '/v1/inventory' }, query, InventoryPageSchema);
      return { rows: toListedRows('inventory', page.inventory), total: page.totalResults };
    },
  };
}

/** The rows are text already: parsing and writing them again would cost more than all the rest. */
const toBody = (name: string, rows: readonly { readonly text: string }[]): string =>
  `{"${name}":[${rows.map(({ text }) => text).join(',')}]}`;

const toParam = ([name, value]: [string, unknown]): [string, string][] =>
  typeof value === 'string' || typeof value === 'number' ? [[name, String(value)]] : [];

/** "It will return an array" (OpenAPI `ProductsOutputSerializer`); its rows are read where they are compared. */
const EchoSchema = z.custom<readonly unknown[]>((value) => Array.isArray(value));

const Rows = z.array(z.record(z.string(), z.unknown()));
const Total = z.int();
/** OpenAPI `ProductsPaginationOutput`, `InventoryPaginationOutput`. */
const ProductPageSchema = z.object({ products: Rows, totalResults: Total });
const InventoryPageSchema = z.object({ inventory: Rows, totalResults: Total });
