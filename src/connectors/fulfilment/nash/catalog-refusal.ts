import * as z from 'zod';
import type { BatchAnswer } from '../../../domain/batch-outcome.ts';
import type { RowError } from '../../../domain/bulk-run.ts';
import { Failure } from '../../../domain/failure.ts';
import type { HttpReply } from '../../../platform/http.ts';
import { ErrorEnvelopeSchema } from './wire.ts';

type ErrorEnvelope = z.infer<typeof ErrorEnvelopeSchema>;

/**
 * What a refused request with many rows says of them; undefined for a refusal that no row can be the reason of, which
 * `failure` (errors.ts) tells. Nash takes nothing of a request with one bad row (422), and names the row by its place:
 * `details.fields` has `products.0.weight` (Nash, "Errors").
 */
export function toRefusal(failure: unknown, reply: HttpReply): BatchAnswer | undefined {
  if (reply.status === 413) return { kind: 'tooLarge' };
  if (!(failure instanceof Failure) || failure.kind !== 'rejected') return undefined;
  if (!rowStatuses.has(reply.status) || failure.code === notAllowed) return undefined;
  const envelopes = EnvelopesSchema.safeParse(parse(reply.text())).data ?? [];
  const rejected = new Map<number, RowError[]>();
  const errors: RowError[] = [];
  for (const envelope of envelopes) {
    for (const { index, error } of readEnvelope(envelope, failure.code)) {
      if (index === undefined) errors.push(error);
      else rejected.set(index, [...(rejected.get(index) ?? []), error]);
    }
  }
  return rejected.size === 0 ? { kind: 'refusedWhole', errors } : { kind: 'refused', rejected };
}

/** Caller data; a conflict may be one of two rows, too. */
const rowStatuses: ReadonlySet<number> = new Set([400, 409, 422]);
/** Of the organisation, whatever the rows are. */
const notAllowed = 'nash.disallowed_operation';

/** The error pages print one, the OpenAPI document a list. */
const EnvelopesSchema = z.union([
  ErrorEnvelopeSchema.transform((envelope) => [envelope]),
  z.array(ErrorEnvelopeSchema),
]);

/** `products.0.weight`, `products[0].weight`, either after `body.`. */
const rowPath = /^(?:body\.)?(?:products|inventory)[.[](\d{1,6})\]?(?:\.(.+))?$/;

function readEnvelope(
  { error, RequestID }: ErrorEnvelope,
  code: string,
): { index: number | undefined; error: RowError }[] {
  const asked = RequestID === null || RequestID === undefined ? '' : ` (Nash RequestID ${RequestID})`;
  const toError = (said: unknown, pointer: string): RowError => ({
    code,
    detail: `${typeof said === 'string' && said !== '' ? said.slice(0, detailMax) : 'refused by Nash'}${asked}`,
    pointer,
  });
  const fields = Object.entries(FieldsSchema.safeParse(error.details?.['fields']).data ?? {});
  const found = fields.map(([path, said]) => {
    const [, index, field] = rowPath.exec(path) ?? [];
    return index === undefined
      ? { index: undefined, error: toError(said, '') }
      : { index: Number(index), error: toError(said, toPointer(field)) };
  });
  return found.length === 0 ? [{ index: undefined, error: toError(error.message, '') }] : found;
}

const detailMax = 300;
const FieldsSchema = z.record(z.string(), z.unknown());

/** `dimensions.depth` is `/dimensions/depth`: Nash's fields have our rows' names (catalog-body.ts). */
const toPointer = (field: string | undefined): string =>
  field === undefined
    ? ''
    : `/${field
        .replaceAll(/\[(\d+)\]/g, '.$1')
        .replaceAll('~', '~0')
        .replaceAll('/', '~1')
        .replaceAll('.', '/')}`;

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
