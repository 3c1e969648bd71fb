import * as z from 'zod';
import { toCsvLine } from '../../domain/csv-cells.ts';
import { IdSchema } from '../../domain/ids.ts';
import { InstantSchema } from '../../domain/time.ts';
import { auditDays, auditDoors, listAudit, type AuditFilter, type AuditLine } from '../../store/audit.ts';
import type { GlobalStore } from '../../store/users.ts';
import { ok, type Answer } from '../answer.ts';
import { defineGlobalRoute, type Route } from '../define-route.ts';
import { toBodyStream } from '../runs/reject-file.ts';
import { PageSchema, wholeQuery } from '../views/page.ts';

const shared = { method: 'get', tag: 'Audit', scope: 'admin' } as const;
const description = `Every request that may change something, of people in the console, of keys and of the command line: done and refused. Orders and tracking events that are handed over are not here, their own timelines tell of them. Ids only, no personal data. The newest 100,000 are kept, for ${auditDays} days at the most.`;

export const AuditLineSchema = z
  .strictObject({
    id: z.string(),
    at: InstantSchema,
    actor: z.string().meta({
      description: 'Id of a user or a key; `admin`: the key of the configuration; `nobody`: a login that failed',
    }),
    through: z.enum(auditDoors),
    operation: z.string().meta({ examples: ['POST /v1/orders/:orderId/retry'] }),
    on: z.array(z.string()).meta({
      description: 'Ids that it was about, and of what it made; `queue/job` of a job that was handed over again',
    }),
    merchantId: IdSchema('merchant').nullable(),
    status: z.int().meta({ description: 'How it was answered; below 400 it was done' }),
    code: z.string().nullable().meta({ description: 'Why it was not done' }),
    requestId: z.string(),
  })
  .meta({ id: 'AuditLine' });

const filters = {
  actor: z.string().max(64).optional(),
  merchantId: z.string().max(64).optional(),
  on: z.string().max(64).optional().meta({ description: 'Any id that an act was about' }),
};

const toView = ({ on, ...rest }: AuditLine): z.infer<typeof AuditLineSchema> => ({ ...rest, on: [...on] });

const getAudit = defineGlobalRoute({
  ...shared,
  path: '/v1/audit',
  summary: 'Who did what, newest first',
  description,
  query: z.strictObject({
    ...filters,
    cursor: z
      .string()
      .regex(/^\d{1,15}-\d{1,15}$/)
      .optional(),
    limit: wholeQuery(1, 200).default(50).meta({ description: 'How many at most' }),
  }),
  answers: { 200: { description: 'A page', schema: PageSchema(AuditLineSchema) } },
  async handle({ deps, query: { cursor, limit, ...filter } }) {
    const { lines, nextCursor } = await listAudit(deps, filter, { cursor, limit });
    return ok({ data: lines.map(toView), nextCursor });
  },
});

async function* readAll(store: GlobalStore, filter: AuditFilter): AsyncGenerator<AuditLine> {
  let cursor: string | undefined;
  do {
    const page = await listAudit(store, filter, { cursor, limit: 500 });
    yield* page.lines;
    cursor = page.nextCursor ?? undefined;
  } while (cursor !== undefined);
}

const columns = ['at', 'actor', 'through', 'operation', 'on', 'merchantId', 'status', 'code', 'requestId'] as const;
const toCell = (value: string | number | null | readonly string[]): string =>
  typeof value === 'object' ? (value ?? []).join(' ') : String(value);

async function* toCsv(lines: AsyncIterable<AuditLine>): AsyncGenerator<string> {
  yield `${toCsvLine(columns)}\r\n`;
  for await (const line of lines) yield `${toCsvLine(columns.map((column) => toCell(line[column])))}\r\n`;
}

async function* toNdjson(lines: AsyncIterable<AuditLine>): AsyncGenerator<string> {
  for await (const line of lines) yield `${JSON.stringify(toView(line))}\n`;
}

const toFile = (type: string, extension: string, text: AsyncGenerator<string>): Answer => ({
  status: 200,
  content: { type: `${type}; charset=utf-8`, data: toBodyStream(text) },
  headers: { 'Content-Disposition': `attachment; filename="audit.${extension}"` },
});

const getAuditNdjson = defineGlobalRoute({
  ...shared,
  path: '/v1/audit.ndjson',
  summary: 'The whole audit log, as NDJSON',
  query: z.strictObject(filters),
  answers: { 200: { description: 'A line for each act, newest first', type: 'application/x-ndjson' } },
  handle: async ({ deps, query }) => toFile('application/x-ndjson', 'ndjson', toNdjson(readAll(deps, query))),
});

const getAuditCsv = defineGlobalRoute({
  ...shared,
  path: '/v1/audit.csv',
  summary: 'The whole audit log, as CSV',
  query: z.strictObject(filters),
  answers: { 200: { description: 'A header line, and a line for each act, newest first', type: 'text/csv' } },
  handle: async ({ deps, query }) => toFile('text/csv', 'csv', toCsv(readAll(deps, query))),
});

export const auditRoutes: readonly Route[] = [getAudit, getAuditNdjson, getAuditCsv];
