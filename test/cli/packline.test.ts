import { spawn, execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { cp, mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { describe, expect, onTestFinished, test } from 'vitest';
import { z } from 'zod';
import { childEnvironment } from '../../src/platform/config.ts';
import { freePort } from '../../src/platform/free-port.ts';
import { temporaryFolder } from '../support/own-redis.ts';

const folder = await temporaryFolder();
const launcher = fileURLToPath(new URL('../../src/cli/packline.mjs', import.meta.url));

async function run(args: string[], { node = process.execPath, settings = {}, path = launcher } = {}) {
  const child = spawn(node, [path, ...args], {
    cwd: folder,
    env: childEnvironment({ PORT: String(await freePort('127.0.0.1')), NO_COLOR: '1', ...settings }),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const [stdout, stderr, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')]);
  return { stdout, stderr, code: z.int().nullable().parse(code) };
}

describe('exit codes', () => {
  test('help is 0', async () => {
    const { stdout, code } = await run(['--help']);
    expect(stdout).toMatch(/up .*\n[^]*doctor/);
    expect(code).toBe(0);
  });

  test.each([
    [['nonsense']],
    [['up', '--workers', 'many']],
    [['sandbox', '--port', '70000']],
    [['doctor', '--unknown']],
  ])('%j is wrong usage: 2', async (args) => {
    const { stderr, code } = await run(args);
    expect(stderr).toMatch(/^error: /);
    expect(code).toBe(2);
  });

  test('a command that fails is 1, and says why in one line', async () => {
    const { stderr, code } = await run(['up', '--no-sandbox'], { settings: { PACKLINE_SECRET_KEY: '' } });
    expect(stderr).toMatch(/^packline: PACKLINE_SECRET_KEY is not set.*\n$/);
    expect(code).toBe(1);
  });
});

test('doctor tells people and programs the same, and ends with 1 when something is wrong', async () => {
  const settings = { PACKLINE_SECRET_KEY: '', PACKLINE_HOME: join(folder, 'home') };
  const human = await run(['doctor'], { settings });
  expect(human.stdout).toMatch(/^ok {6}node: [^]*\nwrong {3}secret key: [^]*\nPACKLINE_SHARDS=1\n/);
  expect(human.stdout, 'NO_COLOR is obeyed').not.toContain('\u001b');
  const machine = await run(['doctor', '--json'], { settings });
  expect(JSON.parse(machine.stdout)).toMatchObject({
    ok: false,
    checks: expect.arrayContaining([expect.objectContaining({ name: 'secret key', status: 'wrong' })]),
  });
  expect([human.code, machine.code]).toEqual([1, 1]);
});

test('a file .env in the working directory is read', async () => {
  await writeFile(join(folder, '.env'), 'PACKLINE_SHARDS=7\n');
  onTestFinished(() => rm(join(folder, '.env')));
  const { stdout } = await run(['doctor', '--json']);
  expect(JSON.parse(stdout)).toMatchObject({ settings: { PACKLINE_SHARDS: '7' } });
});

/** A Node of the machine that is too old to run Packline itself. */
const oldNode = ['/usr/bin/node', '/usr/local/bin/node'].find(
  (path) => existsSync(path) && /^v(18|20|22)\./.test(execFileSync(path, ['--version'], { encoding: 'utf8' })),
);

describe.runIf(oldNode !== undefined)('started on an old Node', () => {
  const node = oldNode ?? '';

  test('it goes on with the Node of the project', async () => {
    const { stdout } = await run(['doctor', '--json'], { node });
    expect(JSON.parse(stdout)).toMatchObject({
      checks: expect.arrayContaining([expect.objectContaining({ name: 'node', status: 'ok' })]),
    });
    expect((await run(['nonsense'], { node })).code).toBe(2);
  });

  test('it says in one line what to install where there is none', async () => {
    const elsewhere = join(folder, 'elsewhere/src/cli');
    await mkdir(elsewhere, { recursive: true });
    const path = join(elsewhere, 'packline.mjs');
    await cp(launcher, path);
    const { stderr, code } = await run(['up'], { node, path });
    expect(stderr).toMatch(/^packline: needs Node 24 or newer, this is \d+.*\n$/);
    expect(code).toBe(1);
  });
});
