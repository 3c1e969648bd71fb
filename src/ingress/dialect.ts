import type * as z from 'zod';
import type { Failure } from '../domain/failure.ts';
import type { Answer } from './answer.ts';
import type { Caller } from './authenticate.ts';
import { isProblemCode, problemCodes } from './problem-codes.ts';

/**
 * A partner's own protocol, served by us: how its callers show who they are, and how it says no. Its routes take fields and
 * parameters that nobody here knows, as partners do.
 */
export interface Dialect {
  /** In the API's document: `x-dialect`, and the security scheme. */
  id: string;
  security: string;
  /** Every refusal looks like this. */
  schema: z.ZodType;
  /** What every route behind the door may answer in the partner's words, beside our own problems. */
  refusals: readonly string[];
  /** How a failure with this code is answered: status, the code that is printed, and what it means. */
  describe(code: string): { status: number; code: string; title: string };
  /** Who sent this `Authorization`. Throws the Failure that `refuse` then answers. */
  identify(authorization: string | undefined): Promise<Caller>;
  /** The partner's form of saying no. */
  refuse(failure: Failure, requestId: string): Answer;
}

/** How a code is described: as the partner's table of refusals has it, else as a problem of ours. */
export function describeRefusal(
  code: string,
  row: { status: number; code: string; message: string } | undefined,
): ReturnType<Dialect['describe']> {
  if (row !== undefined) return { status: row.status, code: row.code, title: row.message };
  if (isProblemCode(code)) return { status: problemCodes[code].status, code, title: problemCodes[code].title };
  return { status: 500, code, title: code };
}
