import * as z from 'zod';
import type { RunKind } from '../../../domain/bulk-run.ts';
import type { InventoryRow } from '../../../domain/inventory-row.ts';
import type { ProductRow } from '../../../domain/product-row.ts';
import type { Answer } from '../../answer.ts';
import type { Authenticator } from '../../authenticate.ts';
import { defineRoute, type Route, type TenantCall } from '../../define-route.ts';
import type { Dialect } from '../../dialect.ts';
import type { IngressDeps } from '../../deps.ts';
import { makeRefusal } from '../../problem.ts';
import { connectionHeader, connectionProblems } from '../../runs/choose-connection.ts';
import { pathOfRun } from '../../runs/take-upload.ts';
import { createTokenBuckets } from '../../token-buckets.ts';
import { readInventoryBody, readProductsBody, type CatalogBody } from './catalog-body.ts';
import { ourNashId, toNashInventory, toNashProduct } from './catalog-shape.ts';
import { makeNashDialect } from './make-dialect.ts';
import { makeListRoutes } from './list-routes.ts';
import { spoolRows } from './spool-rows.ts';

/** Nash's own limits: a body, and requests per second of one organisation. */
const bodyBytesMax = 8 * 1_048_576;
const perSecond = 10;

/** In which run late refusals are to be found. */
const runHeader = 'Packline-Run';

/** What Nash answers: every field of its document, in its order; fields of it may be added. */
const ProductsAnswerSchema = z.array(z.looseObject({ id: z.string(), externalIdentifier: z.string() }));
const InventoryAnswerSchema = z.array(
  z.looseObject({
    id: z.string(),
    productId: z.string(),
    externalProductId: z.string(),
    storeLocationId: z.string(),
    externalStoreLocationId: z.string(),
    quantity: z.int(),
    available: z.boolean(),
  }),
);

/** Nash's `/v1/products` and `/v1/inventory`, in front of the same runs and the same reads as our own. */
export function makeNashRoutes(deps: IngressDeps, authenticator: Authenticator): readonly Route[] {
  const dialect = makeNashDialect(authenticator);
  const buckets = createTokenBuckets(deps.clock, { perSecond, burst: perSecond });
  const takeTurn = (merchantId: string): void => {
    const { taken, resetSeconds } = buckets.take(merchantId);
    if (taken) return;
    throw makeRefusal('rate.limited', `at most ${perSecond} requests per second`, { retryAfterMs: resetSeconds * 1_000 }); // prettier-ignore
  };
  const common = { dialect, takeTurn };
  return [
    makePut<ProductRow>({
      ...common,
      kind: 'products',
      body: z.looseObject({ products: z.array(z.looseObject({})) }),
      answer: ProductsAnswerSchema,
      read: readProductsBody,
      show: (row, merchantId) => toNashProduct(row, ourNashId('prod', merchantId, row.externalIdentifier)),
    }),
    makePut<InventoryRow>({
      ...common,
      kind: 'inventory',
      body: z.looseObject({ inventory: z.array(z.looseObject({})) }),
      answer: InventoryAnswerSchema,
      read: readInventoryBody,
      show: (row, merchantId) => {
        const { externalProductId: product, externalStoreLocationId: place } = row;
        return toNashInventory(row, {
          id: ourNashId('inv', merchantId, product, place),
          productId: ourNashId('prod', merchantId, product),
          storeLocationId: ourNashId('stl', merchantId, place),
        });
      },
    }),
    ...makeListRoutes(dialect, takeTurn),
  ];
}

interface Put<Row> {
  kind: RunKind;
  dialect: Dialect;
  takeTurn: (merchantId: string) => void;
  body: z.ZodType;
  answer: z.ZodType;
  read: (body: unknown) => CatalogBody<Row>;
  show: (row: Row, merchantId: string) => object;
}

const makePut = <Row extends object>({ kind, dialect, takeTurn, body, answer, read, show }: Put<Row>): Route =>
  defineRoute({
    method: 'post',
    path: `/compat/nash/v1/${kind}`,
    summary: `Nash’s POST /v1/${kind}`,
    description: `As Nash answers it, at once. The rows are brought to the partner in a run, whose URL stands in \`${runHeader}\`: what the partner refuses later is found there. Ids are ours, and stable. At most ${perSecond} requests per second.`,
    tag: 'Nash',
    scope: 'operate',
    body,
    bodyBytesMax,
    requestHeaders: connectionHeader,
    idempotency: 'none',
    dialect,
    answers: { 200: { description: 'Every row, in its order', schema: answer } },
    problems: [...connectionProblems, 'run.not_spooling', 'blobs.unavailable', 'blobs.refused'],
    async handle(call: TenantCall<unknown, unknown, unknown>): Promise<Answer> {
      const { deps, merchantId, parsed } = call;
      takeTurn(merchantId);
      const { rows, fields } = read(parsed);
      if (rows === undefined) throw makeRefusal('request.invalid', 'Request validation failed', { detail: { fields } });
      const runId = await spoolRows(call, kind, rows);
      const headers = { [runHeader]: `${deps.settings.baseUrl}${pathOfRun(runId)}` };
      return { status: 200, json: rows.map((row) => show(row, merchantId)), headers };
    },
  });
