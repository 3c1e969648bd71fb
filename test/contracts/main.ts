import { parseArgs } from 'node:util';
import { observe } from './check.ts';
import { findDocuments } from './documents.ts';
import { exercises } from './exercises.ts';

const { values } = parseArgs({ options: { specs: { type: 'string', multiple: true, default: [] } } });
const documents = findDocuments(values.specs);
for (const exercise of exercises) {
  const document = documents.get(exercise.document);
  if (document === undefined) continue;
  const seen = await observe(exercise, document);
  process.stdout.write(JSON.stringify(seen, null, 1));
}
