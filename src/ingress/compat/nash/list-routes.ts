import * as z from 'zod';
import type { RunKind } from '../../../domain/bulk-run.ts';
import type { Answer } from '../../answer.ts';
import { defineRoute, type Route, type TenantCall } from '../../define-route.ts';
import type { Dialect } from '../../dialect.ts';
import { listProblems, readListedPage } from '../../fresh-list.ts';
import { makeInvalid } from '../../problem.ts';
import { chooseConnection, connectionHeader, connectionProblems } from '../../runs/choose-connection.ts';
import { wholeQuery } from '../../views/page.ts';
import { toListedInventory, toListedProduct, toNashPage } from './catalog-shape.ts';

const word = z.string().min(1).max(2_000).optional();

/** Nash OpenAPI 1.0.0; it documents no largest page. `ids` are Nash's own, and those that we answer are ours. */
const productQuery = z.object({
  pageIndex: wholeQuery(0, 100_000_000).default(0),
  numResultsPerPage: wholeQuery(1, 1_000).default(100),
  search: word,
  skus: word,
  ids: word,
});
const inventoryQuery = productQuery.extend({
  semanticSearch: word,
  externalStoreLocationId: word,
  externalProductId: word,
});
type Query = z.infer<typeof productQuery> & Partial<z.infer<typeof inventoryQuery>>;

const total = { totalResults: z.int() };
const ItemSchema = z.looseObject({ id: z.string() });
const answers = {
  products: z.strictObject({ products: z.array(ItemSchema), ...total }),
  inventory: z.strictObject({ inventory: z.array(ItemSchema), ...total }),
} as const;

/** Nash's `GET /v1/products` and `GET /v1/inventory`, answered from the reads that our own lists are answered from. */
export const makeListRoutes = (dialect: Dialect, takeTurn: (merchantId: string) => void): readonly Route[] => {
  const make = (kind: RunKind, query: z.ZodType<Query>): Route =>
    defineRoute({
      method: 'get',
      path: `/compat/nash/v1/${kind}`,
      summary: `Nash’s GET /v1/${kind}`,
      description:
        'What the partner lists, at most 30 s old as a rule; `Age` says how many seconds. The ids are ours, those that the POST answers; `ids` is refused.',
      tag: 'Nash',
      scope: 'read',
      query,
      requestHeaders: connectionHeader,
      dialect,
      answers: { 200: { description: 'A page', schema: answers[kind] } },
      problems: [...connectionProblems, ...listProblems],
      handle: (call) => {
        takeTurn(call.merchantId);
        return answerPage(call, kind);
      },
    });
  return [make('products', productQuery), make('inventory', inventoryQuery)];
};

async function answerPage(
  { deps, store, merchantId, headers, query }: TenantCall<unknown, Query, unknown>,
  kind: RunKind,
): Promise<Answer> {
  const { ids, ...asked } = query;
  if (ids !== undefined) {
    throw makeInvalid([{ code: 'field.value', detail: 'is not served: look for skus', parameter: 'ids' }]);
  }
  const { id: connectionId } = await chooseConnection(deps, store, merchantId, headers);
  const given = Object.entries(asked).flatMap(([name, value]) => (value === undefined ? [] : [[name, value] as const]));
  const page = { merchantId, connectionId, kind, query: Object.fromEntries(given) };
  const listed = await readListedPage(deps, store, page);
  const show = kind === 'products' ? toListedProduct : toListedInventory;
  const items = listed.rows.map(({ row, partnerId }) => show(row, merchantId, partnerId));
  const ageMs = store.clock.now() - Date.parse(listed.fetchedAt);
  return {
    status: 200,
    json: toNashPage(kind, items, listed.total),
    headers: { Age: String(Math.max(0, Math.floor(ageMs / 1_000))) },
  };
}
