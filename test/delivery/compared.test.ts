import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';

const page = new URL('../../docs/webhooks/compared.md', import.meta.url);
const sections = readFileSync(page, 'utf8').split('\n## ');

interface Row {
  name: string;
  answer: string;
  shownBy: string;
}
const rowsOf = (title: string): Row[] =>
  (sections.find((section) => section.startsWith(title)) ?? '')
    .split('\n')
    .filter((line) => /^\| (?!Feature|Need)/.test(line))
    .map((line) => {
      const [, name = '', answer = '', shownBy = ''] = line.split('|').map((cell) => cell.trim());
      return { name, answer, shownBy };
    });

/** Each file that a cell links to, with the titles of its tests that stand behind the link. */
const proofsOf = (cell: string): { file: URL; titles: string[] }[] =>
  [...cell.matchAll(/\]\(([^)]+)\)((?: `[^`]+`)*)/g)].map(([, path = '', quoted = '']) => ({
    file: new URL(path, page),
    titles: [...quoted.matchAll(/`([^`]+)`/g)].map(([, title = '']) => title),
  }));

const isProven = ({ shownBy }: Row): void => {
  const proofs = proofsOf(shownBy);
  expect(proofs).not.toEqual([]);
  for (const { file, titles } of proofs) {
    expect(existsSync(file), file.pathname).toBe(true);
    const text = readFileSync(file, 'utf8');
    for (const title of titles) expect(text, file.pathname).toContain(title);
  }
};

describe('what other webhook services offer', () => {
  const rows = rowsOf('Delivery');
  const answered = /^(yes|at least once;|the machine’s own|the machine's own|no part of delivery)/;

  test('is all there, or says why it does not apply', () => {
    expect(rows.length).toBeGreaterThan(40);
    const without = rows.filter(({ answer }) => !answered.test(answer)).map(({ name }) => name);
    expect(without.toSorted()).toEqual(
      [
        'Batching',
        'Delayed delivery',
        'Destinations other than HTTP',
        'Portal',
        'Transformations',
        'mTLS and OAuth 2 at the destination',
      ].toSorted(),
    );
  });

  test.each(rows.filter(({ answer }) => answered.test(answer)))('$name: a test shows it', isProven);
});

describe('the ten needs', () => {
  const rows = rowsOf('Ten needs');

  test('are ten', () => {
    expect(rows.map(({ name }) => name.split('.')[0])).toEqual(Array.from({ length: 10 }, (_, n) => String(n + 1)));
  });

  test.each(rows)('need $name is met, and a test shows it', isProven);
});
