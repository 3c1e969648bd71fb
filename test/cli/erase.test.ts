import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import * as z from 'zod';
import { claimOf } from '../../src/store/accept-order.ts';
import { adminKey, startIngress } from '../support/ingress.ts';
import { temporaryFolder } from '../support/own-redis.ts';
import { packline } from '../support/run-cli.ts';
import { testRedis } from '../support/redis.ts';
import { sampleOrder } from '../support/sample-order.ts';

const redis = await testRedis();
const home = await temporaryFolder();
const elsewhere = await temporaryFolder();
const env = { PACKLINE_HOME: home, PACKLINE_SECRET_KEY: randomBytes(32).toString('base64') };
const ingress = await startIngress(redis.url, { env });
const { request, url } = ingress;
const { merchantId, key } = await ingress.tenant();

const settings = { ...env, REDIS_URL: redis.url, PACKLINE_BASE_URL: url, PACKLINE_ADMIN_KEY: adminKey };
beforeEach(() => {
  for (const [name, value] of Object.entries({ ...settings, PACKLINE_SANDBOX: 'true', PACKLINE_LOG_LEVEL: 'error' })) {
    vi.stubEnv(name, value);
  }
});
afterEach(() => {
  vi.unstubAllEnvs();
});

async function post(externalId: string, email: string): Promise<string> {
  const { recipient } = sampleOrder();
  const json = sampleOrder({ externalId, recipient: { ...recipient, email } });
  const reply = await request('POST', '/v1/orders', { key, json, headers: { 'Idempotency-Key': externalId } });
  return z.looseObject({ id: z.string() }).parse(reply.body).id;
}
const recipientOf = async (id: string) =>
  z.looseObject({ recipient: z.unknown() }).parse((await request('GET', `/v1/orders/${id}`, { key })).body).recipient;

test('packline erase looks first when asked to, refuses what is on its way, and erases what it is told to', async () => {
  const id = await post('cli-1', 'cli@example.com');
  const refused = await packline('erase', '--email', 'cli@example.com');
  expect(refused).toMatchObject({
    code: 1,
    stdout: '',
    stderr: expect.stringMatching(/409: order\.state: .*RECEIVED/),
  });
  const looked = await packline(
    'erase',
    '--email',
    'cli@example.com',
    '--force',
    '--dry-run',
    '--merchant',
    merchantId,
  );
  expect(looked).toMatchObject({ code: 0, stdout: expect.stringContaining(`would erase  ${id}: person, index\n`) });
  expect(await recipientOf(id)).not.toBeNull();
  const erased = await packline('erase', '--order', id, '--force', '--json');
  expect(JSON.parse(erased.stdout)).toMatchObject({ dryRun: false, erased: [{ orderId: id }] });
  expect(await recipientOf(id)).toBeNull();
  expect((await packline('erase', '--phone', '+4930123456')).stdout).toBe('nothing to erase\n');
});

test('packline erase names one person, or it is wrong usage', async () => {
  for (const args of [[], ['--email', 'a@example.com', '--phone', '1']]) {
    expect(await packline('erase', ...args)).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/^error: name one/),
    });
  }
});

test('packline erasures replay does what another host’s log says', async () => {
  const id = await post('cli-2', 'cli-2@example.com');
  const file = join(elsewhere, 'other-host.log');
  const line = { at: '2026-01-15T00:00:00.000Z', merchantId, orderId: id, claim: claimOf('generic', 'cli-2') };
  await writeFile(file, `${JSON.stringify(line)}\n`);
  expect((await packline('erasures', 'replay')).stdout).toMatch(
    /^\d+ erasures in the log, 0 of them done now, 0 unreadable/,
  );
  expect((await packline('erasures', 'replay', '--file', file)).stdout).toContain(
    ' 1 of them done now, 0 unreadable lines\n',
  );
  expect(await recipientOf(id)).toBeNull();
  expect(JSON.parse((await packline('erasures', 'replay', '--file', file, '--json')).stdout)).toMatchObject({
    applied: 0,
  });
});
