import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { expect, onTestFinished, test } from 'vitest';
import { z } from 'zod';

test('the sandbox process says once where it listens, serves, and ends with 0 on SIGTERM though clients are connected', async () => {
  const child = spawn(process.execPath, ['src/sandbox/main.ts', '--port', '0', '--speed', '10'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  const lines: string[] = [];
  const reader = createInterface({ input: child.stdout });
  reader.on('line', (line) => lines.push(line));
  await once(reader, 'line');
  const { url, msg } = z.object({ url: z.url(), msg: z.string() }).parse(JSON.parse(lines.join('')));
  expect(msg).toBe('sandbox.listening');

  const headers = { authorization: 'Bearer nash_demo_key' };
  expect((await fetch(`${url}/nash/v1/orders`, { headers })).status).toBe(200);
  await fetch(`${url}/_sandbox/faults`, { method: 'POST', body: JSON.stringify({ fault: { kind: 'hang' } }) });
  const hanging = fetch(`${url}/nash/v1/orders`, { headers });
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  await expect(hanging).rejects.toThrow('fetch failed');
  expect(await ended).toEqual([0, null]);
  expect(lines).toHaveLength(1);
});
