import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, expect, test, vi } from 'vitest';
import * as z from 'zod';
import { diagnose } from '../../src/cli/doctor.ts';
import { makeDemoOrder } from '../../src/cli/demo-order.ts';
import { beat } from '../../src/store/workers-alive.ts';
import { generateWebhookSecret } from '../../src/platform/signature.ts';
import { temporaryFolder } from '../support/own-redis.ts';
import { startPackline } from '../support/packline.ts';
import { testRedis } from '../support/redis.ts';
import { packline } from '../support/run-cli.ts';

const folder = await temporaryFolder();
const { url: redisUrl } = await testRedis();
const all = await startPackline({ redisUrl });
afterAll(() => all.close());
afterEach(() => {
  vi.unstubAllEnvs();
});
beforeEach(() => {
  const settings = {
    PACKLINE_HOME: folder,
    PACKLINE_BASE_URL: all.baseUrl,
    PACKLINE_ADMIN_KEY: all.adminKey,
    PACKLINE_SANDBOX_PORT: new URL(all.sandboxUrl).port,
    NO_COLOR: '1',
  };
  for (const [name, value] of Object.entries(settings)) vi.stubEnv(name, value);
});

const Named = z.looseObject({ id: z.string(), name: z.string() });
const json = async (...args: string[]): Promise<unknown> => {
  const { code, stdout, stderr } = await packline(...args, '--json');
  expect([code, stderr], args.join(' ')).toEqual([0, '']);
  return JSON.parse(stdout);
};

test('merchants are made and listed, and a key of theirs lets the other commands in', async () => {
  const { id } = Named.parse(await json('merchants', 'add', 'Corner shop'));
  expect((await packline('merchants', 'list')).stdout).toContain(`${id}  Corner shop  since `);
  const made = await packline('merchants', 'add-key', id, '--name', 'till', '--scope', 'read', '--scope', 'carrier');
  expect(made).toMatchObject({ code: 0, stdout: expect.stringMatching(/^pl_\S+\n$/) });
  vi.stubEnv('PACKLINE_API_KEY', made.stdout.trim());
  expect((await packline('connections', 'list')).stdout).toMatch(/^none yet: /);
  const refused = await packline('connections', 'add', 'nash', '--name', 'Nash', '--json');
  expect(JSON.parse(refused.stderr)).toMatchObject({ status: 403, code: 'auth.scope' });
  expect([refused.code, refused.stdout]).toEqual([1, '']);
});

test('a connection is added from a file, tested, paused, resumed and looked at; its secrets are never said', async () => {
  const { id: merchant } = Named.parse(await json('merchants', 'add', 'With connections'));
  const as = ['--merchant', merchant];
  const path = join(folder, 'nash.json');
  const webhookSecret = generateWebhookSecret();
  await writeFile(path, JSON.stringify({ baseUrl: `${all.sandboxUrl}/nash`, webhookSecret, apiKey: 'wrong_key' }));
  const added = await packline(
    'connections',
    'add',
    'nash',
    '--name',
    'Nash',
    '--settings',
    path,
    '--route',
    '[]',
    ...as,
  );
  expect(added).toMatchObject({ code: 0, stderr: '' });
  const id = added.stdout.split(' ')[0] ?? '';
  expect(await packline('connections', 'test', ...as)).toMatchObject({ code: 1, stdout: expect.stringContaining(`${id}  failed, for you to mend`) }); // prettier-ignore
  const good = await packline(
    'connections',
    'add',
    'nash',
    '--name',
    'Right',
    '--settings',
    path,
    '--set',
    'apiKey=nash_demo_key',
    ...as,
  );
  const goodId = good.stdout.split(' ')[0] ?? '';
  expect((await packline('connections', 'test', ...as)).code, 'one of two fails: partly').toBe(3);
  expect(await json('connections', 'test', goodId, ...as)).toEqual([expect.objectContaining({ id: goodId, ok: true })]);
  expect((await packline('connections', 'pause', goodId, ...as)).stdout).toContain('  paused\n');
  expect(await json('connections', 'health', goodId, ...as)).toMatchObject({ state: 'paused' });
  expect(await json('connections', 'resume', goodId, ...as)).toMatchObject({ paused: false });
  expect((await packline('connections', 'health', goodId, ...as)).stdout).toMatch(/^healthy\n[^]* calls\/s, /);
  expect((await packline('connections', 'list', ...as)).stdout + added.stdout + good.stdout).not.toMatch(
    /wrong_key|nash_demo_key/,
  );
});

test('settings that are no JSON object are wrong usage, and are not said back', async () => {
  const path = join(folder, 'broken.json');
  await writeFile(path, '{"apiKey": "a-secret"');
  const { code, stderr } = await packline('connections', 'add', 'nash', '--name', 'x', '--settings', path);
  expect([code, stderr]).toEqual([2, 'error: the settings are no JSON object\n']);
});

test('an order is found by any id, shown with its timeline, read anew, tried again and canceled', async () => {
  const as = ['--merchant', all.merchantId];
  const order = makeDemoOrder('cli-order-1', Date.now(), () => 0.5);
  const { body } = await all.call('POST', '/v1/orders', order, { 'idempotency-key': 'cli-order-1' });
  const { id } = z.looseObject({ id: z.string() }).parse(body);
  await vi.waitFor(async () => expect((await packline('orders', 'show', 'cli-order-1', ...as)).stdout).toContain('at nash as '), 20_000); // prettier-ignore
  const shown = await json('orders', 'show', 'cli-order-1', ...as);
  expect(shown).toMatchObject({ order: { id }, timeline: expect.arrayContaining([expect.objectContaining({ what: expect.any(String) })]) }); // prettier-ignore
  expect(await json('orders', 'list', '--external-id', 'cli-order-1', ...as)).toEqual([
    expect.objectContaining({ id }),
  ]);
  expect(await json('orders', 'list', '--limit', '1', ...as)).toHaveLength(1);
  expect((await packline('orders', 'resync', id, ...as)).stdout).toContain('is read anew');
  expect((await packline('orders', 'retry', id, ...as)).stdout).toMatch(/0 pieces of work|again/);
  const canceled = await packline('orders', 'cancel', id, '--reason', 'closed', ...as);
  expect([0, 1], 'unless it is too late by now').toContain(canceled.code);
  expect(await packline('orders', 'show', 'nobody-knows-this', ...as)).toMatchObject({ code: 1, stderr: 'packline: no order is known by nobody-knows-this\n' }); // prettier-ignore
});

test('an endpoint is added, tested, disabled and enabled', async () => {
  const as = ['--merchant', all.merchantId];
  const url = `${all.subscriber.url}/cli`;
  const made = z.looseObject({ id: z.string(), secret: z.string() }).parse(await json('endpoints', 'add', url, '--type', 'order.imported', ...as)); // prettier-ignore
  expect(made.secret).toMatch(/^whsec_/);
  expect((await packline('endpoints', 'list', ...as)).stdout).toContain(
    `${made.id}  enabled  ${url}  order.imported\n`,
  );
  expect((await packline('endpoints', 'test', made.id, ...as)).stdout).toMatch(/^dlv_\S+  is under way/);
  expect(await json('endpoints', 'disable', made.id, '--note', 'moving', ...as)).toMatchObject({
    disabledNote: 'moving',
  });
  expect((await packline('endpoints', 'test', made.id, ...as)).stderr).toContain('endpoint.state');
  const planned = await json(
    'events',
    'replay',
    '--since',
    new Date(Date.now() - 60_000).toISOString(),
    '--plan',
    ...as,
  );
  expect(planned, 'of those that may be sent to').toHaveLength(1);
  expect(await json('endpoints', 'enable', made.id, ...as)).toMatchObject({ status: 'enabled' });
});

test('the sandbox misbehaves when told to, in short words or in JSON', async () => {
  expect(await json('faults', 'add', 'status:status=503,path=/nash/v1/x,times=2')).toMatchObject({
    match: { path: '/nash/v1/x' },
    times: 2,
    fault: { kind: 'status', status: 503 },
  });
  await json('faults', 'add', '{"match":{"event":"job.*"},"fault":{"kind":"duplicate","copies":3}}');
  expect((await packline('faults', 'list')).stdout).toMatch(
    /status  path=\/nash\/v1\/x  times=2[^]*duplicate  event=job\.\*/,
  );
  expect(await packline('faults', 'add', 'status:status=200')).toMatchObject({ code: 2, stderr: expect.stringContaining('fault.status') }); // prettier-ignore
  await packline('faults', 'clear');
  expect((await packline('faults', 'list')).stdout).toBe('none\n');
});

test('pulls of a connection that is not asked to pull say so', async () => {
  const as = ['--merchant', all.merchantId];
  const [{ id }] = z
    .tuple([Named])
    .rest(Named)
    .parse(await json('connections', 'list', ...as));
  expect((await packline('pulls', 'show', id, ...as)).stdout).toBe('this connection is not asked to pull\n');
  expect(await packline('pulls', 'start', id, ...as)).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('pull.off'),
  });
});

test('doctor looks at the API and tests the credentials of every connection', async () => {
  const { checks } = await diagnose({ ...process.env, PACKLINE_SANDBOX: 'true', REDIS_URL: '' });
  const named = (name: string) => checks.find((check) => check.name.startsWith(name));
  expect(named('api')).toMatchObject({ status: 'ok', message: expect.stringContaining('is ready') });
  expect(named('clock of api')).toMatchObject({ status: 'ok' });
  // Those of this file live in this process, and give no sign of life.
  expect(named('workers')).toMatchObject({ status: 'wrong', fix: expect.stringContaining('packline worker') });
  await beat({ redis: all.base.redis, clock: all.base.clock }, 'one');
  expect(named(`connection ${all.connectionId}`)).toMatchObject({
    status: 'ok',
    message: expect.stringContaining('lets us in'),
  });
  await packline('connections', 'add', 'nash', '--name', 'Refused', '--set', `baseUrl=${all.sandboxUrl}/nash`, '--set', 'apiKey=refused_key', '--merchant', all.merchantId); // prettier-ignore
  const again = await diagnose({ ...process.env, PACKLINE_SANDBOX: 'true', REDIS_URL: '' });
  const refused = again.checks.find((check) => check.name.includes('Refused'));
  expect([again.ok, refused]).toMatchObject([
    false,
    { status: 'wrong', fix: expect.stringContaining('PATCH /v1/connections/') },
  ]);
  expect(again.checks).toContainEqual({ name: 'workers', status: 'ok', message: '1 alive' });
  const stranger = await diagnose({ ...process.env, PACKLINE_ADMIN_KEY: 'f'.repeat(32), PACKLINE_SANDBOX: 'true', REDIS_URL: '' }); // prettier-ignore
  expect(stranger.checks).toContainEqual(expect.objectContaining({ name: 'operator’s key', status: 'wrong', fix: expect.stringContaining('PACKLINE_ADMIN_KEY') })); // prettier-ignore
});

test('an API that is away is said in one line, and as a problem that may pass', async () => {
  vi.stubEnv('PACKLINE_BASE_URL', 'http://127.0.0.1:1');
  expect(await packline('merchants', 'list')).toMatchObject({ code: 1, stderr: 'packline: nobody answers at http://127.0.0.1:1: is the API up?\n' }); // prettier-ignore
  const { stderr } = await packline('merchants', 'list', '--json');
  expect(JSON.parse(stderr)).toMatchObject({ code: 'api.unreachable', retryable: true });
});
