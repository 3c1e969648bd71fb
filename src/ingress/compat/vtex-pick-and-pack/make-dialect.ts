import * as z from 'zod';
import type { Clock } from '../../../platform/clock.ts';
import { toInstant } from '../../../platform/clock.ts';
import type { Authenticator } from '../../authenticate.ts';
import { describeRefusal, type Dialect } from '../../dialect.ts';
import { makeRefusal, problemHeaders, statusOf } from '../../problem.ts';
import { isProblemCode, problemCodes } from '../../problem-codes.ts';
import { tokenExpired, type RefusalRow } from './refusals.ts';
import type { Tokens } from './tokens.ts';

export const RefusalSchema = z
  .strictObject({
    type: z.enum(['business', 'exception']).optional(),
    code: z.string(),
    message: z.string(),
    reason: z.string().optional(),
    date: z.iso.datetime().optional(),
    requestId: z.string(),
  })
  .meta({
    id: 'PickAndPackRefusal',
    description:
      'Its own errors have a type and a date; what its gateway refuses has neither. Codes of ours are `system.what`',
  });

/** Both are seen in VTEX's documents: `Bearer <jwt>`, and the bare token. */
const tokenPattern = /^(?:Bearer +)?([\w-]{1,512}\.[\w-]{1,1024}\.[\w-]{1,512})$/i;

/** One of the two families of VTEX Pick and Pack's API: they share their tokens and differ in how they say no. */
export function makeDialect(
  deps: { tokens: Tokens; authenticator: Authenticator; clock: Clock },
  rows: Readonly<Record<string, RefusalRow>>,
): Dialect {
  const rowOf = (code: string): RefusalRow | undefined => (Object.hasOwn(rows, code) ? rows[code] : undefined);
  return {
    id: 'vtex-pick-and-pack',
    security: 'pickAndPackToken',
    schema: RefusalSchema,
    refusals: ['auth.expired'],
    describe: (code) => describeRefusal(code, rowOf(code)),
    async identify(authorization) {
      const [, token] = tokenPattern.exec(authorization ?? '') ?? [];
      if (token === undefined) throw makeRefusal('auth.missing', 'send a token of POST /token');
      const holder = await deps.tokens.read(token);
      if (holder === 'expired') throw tokenExpired();
      if (holder === 'wrong') throw makeRefusal('auth.invalid', 'this token is none of ours');
      return deps.authenticator.identifyHolder(holder.merchantId, holder.keyId);
    },
    refuse(failure, requestId) {
      const row = rowOf(failure.code);
      const code = row?.code ?? failure.code;
      // Ours of this folder say back what was asked for; to the rest VTEX has one sentence.
      const message = failure.code.startsWith('compat.') ? failure.message : (row?.message ?? failure.message);
      const headers = problemHeaders(failure);
      if (row !== undefined && row.type !== null) {
        const date = toInstant(deps.clock.now());
        return { status: row.status, json: { type: row.type, code, message, date, requestId }, headers };
      }
      // Of ours, the code names a page under /docs/problems.
      const reason = row === undefined ? titleOf(code) : row.reason;
      const json = { message, code, ...(reason === undefined ? {} : { reason }), requestId };
      return { status: row?.status ?? statusOf(failure), json, headers };
    },
  };
}

const titleOf = (code: string): string | undefined => (isProblemCode(code) ? problemCodes[code].title : undefined);
