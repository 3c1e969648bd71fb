import { Failure } from '../../src/domain/failure.ts';
import type { VendorDocument } from './documents.ts';
import { createRecorder, type RecordedCall } from './recorder.ts';
import type { Api, Exercise } from './stage.ts';

/** What a connector made of one answer that its vendor documents. */
export interface Answer {
  /** `METHOD path`. */
  operation: string;
  status: number;
  /** `example`, the example's own name, or `dynamic 3`: made from the schema with that seed. */
  variant: string;
  /** `read`, a Failure's `kind code`, or what crashed. */
  outcome: string;
  /** Null when it is what the answer calls for. */
  complaint: string | null;
  call: RecordedCall | undefined;
}

/** Data that Prism makes up from the schemas; each seed makes up the same every time. */
const seeds = [1, 2, 3];

/** Has the mock give every documented answer of every operation, and the connector read it. */
export async function readAnswers(
  { connector, readings }: Pick<Exercise, 'connector' | 'readings'>,
  document: VendorDocument,
  urls: Readonly<Record<Api, string>>,
): Promise<Answer[]> {
  const answers: Answer[] = [];
  for (const { operation, read } of readings) {
    const [method = '', path = ''] = operation.split(' ');
    for (const { status, examples } of document.answersOf(method, path)) {
      for (const { variant, prefer } of variantsOf(status, examples)) {
        const recorder = createRecorder();
        const io = recorder.io(connector, { prefer });
        const outcome = await outcomeOf(() => read({ io, urls }));
        await recorder.close();
        const call = recorder.calls.at(-1);
        const complaint = call?.prismError ?? complain(status, variant, outcome);
        answers.push({ operation, status, variant, outcome: outcome.text, complaint, call });
      }
    }
  }
  return answers;
}

interface Outcome {
  text: string;
  failure: Failure | null;
  crashed: boolean;
}

function variantsOf(status: number, examples: readonly string[]): { variant: string; prefer: string }[] {
  const named = examples.map((name) => ({ variant: name, prefer: `code=${status}, example=${name}` }));
  return [
    ...(named.length > 0 ? named : [{ variant: 'example', prefer: `code=${status}` }]),
    ...seeds.map((seed) => ({ variant: `dynamic ${seed}`, prefer: `code=${status}, dynamic=true, seed=${seed}` })),
  ];
}

async function outcomeOf(read: () => Promise<unknown>): Promise<Outcome> {
  try {
    await read();
    return { text: 'read', failure: null, crashed: false };
  } catch (error) {
    if (error instanceof Failure) {
      const { path } = error.detail;
      const text = [error.kind, error.code, typeof path === 'string' ? `at ${path}` : ''].filter(Boolean).join(' ');
      return { text, failure: error, crashed: false };
    }
    return { text: String(error), failure: null, crashed: true };
  }
}

/** What kind of Failure an error answer calls for: asking again helps after a 429 or a 5xx, and not after the others. */
function complain(status: number, _variant: string, { text, failure, crashed }: Outcome): string | null {
  if (crashed) return `crashed: ${text}`;
  if (status < 400) return failure === null ? null : `was not read: ${text}`;
  if (failure === null) return 'was taken for a success';
  const isRight =
    status >= 500
      ? failure.kind === 'transient'
      : status === 429
        ? failure.kind === 'throttled'
        : failure.kind === 'rejected' || failure.kind === 'misconfigured';
  return isRight ? null : `was taken for something else: ${text}`;
}
