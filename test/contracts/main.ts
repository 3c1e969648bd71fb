import { parseArgs } from 'node:util';
import { departures } from './departures.ts';
import { findDocuments, type VendorDocument } from './documents.ts';
import { exercises } from './exercises.ts';
import { isGood, judge } from './judge.ts';
import { observe, type Observations } from './observe.ts';
import { operations, titles } from './operations.ts';
import { toJson, toText } from './report.ts';

/**
 * `npm run contract -- --specs DIR [--specs DIR …] [--json]`: compares connectors and sandbox with the vendors' OpenAPI
 * documents (docs/contract.md). Ends with 0 when the contract holds, 1 when it does not, 2 without documents to compare.
 */
const { values } = parseArgs({
  options: { specs: { type: 'string', multiple: true, default: [] }, json: { type: 'boolean', default: false } },
});

/** Whatever hangs: the processes that were started end with this one. */
const runMaxMs = 170_000;
setTimeout(() => end(1, `gave up after ${runMaxMs / 1_000} seconds`), runMaxMs).unref();

const documents = readDocuments();
const observations: Observations[] = [];
for (const exercise of exercises) {
  const document = documents.get(exercise.document);
  if (document !== undefined) observations.push(await observe(exercise, document));
}
if (observations.length === 0) end(2, wanted());
const verdict = judge({ operations, departures, observations });
process.stdout.write(`${values.json ? toJson(verdict) : toText(verdict)}\n`);
process.exitCode = isGood(verdict) ? 0 : 1;

function readDocuments(): Map<string, VendorDocument> {
  try {
    return findDocuments(values.specs);
  } catch (error) {
    return end(2, error instanceof Error ? error.message : String(error));
  }
}

function wanted(): string {
  const quoted = Object.values(titles).map((title) => `"${title}"`);
  return [
    values.specs.length === 0
      ? 'Name a folder: --specs DIR.'
      : `None of the documents is in ${values.specs.join(', ')}.`,
    `Wanted are the vendors' OpenAPI documents ${quoted.join(', ')} (their info.title), as JSON or YAML, under any`,
    'name. They are not ours to ship: VTEX publishes its own on its developer portal and in its public repository of',
    'OpenAPI schemas, Nash its own on its documentation site.',
  ].join('\n');
}

function end(code: number, why: string): never {
  process.stderr.write(`${why}\n`);
  process.exit(code);
}
