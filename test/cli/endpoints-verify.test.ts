import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, expect, test, vi } from 'vitest';
import { runCli } from '../../src/cli/main.ts';
import { readSavedHeaders } from '../../src/cli/saved-headers.ts';
import { generateWebhookSecret, signWebhook } from '../../src/platform/signature.ts';
import { temporaryFolder } from '../support/own-redis.ts';

const folder = await temporaryFolder();
const secret = generateWebhookSecret();
const at = '2026-01-15T00:00:00Z';
const seconds = Date.parse(at) / 1_000;
const body = '{"type":"order.imported"}';
const headers = {
  'webhook-id': 'evt_1',
  'webhook-timestamp': String(seconds),
  'webhook-signature': signWebhook(secret, 'evt_1', seconds, body),
};
const lines = (from: object) => Object.entries(from).map(([name, value]) => `${name}: ${value}`).join('\r\n'); // prettier-ignore

afterEach(() => vi.restoreAllMocks());
async function save(name: string, content: string): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, content);
  return path;
}
async function verify(files: { headers?: string; body?: string }, ...args: string[]) {
  const said = { stdout: '', stderr: '' };
  for (const stream of ['stdout', 'stderr'] as const) {
    vi.spyOn(process[stream], 'write').mockImplementation((text) => ((said[stream] += String(text)), true));
  }
  const saved = [await save('headers', files.headers ?? lines(headers)), await save('body', files.body ?? body)];
  const code = await runCli(['endpoints', 'verify', '--headers', saved[0] ?? '', '--body', saved[1] ?? '', ...args]);
  vi.restoreAllMocks();
  return { code, ...said };
}

test('a request that is right ends with 0', async () => {
  const { code, stdout } = await verify({}, '--key', secret, '--at', at);
  expect([code, stdout]).toEqual([0, expect.stringMatching(/signature: is right\n[^\n]*verified/)]);
});

test('one that is wrong ends with 1, and says all that is', async () => {
  const { code, stdout } = await verify({ body: `${body}\n` }, '--key', secret);
  expect(code).toBe(1);
  expect(stdout).toMatch(/timestamp: is \d+ s old/);
  expect(stdout).toMatch(/the body was changed: a line break was added at its end/);
  expect(stdout).toMatch(/not verified/);
});

test('a program reads it as JSON, and the key from a file that no shell remembers', async () => {
  const { code, stdout } = await verify({ headers: JSON.stringify(headers) }, '--key-file', await save('key', `${secret}\n`), '--at', at, '--json'); // prettier-ignore
  expect(code).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({ ok: true, findings: expect.arrayContaining([{ check: 'signature', ok: true, message: 'is right' }]) }); // prettier-ignore
});

test('the tolerance can be another', async () => {
  const later = new Date(Date.parse(at) + 600_000).toISOString();
  expect((await verify({}, '--key', secret, '--at', later)).code).toBe(1);
  expect((await verify({}, '--key', secret, '--at', later, '--tolerance', '600')).code).toBe(0);
});

test.each([
  ['no key', []],
  ['two keys', ['--key', secret, '--key-file', 'x']],
  ['no time', ['--key', secret, '--at', 'noon']],
  ['no number', ['--key', secret, '--tolerance', 'much']],
])('%s is wrong usage: 2', async (_what, args) => {
  const { code, stderr } = await verify({}, ...args);
  expect([code, stderr]).toEqual([2, expect.stringMatching(/error/)]);
});

test('no secret is ever said back, whatever is wrong with it', async () => {
  const { stdout, stderr } = await verify({}, '--key', secret.slice(0, 30), '--at', at);
  expect(stdout + stderr).not.toContain(secret.slice(6, 20));
});

test('it needs no installation: no settings, no Redis, no API', async () => {
  const launcher = new URL('../../src/cli/packline.mjs', import.meta.url).pathname;
  const saved = [await save('headers', lines(headers)), await save('key', secret)] as const;
  const args = [
    launcher,
    'endpoints',
    'verify',
    '--headers',
    saved[0],
    '--body',
    '-',
    '--key-file',
    saved[1],
    '--at',
    at,
  ];
  const stdout = await new Promise((resolve, reject) => {
    const child = execFile(process.execPath, args, { env: { NO_COLOR: '1' }, cwd: folder }, (error, out) =>
      error === null ? resolve(out) : reject(error),
    );
    child.stdin?.end(body);
  });
  expect(stdout).toMatch(/\nverified\n$/);
});

test.each([
  ['lines', 'Webhook-Id: a\nX-B:  c d \n'],
  ['lines behind a request line', 'POST /hooks HTTP/1.1\r\nWebhook-Id: a\r\nX-B: c d\r\n\r\n'],
  ['what curl -v prints', '> POST /hooks HTTP/1.1\n> Webhook-Id: a\n> X-B: c d\n>\n* more'],
  ['a JSON object', '{"Webhook-Id":"a","X-B":["c d"]}'],
])('headers are read from %s', (_how, text) => {
  expect(readSavedHeaders(text)).toEqual({ 'webhook-id': 'a', 'x-b': 'c d' });
});

test('a header that is there twice is joined as servers join it', () => {
  expect(readSavedHeaders('a: 1\nA: 2\n')).toEqual({ a: '1, 2' });
});
