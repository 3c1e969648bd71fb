import { Failure } from '../domain/failure.ts';

/** What a problem says for people; anything else, as it begins. */
export function wordsOf(text: string): string {
  const { code, detail } = problemOf(text) ?? {};
  return typeof code === 'string' && typeof detail === 'string' ? `${code}: ${detail}` : text.slice(0, 300);
}

/** That the API said no, and its whole answer where that is a problem: `--json` hands it on. */
export function makeApiFailure(what: string, status: number, text: string): Failure {
  const problem = problemOf(text);
  return new Failure('rejected', 'api.refused', `${what} answered ${status}: ${wordsOf(text)}`, {
    detail: { status, ...(problem !== undefined && { problem }) },
  });
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
