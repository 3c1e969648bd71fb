import { once } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import { createServer as createHttpServer } from 'node:http';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { diagnose, type Diagnosis } from '../../src/cli/doctor.ts';
import { composeBase } from '../../src/compose.ts';
import { loadConfig } from '../../src/platform/config.ts';
import { freePort } from '../../src/platform/free-port.ts';
import { closeRedis } from '../../src/platform/redis.ts';
import { createConnection } from '../../src/store/connections.ts';
import { createMerchant } from '../../src/store/merchants.ts';
import { present } from '../store/present.ts';
import { captureLog } from '../support/captured-log.ts';
import { redisStarter, temporaryFolder } from '../support/own-redis.ts';

const folder = await temporaryFolder();
const startRedis = redisStarter();
const durable = await startRedis({ home: join(folder, 'durable') });
const secretKey = Buffer.alloc(32, 3).toString('base64');

const healthy = async () => ({
  PORT: String(await freePort('127.0.0.1')),
  PACKLINE_HOME: join(folder, 'not-yet/there'),
  PACKLINE_SECRET_KEY: secretKey,
  PACKLINE_ADMIN_KEY: 'a-key-of-the-operator-0123456789ab',
  REDIS_URL: durable.url,
});

const find = ({ checks }: Diagnosis, name: string) => checks.find((check) => check.name.startsWith(name));

test('a sound installation has nothing wrong, and no secret in what is shown', async () => {
  const diagnosis = await diagnose(await healthy());
  // How full this machine's disk is, is not the installation's fault.
  expect(diagnosis.checks.filter(({ name, status }) => name !== 'disk' && status !== 'ok')).toEqual([]);
  expect(find(diagnosis, 'redis')?.message).toMatch(/^(Redis|Valkey) \d+\.\d+\.\d+ answers/);
  expect(find(diagnosis, 'clock of redis')).toMatchObject({ status: 'ok' });
  expect(find(diagnosis, 'api')?.message).toMatch(/^not started/);
  expect(diagnosis.ok).toBe(true);
  expect(diagnosis.settings).toMatchObject({ PACKLINE_SECRET_KEY: 'configured', REDIS_URL: 'configured' });
  expect(JSON.stringify(diagnosis)).not.toContain(secretKey);
  expect(JSON.stringify(diagnosis)).not.toContain(new URL(durable.url).password);
});

test('settings that are not valid are listed', async () => {
  const diagnosis = await diagnose({ PORT: 'http', PACKLINE_SHARDS: '0' });
  expect(diagnosis.ok).toBe(false);
  expect(find(diagnosis, 'settings')?.message).toMatch(
    /PORT: must be a whole number[^]*PACKLINE_SHARDS: must be at least 1/,
  );
});

test('a missing master key is wrong, but not in the sandbox', async () => {
  const env = { ...(await healthy()), PACKLINE_SECRET_KEY: '' };
  expect(find(await diagnose(env), 'secret key')).toMatchObject({
    status: 'wrong',
    fix: expect.stringContaining('openssl'),
  });
  const sandboxed = { ...env, PACKLINE_SANDBOX: 'true', PACKLINE_SANDBOX_PORT: '0' };
  expect(find(await diagnose(sandboxed), 'secret key')?.status).toBe('ok');
});

test('beside a sandbox that made its own key nothing has to be set', async () => {
  const home = join(folder, 'of-a-sandbox');
  await mkdir(home);
  await writeFile(join(home, 'secret.key'), secretKey);
  const env = { ...(await healthy()), PACKLINE_HOME: home, PACKLINE_SECRET_KEY: '', PACKLINE_ADMIN_KEY: '' };
  const diagnosis = await diagnose(env);
  expect(diagnosis.checks.filter(({ name, status }) => name !== 'disk' && status !== 'ok' && !name.startsWith('port'))).toEqual([]); // prettier-ignore
  expect(find(diagnosis, 'secret key')?.message).toContain('made by `packline up`');
});

test('another master key than the one that sealed what lies in Redis is wrong, and it is said which one is missing', async () => {
  const env = { ...(await healthy()), PACKLINE_HOME: join(folder, 'sealed') };
  expect(find(await diagnose(env), 'sealed data'), 'nothing was sealed yet').toBeUndefined();
  const base = await composeBase(loadConfig(env), { name: 'test', profile: 'producer', log: captureLog().log });
  const { id: merchantId } = await createMerchant(base, 'A shop', 0);
  const facts = { connector: 'nash', kind: 'fulfilment', name: 'Nash', routing: [], settings: {} } as const;
  await createConnection(present(base.stores[0]), merchantId, facts);
  expect(find(await diagnose(env), 'sealed data')).toMatchObject({ status: 'ok' });
  const other = { ...env, PACKLINE_SECRET_KEY: `new:${Buffer.alloc(32, 4).toString('base64')}` };
  const diagnosis = await diagnose(other);
  expect(find(diagnosis, 'sealed data')).toMatchObject({ status: 'wrong', message: expect.stringMatching(/^con_\w+ was sealed with the key [0-9a-f]{8},/), fix: expect.stringContaining('PACKLINE_SECRET_KEYS_PREVIOUS') }); // prettier-ignore
  expect(diagnosis.ok).toBe(false);
  const rotated = { ...other, PACKLINE_SECRET_KEYS_PREVIOUS: secretKey };
  expect(find(await diagnose(rotated), 'sealed data')).toMatchObject({ status: 'ok' });
  await base.http.close();
  await closeRedis(base.redis, 500);
});

test('a home that cannot be written is wrong', async () => {
  const file = join(folder, 'a-file');
  await writeFile(file, '');
  const diagnosis = await diagnose({ ...(await healthy()), PACKLINE_HOME: join(file, 'home') });
  expect(find(diagnosis, 'home')?.status).toBe('wrong');
});

test('a Redis that does not answer is wrong', async () => {
  const diagnosis = await diagnose({
    ...(await healthy()),
    REDIS_URL: `redis://127.0.0.1:${await freePort('127.0.0.1')}`,
  });
  expect(find(diagnosis, 'redis')).toMatchObject({
    status: 'wrong',
    message: expect.stringContaining('did not answer'),
  });
});

test('a Redis that may lose work is wrong, with the command that mends it, unless losing was allowed', async () => {
  const lossy = await startRedis({ home: join(folder, 'lossy'), directives: { appendonly: 'no' } });
  const env = { ...(await healthy()), REDIS_URL: lossy.url };
  expect(find(await diagnose(env), 'redis')).toMatchObject({
    status: 'wrong',
    fix: 'redis-cli CONFIG SET appendonly yes && redis-cli CONFIG REWRITE',
  });
  const allowed = await diagnose({ ...env, PACKLINE_ALLOW_LOSSY_REDIS: 'true' });
  expect(find(allowed, 'redis')?.status).toBe('advice');
  expect(allowed.ok).toBe(true);
});

test('a Redis that came back empty, or from a backup, is wrong, with the flag that accepts it', async () => {
  const redis = await startRedis({ home: join(folder, 'known') });
  const home = join(folder, 'ran-before');
  const env = { ...(await healthy()), PACKLINE_HOME: home, REDIS_URL: redis.url };
  expect(find(await diagnose(env), 'redis data')).toBeUndefined();
  const base = await composeBase(loadConfig(env), { name: 'test', profile: 'producer', log: captureLog().log });
  expect(find(await diagnose(env), 'redis data')).toMatchObject({ status: 'ok' });

  await writeFile(join(home, 'high-water'), String(Date.now() + 60_000));
  expect(find(await diagnose(env), 'redis data')).toMatchObject({
    status: 'wrong',
    fix: expect.stringContaining('--accept-restored'),
  });
  await base.redis.flushall();
  expect(find(await diagnose(env), 'redis data')).toMatchObject({
    status: 'wrong',
    fix: expect.stringContaining('--accept-empty'),
  });
  await base.http.close();
  await closeRedis(base.redis, 500);
});

test('a port in use is wrong, unless it is Packline that answers there', async () => {
  const env = await healthy();
  const other = createServer((socket) => socket.destroy()).listen(Number(env.PORT), '127.0.0.1');
  await once(other, 'listening');
  const taken = await diagnose(env);
  other.close();
  await once(other, 'close');
  expect(find(taken, 'port')).toMatchObject({ status: 'wrong', message: expect.stringContaining('is in use') });

  const api = createHttpServer((request, response) => response.writeHead(request.url === '/livez' ? 200 : 404).end());
  api.listen(Number(env.PORT), '127.0.0.1');
  await once(api, 'listening');
  expect(find(await diagnose(env), 'port')?.status).toBe('ok');
  api.close();
});
