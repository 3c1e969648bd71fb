import * as z from 'zod';
import type { RunKind } from '../../domain/bulk-run.ts';
import { InventoryRowSchema } from '../../domain/inventory-row.ts';
import { ExternalIdSchema } from '../../domain/order-input.ts';
import { ProductRowSchema } from '../../domain/product-row.ts';
import { runModes } from '../../domain/run.ts';
import { defineRoute, type Route } from '../define-route.ts';
import type { ProblemCode } from '../problem-codes.ts';
import { rowProblemCodes } from '../rows/problem-codes.ts';
import { connectionHeader, connectionProblems } from '../runs/choose-connection.ts';
import { takeUpload, type UploadOptions } from '../runs/take-upload.ts';
import { RunViewSchema } from '../views/run-view.ts';

const query = z.strictObject({
  dryRun: z
    .enum(['true', 'false'])
    .default('false')
    .meta({ description: '`true`: every row gets its verdict, and nothing is sent' }),
  mode: z.enum(runModes).default('upsert').meta({
    description: '`full`: what the partner has and these rows have not is retired after the last of them',
  }),
  confirmRetire: z.enum(['true', 'false']).default('false').meta({
    description: 'With `mode=full`: whatever share of it that is. Otherwise the run holds it, to be confirmed',
  }),
});
const queryOf = {
  products: query,
  inventory: query.extend({
    storeLocationId: ExternalIdSchema.optional().meta({
      description: 'With `mode=full`: these rows are all of this store, and what others have is left alone',
    }),
  }),
};

const bodyProblems = Object.keys(rowProblemCodes).filter((code): code is keyof typeof rowProblemCodes => code !== 'spool.lost'); // prettier-ignore
const problems: readonly ProblemCode[] = [
  ...bodyProblems,
  'request.encoding',
  'idempotency.in_progress',
  ...connectionProblems,
  'run.mode',
  'run.not_spooling',
];

const toOptions = ({ dryRun, confirmRetire, ...others }: z.output<(typeof queryOf)[RunKind]>): UploadOptions => ({
  ...others,
  dryRun: dryRun === 'true',
  confirmRetire: confirmRetire === 'true',
});

const makeUploadRoute = (kind: RunKind, summary: string, document: z.ZodType, row: z.ZodType): Route =>
  defineRoute({
    method: 'post',
    path: `/v1/${kind}`,
    summary,
    description:
      'A body of any size, gzip or not, read row by row. 202 when all of it is durable: from then on each row comes to its verdict, and `GET /v1/runs/{runId}` tells how far it is. A row that is wrong is rejected and does no harm to the others; a body that breaks off sends nothing. The same `Idempotency-Key` with the same rows is answered with the same run.',
    tag: 'Products and inventory',
    scope: 'operate',
    query: queryOf[kind],
    requestHeaders: connectionHeader,
    streamBody: { 'application/json': document, 'application/x-ndjson': row, 'text/csv': z.string() },
    idempotency: 'late',
    answers: { 202: { description: 'The run', schema: RunViewSchema } },
    problems,
    handle: (call) => takeUpload(call, kind, toOptions(call.query)),
  });

export const uploadRoutes: readonly Route[] = [
  makeUploadRoute(
    'products',
    'Add and change products',
    z.strictObject({ products: z.array(ProductRowSchema) }),
    ProductRowSchema,
  ),
  makeUploadRoute(
    'inventory',
    'Add and change stock and prices',
    z.strictObject({ items: z.array(InventoryRowSchema) }),
    InventoryRowSchema,
  ),
];
