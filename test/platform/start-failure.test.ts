import { execFile } from 'node:child_process';
import { createServer, type AddressInfo } from 'node:net';
import { afterAll, expect, test } from 'vitest';
import { Failure } from '../../src/domain/failure.ts';
import { describeStartFailure } from '../../src/platform/start-failure.ts';
import { temporaryFolder } from '../support/own-redis.ts';
import { makeTestSettings } from '../support/test-settings.ts';

/** A Redis that can be talked to and then answers nothing more. */
const starved = createServer((socket) => {
  let said = 0;
  socket.on('error', () => undefined);
  socket.on('data', (bytes) => {
    for (const [, name = ''] of bytes.toString().matchAll(/\*\d+\r\n\$\d+\r\n(\w+)\r\n/g)) {
      if (name.toLowerCase() === 'hello') socket.write('%0\r\n');
      else if (name.toLowerCase() === 'client') socket.write('+OK\r\n');
      else if (name.toLowerCase() === 'info' && (said += 1) === 1) socket.write('$9\r\nloading:0\r\n');
    }
  });
});
await new Promise<void>((done) => void starved.listen(0, '127.0.0.1', done));
afterAll(() => starved.close());

test('an API that starts while Redis does not answer says so in one line, and ends with 1', async () => {
  const { port } = starved.address() as AddressInfo;
  const env = {
    PATH: process.env['PATH'] ?? '',
    PACKLINE_LOG_LEVEL: 'silent',
    ...makeTestSettings({
      redisUrl: `redis://127.0.0.1:${port}`,
      home: await temporaryFolder(),
      port: 0,
      adminKey: `pl_${'a'.repeat(43)}`,
      reach: [],
    }),
  };
  const ended = await new Promise<{ code: unknown; stderr: string }>((done) => {
    execFile(process.execPath, ['src/main.ts'], { env, timeout: 50_000 }, (error, _stdout, stderr) =>
      done({ code: error?.code, stderr }),
    );
  });
  expect(ended).toEqual({ code: 1, stderr: 'packline api: redis.away: Redis does not answer in time (Command timed out)\n' }); // prettier-ignore
}, 60_000);

test('what was foreseen is one line; a fault of ours keeps its stack', () => {
  const failure = new Failure('misconfigured', 'config.invalid', 'REDIS_URL is not set');
  expect(describeStartFailure(failure)).toBe('config.invalid: REDIS_URL is not set');
  expect(describeStartFailure(new TypeError('x is no function'))).toBeNull();
});
