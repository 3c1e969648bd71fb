import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { readText } from '../architecture/source-tree.ts';
import { readmePath, withTables } from './readme.ts';
import { egress, signatures } from './vectors.ts';

const document = readFileSync(readmePath, 'utf8');

test('the tables of docs/vectors/README.md are current: node test/vectors/print-tables.ts', () => {
  expect(document).toBe(withTables(document));
});

test('a table that is not current is noticed', () => {
  expect(withTables(document.replace('loopback v4', 'loopback v5'))).toBe(withTables(document));
  expect(document.replace('loopback v4', 'loopback v5')).not.toBe(withTables(document));
});

test.each([
  ['egress-vectors.json', [egress.urls, egress.dials, egress.servers]],
  [
    'signature-vectors.json',
    [
      signatures.standardWebhooks,
      signatures.standardWebhooksEd25519,
      signatures.secrets,
      signatures.nash,
      signatures.vtex,
      signatures.vtexPickAndPack,
    ],
  ],
])('an id stands for one row of %s', (_file, sections) => {
  const ids = sections.flatMap((rows) => rows.map(({ id }) => id));
  expect(ids.filter((id, index) => ids.indexOf(id) !== index)).toEqual([]);
});

describe('what a server does', () => {
  test.each(egress.servers)('$id is shown by a test that bears its id: $what', ({ id, shownBy }) => {
    const titles = readText(shownBy)
      .split('\n')
      .filter((line) => new RegExp(`['"(\`]${id}[:)']`).test(line));
    expect(titles, `${shownBy} has no title with ${id}`).not.toEqual([]);
  });
});
