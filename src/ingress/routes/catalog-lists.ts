import * as z from 'zod';
import type { RunKind } from '../../domain/bulk-run.ts';
import { ExternalIdSchema } from '../../domain/order-input.ts';
import type { StoreDeps } from '../../store/deps.ts';
import { listUnfinished } from '../../store/run-line.ts';
import { readRun } from '../../store/runs.ts';
import { ok, type Answer } from '../answer.ts';
import { defineRoute, type Route, type TenantCall } from '../define-route.ts';
import { listProblems, readListedPage } from '../fresh-list.ts';
import { chooseConnection, connectionHeader, connectionProblems } from '../runs/choose-connection.ts';
import { ListedPageSchema } from '../views/listed-view.ts';
import { wholeQuery } from '../views/page.ts';

const pendingMax = 20;

const pages = {
  pageIndex: wholeQuery(0, 100_000_000).default(0).meta({ description: 'From 0' }),
  numResultsPerPage: wholeQuery(1, 1_000).default(100),
  cursor: z
    .string()
    .regex(/^\d{1,9}$/)
    .optional()
    .meta({ description: '`nextCursor` of the page before, of the same filters and size; goes before `pageIndex`' }),
};
const productQuery = z.strictObject({
  ...pages,
  search: z.string().min(1).max(300).optional().meta({ description: 'In the partner’s reading: at Nash, in the name' }),
  skus: z.string().min(1).max(2_000).optional().meta({ description: 'Separated by commas' }),
});
const inventoryQuery = z.strictObject({
  ...pages,
  externalStoreLocationId: ExternalIdSchema.optional(),
  externalProductId: ExternalIdSchema.optional(),
});

interface ListQuery {
  pageIndex: number;
  numResultsPerPage: number;
  cursor?: string | undefined;
  [filter: string]: string | number | undefined;
}

const makeListRoute = (kind: RunKind, summary: string, query: z.ZodType<ListQuery>): Route =>
  defineRoute({
    method: 'get',
    path: `/v1/${kind}`,
    summary,
    description:
      'As the fulfilment system lists them. Read within its limit, behind all other work, and answered from what was read for 30 s; where the system is away, what was read last is answered as `stale`. `lastSent` and `pendingRuns` say what of it is about to change.',
    tag: 'Products and inventory',
    scope: 'read',
    query,
    requestHeaders: connectionHeader,
    answers: { 200: { description: 'A page', schema: ListedPageSchema } },
    problems: [...connectionProblems, ...listProblems],
    handle: (call) => answerPage(call, kind),
  });

async function answerPage(
  { deps, store, merchantId, headers, query }: TenantCall<unknown, ListQuery, unknown>,
  kind: RunKind,
): Promise<Answer> {
  const { cursor, ...rest } = query;
  const { id: connectionId } = await chooseConnection(deps, store, merchantId, headers);
  const asked = { ...rest, pageIndex: cursor === undefined ? rest.pageIndex : Number(cursor) };
  const given = Object.entries(asked).flatMap(([name, value]) => (value === undefined ? [] : [[name, value] as const]));
  const page = { merchantId, connectionId, kind, query: Object.fromEntries(given) };
  const { rows, total, fetchedAt, stale } = await readListedPage(deps, store, page);
  const isLast = rows.length === 0 || (asked.pageIndex + 1) * asked.numResultsPerPage >= total;
  return ok({
    data: rows,
    nextCursor: isLast ? null : String(asked.pageIndex + 1),
    connectionId,
    total,
    fetchedAt,
    stale,
    pendingRuns: await listPending(store, { connectionId, kind }),
  });
}

/** Dry runs send nothing. */
async function listPending(store: StoreDeps, line: { connectionId: string; kind: RunKind }) {
  const ids = await listUnfinished(store, line, pendingMax);
  const runs = await Promise.all(ids.map((id) => readRun(store, id)));
  return runs.flatMap((run) => (run === null || run.dryRun ? [] : [{ runId: run.id, createdAt: run.createdAt }]));
}

export const catalogListRoutes: readonly Route[] = [
  makeListRoute('products', 'Products, as the fulfilment system has them', productQuery),
  makeListRoute('inventory', 'Stock and prices, as the fulfilment system has them', inventoryQuery),
];
