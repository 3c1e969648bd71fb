import { dirname, join } from 'node:path/posix';
import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { listFiles, readText } from './architecture/source-tree.ts';

const paths = listFiles();
const scripts = Object.keys(
  z.object({ scripts: z.record(z.string(), z.string()) }).parse(JSON.parse(readText('package.json'))).scripts,
);
const documents = paths.filter((path) => /^(README|CONTRIBUTING)\.md$|^docs\/.*\.md$/.test(path));

const matchesOf = (text: string, pattern: RegExp): string[] =>
  [...text.matchAll(pattern)].flatMap((match) => match[1] ?? []);

/** Paths from the root that a document cites: the targets of its links, and our folders' files wherever it names them. */
function citedPaths(document: string, text: string): string[] {
  const targets = [...matchesOf(text, /\]\(<?([^)\s>]+)/g), ...matchesOf(text, /^\[[^\]]+\]:\s*(\S+)/gm)]
    .filter((target) => !/^([a-z][a-z+.-]*:|#)/i.test(target))
    .map((target) => target.replace(/[#?].*$/, ''))
    .map((target) => (target.startsWith('/') ? target.slice(1) : join(dirname(document), target)));
  const named = matchesOf(text, /(?<![\w./@-])((?:src|workers|test|bench|docs|\.ci)\/[\w./*<>{},-]*)/g)
    .map((path) => path.replace(/[.,]+$/, ''))
    .flatMap(expandBraces);
  return [...targets, ...named];
}

/** `a/{b,c}.ts` as the two paths it stands for. */
function expandBraces(path: string): string[] {
  const [whole, choices] = /\{([^{}]*)\}/.exec(path) ?? [];
  if (whole === undefined || choices === undefined) return [path];
  return choices.split(',').flatMap((choice) => expandBraces(path.replace(whole, choice)));
}

/** Whether a cited path is there, as a file or a folder. `*`, `**` and `<name>` stand for anything that is there. */
function exists(cited: string, tracked: readonly string[]): boolean {
  const pattern = cited
    .replace(/\/$/, '')
    .replaceAll(/<[^>]*>|\*\*|\*|[^<*]+/g, (part) =>
      part === '**'
        ? '.*'
        : part === '*' || part.startsWith('<')
          ? '[^/]+'
          : part.replaceAll(/[.+?^${}()|[\]\\]/g, '\\$&'),
    );
  const expression = new RegExp(`^${pattern}(/|$)`);
  return tracked.some((path) => expression.test(path));
}

const missingPaths = (document: string, text: string, tracked: readonly string[]): string[] =>
  citedPaths(document, text)
    .filter((cited) => !exists(cited, tracked))
    .map(
      (cited) =>
        `${document} cites ${cited}, which does not exist. Mend it, or write <name> for what a reader chooses.`,
    );

const missingScripts = (document: string, text: string): string[] =>
  matchesOf(text, /\bnpm run (?:-\S+ )*([\w:-]+)/g)
    .filter((script) => !scripts.includes(script))
    .map((script) => `${document} says npm run ${script}, which package.json does not have.`);

describe('the documents', () => {
  test('are there: what it is, and how to work on it', () => {
    expect(documents).toEqual(expect.arrayContaining(['README.md', 'CONTRIBUTING.md']));
  });

  test('cite only files that exist', () => {
    expect(documents.flatMap((document) => missingPaths(document, readText(document), paths))).toEqual([]);
  });

  test('name only scripts that package.json has', () => {
    expect(documents.flatMap((document) => missingScripts(document, readText(document)))).toEqual([]);
  });

  test.each([
    ['a link to a file', '[x](../src/gone.ts#L3)', 'src/gone.ts'],
    ['a link beside it', '[x](gone.md)', 'docs/gone.md'],
    ['a reference', '[x]: gone.md', 'docs/gone.md'],
    ['a file in a sentence', 'It is in `src/gone.ts:12`.', 'src/gone.ts'],
    ['one of several', 'see src/{here,gone}.ts.', 'src/gone.ts'],
    ['a pattern that nothing fits', 'see src/gone/<name>.ts', 'src/gone/<name>.ts'],
  ])('are caught when they cite what is gone: %s', (_, text, gone) => {
    expect(missingPaths('docs/guide.md', text, ['src/here.ts', 'docs/guide.md'])).toEqual([
      expect.stringContaining(`cites ${gone},`),
    ]);
  });

  test('are let alone when they cite folders, patterns that fit, anchors and other sites', () => {
    const text =
      '[a](guide.md#b) [c](#d) [e](https://example.com/src/x.ts) [f](mailto:a@example.com) src/queues/, ' +
      '`src/queues/<job>.ts`, src/*/order.ts, src/**/*.ts and https://example.com/docs/x.';
    expect(missingPaths('docs/guide.md', text, ['docs/guide.md', 'src/queues/order.ts'])).toEqual([]);
  });

  test('are caught when they name a script that is not there', () => {
    expect(missingScripts('README.md', 'npm run typecheck && npm run -s conjure')).toEqual([
      expect.stringContaining('npm run conjure'),
    ]);
  });
});

// Each has one letter in brackets, so that this file does not find itself.
const traces: readonly [what: string, pattern: RegExp][] = [
  ['a folder of one machine', /(?<![\w.~-])\/(?:wor[k]|User[s]\/\w+|hom[e]\/(?!node\b)\w+)\//],
  ['a scratch file: ask for tmpdir()', /(?<![\w.-])\/tm[p]\/\w/],
  ['a private library', /(?<![\w)\]])\.librar[y]\b/],
  ['an assistant', /\b(?:claud[e]|anthropi[c]|chatgp[t]|copilo[t])\b/i],
  ['the host of a package registry', /\bregistr[y]\.(?:[\w-]+\.)+[a-z]{2,}|\bnpmj[s]\.\w/i],
];
const tracesIn = (path: string, text: string): string[] =>
  text
    .split('\n')
    .flatMap((line, i) =>
      traces
        .filter(([, pattern]) => pattern.test(line))
        .map(([what]) => `${path}:${i + 1} names ${what}. Leave it out.`),
    );

describe('tracked files', () => {
  test('name no machine, no scratch file, no tool that they were written with and no registry', () => {
    const texts = paths.map((path) => ({ path, text: readText(path) })).filter(({ text }) => !text.includes('\0'));
    expect(texts.flatMap(({ path, text }) => tracesIn(path, text))).toEqual([]);
  });

  test.each([
    ['a folder of one machine', ['see ', 'work', 'main'].join('/')],
    ['a folder of one machine', ['', 'home', 'ana', 'packline'].join('/')],
    ['a scratch file', ['in ', 'tmp', 'notes.md'].join('/')],
    ['a private library', ['the .', 'library folder'].join('')],
    ['an assistant', ['written by Clau', 'de'].join('')],
    ['the host of a package registry', ['https://registry', 'example', 'org/'].join('.')],
  ])('are caught when they name %s', (what, text) => {
    expect(tracesIn('src/x.ts', `first line\n${text}`)).toEqual([expect.stringContaining(`src/x.ts:2 names ${what}`)]);
  });

  test.each([
    'src/work/orders.ts',
    './work/a',
    '/home/node/app',
    'tmpfs: /tmp',
    'shelf.library',
    'a registry of partners',
  ])('are let alone when they say %s', (text) => {
    expect(tracesIn('src/x.ts', text)).toEqual([]);
  });
});
