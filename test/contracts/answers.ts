import { Failure } from '../../src/domain/failure.ts';
import type { VendorDocument } from './documents.ts';
import { createRecorder } from './recorder.ts';
import type { Api, Exercise } from './stage.ts';

/** What a connector made of one answer that its vendor documents. */
export interface Answer {
  /** `METHOD path`. */
  operation: string;
  status: number;
  /** The example's name (`example` for one without), or `made up 3`: from the schema, with that seed. */
  variant: string;
  /** `read`, a Failure's kind, code and place, or what crashed. */
  outcome: string;
  /** Null when it is what such an answer calls for. */
  complaint: string | null;
}

/** Prism makes up the same data for the same seed. */
const seeds = [1, 2, 3];

/** Has the mock give every documented answer of every operation, and the connector read it. */
export async function readAnswers(
  { connector, readings }: Pick<Exercise, 'connector' | 'readings'>,
  document: VendorDocument,
  urls: Readonly<Record<Api, string>>,
): Promise<Answer[]> {
  const answers: Answer[] = [];
  for (const { operation, read } of readings) {
    for (const { status, examples } of document.answersOf(operation)) {
      for (const { variant, prefer, isMadeUp } of variantsOf(status, examples)) {
        const recorder = createRecorder();
        const io = recorder.io(connector, { prefer });
        const { outcome, failure } = await outcomeOf(read({ io, urls }));
        await recorder.close();
        const complaint = recorder.calls.at(-1)?.prismError ?? complain({ status, isMadeUp }, outcome, failure);
        answers.push({ operation, status, variant, outcome, complaint });
      }
    }
  }
  return answers;
}

interface Variant {
  variant: string;
  /** What asks Prism for it. */
  prefer: string;
  isMadeUp: boolean;
}

function variantsOf(status: number, examples: readonly string[]): Variant[] {
  const code = `code=${status}`;
  const named = examples.map((name) => ({ variant: name, prefer: `${code}, example=${name}`, isMadeUp: false }));
  return [
    ...(named.length > 0 ? named : [{ variant: 'example', prefer: code, isMadeUp: false }]),
    ...seeds.map((seed) => ({
      variant: `made up ${seed}`,
      prefer: `${code}, dynamic=true, seed=${seed}`,
      isMadeUp: true,
    })),
  ];
}

interface Outcome {
  outcome: string;
  /** Null when it was read. */
  failure: unknown;
}

async function outcomeOf(read: Promise<unknown>): Promise<Outcome> {
  try {
    await read;
    return { outcome: 'read', failure: null };
  } catch (failure) {
    if (!(failure instanceof Failure)) return { outcome: String(failure), failure };
    const { kind, code, detail } = failure;
    const at = typeof detail['path'] === 'string' && detail['path'] !== '' ? ` at ${detail['path']}` : '';
    return { outcome: `${kind} ${code}${at}`, failure };
  }
}

/**
 * A success is read, and an error understood: a 429 as a wish to wait, a 5xx as one to be tried again, the others by what
 * they say. What Prism made up has the right shape and says nothing: a success may be refused for its values (a currency
 * that is none), and an error need only be one.
 */
function complain(
  { status, isMadeUp }: { status: number; isMadeUp: boolean },
  outcome: string,
  failure: unknown,
): string | null {
  if (failure === null) return status < 400 ? null : 'was taken for a success';
  if (!(failure instanceof Failure)) return `crashed: ${outcome}`;
  return isRight(status, isMadeUp, failure) ? null : `was not understood: ${outcome}`;
}

function isRight(status: number, isMadeUp: boolean, { kind, code }: Failure): boolean {
  if (status === 429) return kind === 'throttled';
  if (status >= 500) return kind === 'transient';
  if (status >= 400) return isMadeUp || !code.endsWith('.unreadable_reply');
  return isMadeUp && (kind === 'rejected' || kind === 'malformed');
}
