import * as z from 'zod';
import { rowVerdicts, type RunKind } from '../../domain/bulk-run.ts';
import type { Answer } from '../answer.ts';
import { ok } from '../answer.ts';
import { defineRoute, type Route, type TenantCall } from '../define-route.ts';
import { pageItems, readRejects, type RunItem } from '../runs/read-items.ts';
import { toBodyStream, toRejectCsv, toRejectNdjson } from '../runs/reject-file.ts';
import { PageSchema, offsetQuery } from '../views/page.ts';
import { params, requireOwnRun, tag } from './runs.ts';

const problems = [
  'run.not_found',
  'run.rows_gone',
  'run.verdicts_damaged',
  'spool.lost',
  'blobs.unavailable',
  'blobs.refused',
] as const;

const RowKeySchema = z.strictObject({
  externalIdentifier: z.string().optional(),
  externalProductId: z.string().optional(),
  externalStoreLocationId: z.string().optional(),
});

const RunItemSchema = z
  .strictObject({
    row: z.int().min(1).meta({ description: 'Its number in the upload' }),
    key: RowKeySchema.nullable().meta({ description: 'What the row is about, as far as it says' }),
    retires: z.boolean().meta({
      description: 'Not in the upload, a full snapshot, but at the partner: it is retired. Numbered after the others',
    }),
    verdict: z.enum(rowVerdicts).nullable().meta({ description: 'Null: none yet; in a canceled run: never sent' }),
    errors: z
      .array(z.strictObject({ code: z.string(), detail: z.string(), pointer: z.string() }))
      .meta({ description: 'Why it was rejected; of other rows, what was remarked' }),
  })
  .meta({ id: 'RunItem' });

const RecordSchema = z.record(z.string(), z.unknown());
const keyFields: Readonly<Record<RunKind, readonly (keyof z.infer<typeof RowKeySchema>)[]>> = {
  products: ['externalIdentifier'],
  inventory: ['externalProductId', 'externalStoreLocationId'],
};

function toItemView(kind: RunKind, { row, verdict, errors, sent, retires }: RunItem): z.infer<typeof RunItemSchema> {
  const fields = RecordSchema.safeParse(sent).data;
  const known = keyFields[retires ? 'inventory' : kind].flatMap((name) => {
    const value = fields?.[name];
    return typeof value === 'string' ? [[name, value] as const] : [];
  });
  return { row, key: known.length === 0 ? null : Object.fromEntries(known), retires, verdict, errors: [...errors] };
}

const getItems = defineRoute({
  method: 'get',
  path: '/v1/runs/:runId/items',
  summary: 'What became of each row',
  description:
    'In the order of the upload. A page may hold fewer rows than asked for: the last one has no `nextCursor`.',
  tag,
  scope: 'read',
  params,
  query: z.strictObject({ ...offsetQuery, verdict: z.enum(rowVerdicts).optional() }),
  answers: { 200: { description: 'A page', schema: PageSchema(RunItemSchema) } },
  problems,
  async handle({ deps: { blobs }, store, merchantId, params: { runId }, query: { cursor, limit, verdict } }) {
    const run = await requireOwnRun(store, merchantId, runId);
    const page = await pageItems({ store, blobs, run }, { after: Number(cursor ?? 0), limit, verdict });
    return ok({ data: page.items.map((item) => toItemView(run.kind, item)), nextCursor: page.nextCursor });
  },
});

type RejectCall = Pick<
  TenantCall<z.infer<typeof params>, unknown, unknown>,
  'deps' | 'store' | 'merchantId' | 'params'
>;

/** The first reject is looked for before the answer begins, so that one which cannot be given is refused. */
async function answerRejects(
  { deps: { blobs }, store, merchantId, params: { runId } }: RejectCall,
  type: string,
  write: (kind: RunKind, rejects: AsyncIterable<RunItem>) => AsyncGenerator<string>,
): Promise<Answer> {
  const run = await requireOwnRun(store, merchantId, runId);
  const rejects = readRejects({ store, blobs, run });
  const first = await rejects.next();
  const all = async function* () {
    if (first.done === true) return;
    yield first.value;
    yield* rejects;
  };
  const extension = type === 'text/csv' ? 'csv' : 'ndjson';
  return {
    status: 200,
    content: { type: `${type}; charset=utf-8`, data: toBodyStream(write(run.kind, all())) },
    headers: { 'Content-Disposition': `attachment; filename="${runId}-rejects.${extension}"` },
  };
}

const description =
  'As far as there are any. Fixed in place, the file can be uploaded as it is: `_row` (its number in the upload) and `_errors` are passed over.';

const getRejectsNdjson = defineRoute({
  method: 'get',
  path: '/v1/runs/:runId/rejects.ndjson',
  summary: 'The rejected rows, as NDJSON',
  description,
  tag,
  scope: 'read',
  params,
  answers: { 200: { description: 'A row a line', type: 'application/x-ndjson' } },
  problems,
  handle: (call) => answerRejects(call, 'application/x-ndjson', (_kind, rejects) => toRejectNdjson(rejects)),
});

const getRejectsCsv = defineRoute({
  method: 'get',
  path: '/v1/runs/:runId/rejects.csv',
  summary: 'The rejected rows, as CSV',
  description,
  tag,
  scope: 'read',
  params,
  answers: { 200: { description: 'A header line, and a row a line', type: 'text/csv' } },
  problems,
  handle: (call) => answerRejects(call, 'text/csv', toRejectCsv),
});

export const runRowRoutes: readonly Route[] = [getItems, getRejectsNdjson, getRejectsCsv];
