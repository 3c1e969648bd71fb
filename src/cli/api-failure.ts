import * as z from 'zod';
import { Failure } from '../domain/failure.ts';

/** As far as people are told of it. */
const ProblemSchema = z.object({
  code: z.string(),
  detail: z.string(),
  errors: z
    .array(z.object({ detail: z.string(), pointer: z.string().optional(), parameter: z.string().optional() }))
    .optional(),
});

/** What a problem says for people; anything else, as it begins. */
function wordsOf(text: string): string {
  const problem = ProblemSchema.safeParse(problemOf(text)).data;
  if (problem === undefined) return text.slice(0, 300);
  const { code, detail, errors = [] } = problem;
  const where = errors.map((error) => `${error.pointer ?? error.parameter ?? ''}: ${error.detail}`);
  return `${code}: ${where.length === 0 ? detail : where.join('; ')}`;
}

/** That the API said no, and its whole answer where that is a problem: `--json` hands it on. */
export function makeApiFailure(what: string, status: number, text: string): Failure {
  const problem = problemOf(text);
  const mayPass = status === 429 || status >= 500 || problem?.['retryable'] === true;
  return new Failure(
    mayPass ? 'transient' : 'rejected',
    'api.refused',
    `${what} answered ${status}: ${wordsOf(text)}`,
    {
      detail: { status, ...(problem !== undefined && { problem }) },
    },
  );
}

/** That nobody answered at all. */
export const makeUnreachable = (url: string, cause: unknown): Failure =>
  new Failure('transient', 'api.unreachable', `nobody answers at ${new URL(url).origin}: is the API up?`, { cause });

function problemOf(text: string): Record<string, unknown> | undefined {
  try {
    const parsed: unknown = JSON.parse(text);
    if (typeof parsed === 'object' && parsed !== null && 'code' in parsed && 'detail' in parsed) return { ...parsed };
  } catch {
    // Not ours.
  }
  return undefined;
}
