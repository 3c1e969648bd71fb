import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, expect, test, vi } from 'vitest';
import { temporaryFolder } from '../support/own-redis.ts';

const home = await temporaryFolder();
const root = new URL('../../', import.meta.url).pathname;
const groups: number[] = [];
afterAll(() => {
  for (const group of groups) {
    try {
      process.kill(-group, 'SIGKILL');
    } catch {
      // Nothing is left, as it should be.
    }
  }
});
const answers = (url: string) =>
  fetch(url).then(
    (reply) => reply.ok,
    () => false,
  );

/** `npm start` as a newcomer types it, on free ports. Ended as a service manager ends it: SIGTERM to npm alone. */
async function start() {
  const npm = spawn('npm', ['start'], {
    cwd: root,
    env: { ...process.env, PORT: '0', PACKLINE_SANDBOX_PORT: '0', PACKLINE_HOME: home, PACKLINE_LOG_LEVEL: 'warn' },
    stdio: ['ignore', 'pipe', 'ignore'],
    // A group of its own: whatever a failing test leaves behind can be ended with it.
    detached: true,
  });
  groups.push(npm.pid ?? 0);
  let said = '';
  npm.stdout.on('data', (chunk: Buffer) => {
    said += chunk.toString();
  });
  await vi.waitFor(() => expect(said).toContain('Packline is up'), { timeout: 30_000, interval: 50 });
  const credentials = JSON.parse(await readFile(join(home, 'credentials.json'), 'utf8')) as Record<string, string>;
  const end = async () => {
    const ended = once(npm, 'exit');
    npm.kill('SIGTERM');
    const [code] = (await ended) as [number | null];
    return code;
  };
  return { credentials, said: () => said, end };
}

test('npm start brings everything up, leaves keys for its owner only, ends all of it, and goes on with the same data', async () => {
  const first = await start();
  try {
    const { mode } = await stat(join(home, 'credentials.json'));
    expect(mode & 0o777).toBe(0o600);
    expect(Object.keys(first.credentials).sort()).toEqual(
      ['adminKey', 'baseUrl', 'carrierKey', 'merchantId', 'merchantKey', 'sandboxUrl'].sort(),
    );
    expect(await answers(`${first.credentials['baseUrl']}/readyz`)).toBe(true);
    expect(first.said()).toContain('curl -s');
  } finally {
    expect(await first.end()).toBe(0);
  }
  expect(await answers(`${first.credentials['baseUrl']}/livez`)).toBe(false);
  expect(await answers(`${first.credentials['sandboxUrl']}/_sandbox/books`)).toBe(false);

  const second = await start();
  try {
    expect(second.credentials['merchantKey']).toBe(first.credentials['merchantKey']);
    const orders = await fetch(`${second.credentials['baseUrl']}/v1/orders`, {
      headers: { authorization: `Bearer ${second.credentials['merchantKey']}` },
    });
    expect(((await orders.json()) as { data: unknown[] }).data.length).toBeGreaterThan(0);
  } finally {
    await second.end();
  }
}, 90_000);
