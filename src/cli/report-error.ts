import { styleText } from 'node:util';
import { isRetryable, toFailure } from '../domain/failure.ts';
import { describeError } from './describe-error.ts';

/** Problem details (RFC 9457) of a command that failed: the API's own where it was the API that said no. */
function toCliProblem(thrown: unknown): Record<string, unknown> {
  const { kind, code, detail } = toFailure(thrown);
  const { problem } = detail;
  if (typeof problem === 'object' && problem !== null) return { ...problem };
  return {
    type: 'about:blank',
    title: 'The command failed',
    detail: describeError(thrown),
    code,
    source: 'packline',
    retryable: isRetryable(kind),
  };
}

const write = (problem: Record<string, unknown>): void =>
  void process.stderr.write(`${JSON.stringify(problem, null, 2)}\n`);

/** Why a command failed, on stderr: a line for people, or problem details for programs. */
export function reportError(thrown: unknown, { json }: { json: boolean }): void {
  if (json) write(toCliProblem(thrown));
  else process.stderr.write(`${styleText('red', 'packline:', { stream: process.stderr })} ${describeError(thrown)}\n`);
}

/** What is wrong with a command line, in the words of its parser. */
export function reportUsage(said: string, { json }: { json: boolean }): void {
  if (!json) process.stderr.write(said);
  else {
    const detail = said.replace(/^error: /, '').trim();
    write({ type: 'about:blank', title: 'Wrong usage', detail, code: 'cli.usage', source: 'you', retryable: false });
  }
}
