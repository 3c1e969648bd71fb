import * as z from 'zod';
import type { Dialect } from '../../dialect.ts';
import type { Failure } from '../../../domain/failure.ts';
import { FieldErrorSchema, makeRefusal, problemHeaders, statusOf } from '../../problem.ts';
import { isProblemCode, problemCodes } from '../../problem-codes.ts';

export const RefusalSchema = z.strictObject({ message: z.string(), code: z.string(), requestId: z.string() }).meta({
  id: 'LastMileRefusal',
  description:
    'As VTEX’s own refusals in this protocol are, with a code. Of ours, it names a page under /docs/problems',
});

/** Of what a carrier answers VTEX, 400, 401, 404 and 500 are documented, without a body; the rest is about HTTP itself. */
export const lastMileDialect: Dialect = {
  id: 'vtex-last-mile',
  security: 'lastMileToken',
  schema: RefusalSchema,
  refusals: [],
  describe: (code) =>
    isProblemCode(code)
      ? { status: problemCodes[code].status, code, title: problemCodes[code].title }
      : { status: 500, code, title: code },
  // The token in the URL says who it is.
  identify: () => Promise.reject(makeRefusal('auth.missing', 'the URL says whose service it is')),
  refuse: (failure, requestId) => ({
    status: statusOf(failure),
    json: { message: messageOf(failure), code: failure.code, requestId },
    headers: problemHeaders(failure),
  }),
};

/** With the names of the fields that are wrong. */
function messageOf({ message, detail }: Failure): string {
  const errors = z.array(FieldErrorSchema).safeParse(detail['errors']).data ?? [];
  const named = errors.map(
    (error) => `${(error.pointer ?? error.parameter ?? '').replace(/^\//, '')}: ${error.detail}`,
  );
  return named.length === 0 ? message : named.join('; ');
}
