import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { temporaryFolder } from '../support/own-redis.ts';
import { signatures as vectors } from '../vectors/vectors.ts';
import { languages } from './snippet-languages.ts';

const page = readFileSync(new URL('../../docs/webhooks/verify.md', import.meta.url), 'utf8');
const snippets = new Map(
  [...page.matchAll(/<!-- snippet: ([\w-]+) -->\n\n```\w+\n([^]*?)```\n/g)].map(([, name = '', source = '']) => [
    name,
    source,
  ]),
);
const folder = await temporaryFolder();
const compilingMs = 240_000;

interface Row {
  id: string;
  keys: readonly string[];
  nowSeconds: number;
  headers: Record<string, string>;
  bodyBase64: string;
  accepted: boolean;
}
const rowsOf = (snippet: string): Row[] =>
  snippet.endsWith('ed25519')
    ? vectors.standardWebhooksEd25519.map(({ id, input: { publicKeys: keys, ...input }, wanted }) => ({ id, keys, ...input, accepted: wanted.verdict === 'accepted' })) // prettier-ignore
    : vectors.standardWebhooks.map(({ id, input: { secrets: keys, ...input }, wanted }) => ({ id, keys, ...input, accepted: wanted.verdict === 'accepted' })); // prettier-ignore

function toLine({ keys, nowSeconds, headers, bodyBase64 }: Row): string {
  const named = ['webhook-id', 'webhook-timestamp', 'webhook-signature'].map((name) => headers[name] ?? '');
  const texts = [keys.join(' '), ...named].map((text) => Buffer.from(text).toString('base64'));
  return [nowSeconds, ...texts, bodyBase64].join('\t');
}
const isHere = ([command = '', ...args]: readonly string[]): boolean => spawnSync(command, args).status === 0;

test('every snippet of the page has somebody who runs it, and none is run that is not on the page', () => {
  expect([...snippets.keys()]).toEqual(languages.map(({ snippet }) => snippet));
});

describe('a snippet says of every vector what it should', () => {
  for (const { snippet, file, prepare = (source: string) => source, driver, probe, commands } of languages) {
    test.skipIf(!isHere(probe))(`in ${snippet}`, { timeout: compilingMs }, async () => {
      const cwd = join(folder, snippet);
      await mkdir(cwd);
      await writeFile(join(cwd, file), prepare(snippets.get(snippet) ?? ''));
      await writeFile(join(cwd, driver.file), driver.source);
      const rows = rowsOf(snippet);
      const input = rows.map(toLine).join('\n');
      let said = '';
      for (const [command = '', ...args] of commands) {
        said = execFileSync(command, args, { cwd, input, encoding: 'utf8', timeout: compilingMs });
      }
      const verdicts = said.trim().split('\n');
      expect(rows.map(({ id }, at) => `${id} ${verdicts[at]}`)).toEqual(
        rows.map(({ id, accepted }) => `${id} ${accepted}`),
      );
    });
  }
});
