import * as z from 'zod';
import type { Authenticator } from '../../authenticate.ts';
import { describeRefusal, type Dialect } from '../../dialect.ts';
import { makeRefusal, problemHeaders, statusOf } from '../../problem.ts';
import { NashRefusalSchema, nashRows, toNashRefusal, type NashRefusalRow } from './refusals.ts';

/** What was wrong, by its place in Nash's words (`products.0.weight`). */
const FieldsSchema = z.record(z.string(), z.string());
const ErrorsSchema = z.array(
  z.object({ detail: z.string(), pointer: z.string().optional(), parameter: z.string().optional() }),
);

/** Nash's protocol: its callers send an API key of ours, and it says no in its own envelope. */
export function makeNashDialect(authenticator: Authenticator): Dialect {
  return {
    id: 'nash',
    security: 'apiKey',
    schema: NashRefusalSchema,
    refusals: [],
    describe: (code) => describeRefusal(code, rowOf(code)),
    async identify(authorization) {
      const caller = await authenticator.identify(authorization);
      // The operator's own key is no merchant's, and Nash has no way of naming one.
      if (caller.merchantId === null) throw makeRefusal('auth.missing', 'send the API key of a merchant');
      return caller;
    },
    refuse(failure, requestId) {
      const { code, message, detail } = failure;
      const row = rowOf(code) ?? { status: statusOf(failure), code, message };
      const json = toNashRefusal(row, requestId, fieldsIn(detail));
      return { status: row.status, json, headers: problemHeaders(failure) };
    },
  };
}

const rowOf = (code: string): NashRefusalRow | undefined =>
  Object.entries(nashRows).find(([ours]) => ours === code)?.[1];

function fieldsIn(detail: Readonly<Record<string, unknown>>): Record<string, string> | undefined {
  const fields = FieldsSchema.safeParse(detail['fields']).data;
  if (fields !== undefined) return fields;
  const errors = ErrorsSchema.safeParse(detail['errors']).data;
  if (errors === undefined) return undefined;
  return Object.fromEntries(
    errors.map((error) => [error.parameter ?? (error.pointer ?? '').slice(1).replaceAll('/', '.'), error.detail]),
  );
}
