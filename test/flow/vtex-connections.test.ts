import { afterAll, afterEach, describe, expect, test, vi } from 'vitest';
import { makeEntry } from '../../src/queues/define-job.ts';
import { connectionCheck } from '../../src/queues/connection-check.ts';
import { commit } from '../../src/store/commit.ts';
import { freeLane } from '../../src/store/entries.ts';
import { connectVtex } from '../support/connected-vtex.ts';
import { waiting } from '../support/order-reader.ts';
import { startPackline } from '../support/packline.ts';
import { testRedis } from '../support/redis.ts';

const { url } = await testRedis();
const packline = await startPackline({ redisUrl: url });
afterAll(() => packline.close());
const { faults } = packline.sandbox;
const vtex = await connectVtex(packline, packline.sandboxUrl, { register: false });
const patchOms = (settings: Record<string, unknown>) =>
  packline.call('PATCH', `/v1/connections/${vtex.omsId}`, { settings });
const testOf = async (id: string) => (await packline.call('POST', `/v1/connections/${id}/test`)).body;
const atVtex = (changes: Record<string, unknown>) => packline.control('PATCH', '/vtex/accounts/demomarket', changes);
const hookOf = async () => {
  const { accounts } = (await packline.control('GET', '/vtex/accounts')) as { accounts: { hook: unknown }[] };
  return accounts[0]?.hook as { hook: { url: string; headers: Record<string, string> } } | null;
};
const good = {
  account: 'demomarket',
  baseUrl: `${packline.sandboxUrl}/vtex/demomarket`,
  appKey: 'vtexappkey-demomarket-DEMOKE',
  appToken: 'vtex_demo_token',
};

afterEach(async () => {
  faults.clear();
  await patchOms(good);
  await atVtex({ permissions: { orders: true, events: true } });
});

describe('the test of a VTEX OMS connection', () => {
  test('tells that all is well, and whose account it is', async () => {
    expect(await testOf(vtex.omsId)).toEqual({ ok: true, account: 'demomarket' });
  });

  test('tells a refused key', async () => {
    await patchOms({ appToken: 'wrong' });
    expect(await testOf(vtex.omsId)).toMatchObject({ ok: false, code: 'vtex.key_refused', source: 'you' });
  });

  test('tells which permission is missing', async () => {
    await atVtex({ permissions: { orders: false, events: true } });
    expect(await testOf(vtex.omsId)).toMatchObject({ code: 'vtex.permission_missing', source: 'you' });
    await atVtex({ permissions: { orders: true, events: false } });
    const { code, detail } = await testOf(vtex.omsId);
    expect(code).toBe('vtex.permission_missing');
    expect(detail).toContain('Feed v3 and Hook Admin');
  });

  test('tells a VTEX that is down from a wrong key', async () => {
    faults.add({ match: { partner: 'vtex' }, fault: { kind: 'status', status: 503 } });
    expect(await testOf(vtex.omsId)).toMatchObject({ code: 'vtex.unavailable', source: 'vtex', retryable: true });
  });

  test('tells a wrong account', async () => {
    await patchOms({ baseUrl: `${packline.sandboxUrl}/vtex/nobody` });
    expect(await testOf(vtex.omsId)).toMatchObject({ code: 'vtex.account_unknown', source: 'you' });
    await patchOms({ baseUrl: good.baseUrl, appKey: 'vtexappkey-othermarket-ABCDEF' });
    expect(await testOf(vtex.omsId)).toMatchObject({ code: 'vtex.account_mismatch', source: 'you' });
  });
});

describe('the test of a VTEX Pick and Pack connection', () => {
  const pickAndPackOf = (settings: Record<string, unknown>) =>
    packline.call('PATCH', `/v1/connections/${vtex.pickAndPackId}`, { settings });
  const apiKey = `${'0123456789abcdef'.repeat(2)}:${'fedcba9876543210'.repeat(8)}`;
  afterEach(() => pickAndPackOf({ apiKey }));

  test('tells that all is well, a refused key, and a VTEX that is down', async () => {
    expect(await testOf(vtex.pickAndPackId)).toMatchObject({ ok: true });
    await pickAndPackOf({ apiKey: `${'1'.repeat(32)}:${'2'.repeat(128)}` });
    expect(await testOf(vtex.pickAndPackId)).toMatchObject({ code: 'vtex-pick-and-pack.key_refused', source: 'you' });
    faults.add({ match: { partner: 'vtex-pick-and-pack' }, fault: { kind: 'status', status: 503 } });
    expect(await testOf(vtex.pickAndPackId)).toMatchObject({ source: 'vtex-pick-and-pack', retryable: true });
  });
});

describe('registering the hook and the feed', () => {
  const register = (body: Record<string, unknown> = {}) =>
    packline.call('POST', `/v1/connections/${vtex.omsId}/register-webhooks`, body);

  const makeHook = async (to: string) => {
    const made = await fetch(`${good.baseUrl}/api/orders/hook/config`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'x-vtex-api-appkey': good.appKey,
        'x-vtex-api-apptoken': good.appToken,
      },
      body: JSON.stringify({ filter: { type: 'FromWorkflow' }, hook: { url: to, headers: {} } }),
    });
    expect(made.status).toBe(200);
  };
  let checks = 0;
  /** As if a day had gone by. */
  const checkNow = async () => {
    const [store] = packline.base.stores;
    if (store === undefined) throw new Error('there is a shard');
    checks += 1;
    const payload = { merchantId: packline.merchantId, connectionId: vtex.omsId, once: true };
    const cause = `test-${checks}`;
    await commit(store, { entries: [makeEntry(connectionCheck, payload, { lane: freeLane, cause })] });
  };

  test('leaves another system’s hook alone unless told otherwise', async () => {
    const foreign = `${packline.sandboxUrl}/subscribers/other`;
    await makeHook(foreign);
    expect(await register()).toMatchObject({ status: 409, body: { code: 'connection.hook_taken' } });
    expect((await hookOf())?.hook.url).toBe(foreign);
    const { status, body } = await register({ replace: true });
    expect({ status, body }).toMatchObject({
      status: 200,
      body: { hook: { registered: true }, feed: { registered: true } },
    });
    expect((await hookOf())?.hook.url).toContain('/in/');
  });

  test('may be repeated, and is in the connection’s health', async () => {
    expect((await register()).status).toBe(200);
    const { body } = await packline.call('GET', `/v1/connections/${vtex.omsId}/health`);
    expect(body).toMatchObject({
      hookRegisteredAt: expect.any(String),
      feedRegisteredAt: expect.any(String),
      budgets: { orders: { limitPerSecond: 100 }, default: {} },
    });
  });

  test('is made again by the daily check when VTEX has dropped it', async () => {
    await register();
    await packline.control('DELETE', '/vtex/accounts/demomarket/hook');
    await checkNow();
    await vi.waitFor(async () => expect((await hookOf())?.hook.url).toContain('/in/'), waiting);
    await vi.waitFor(async () => {
      const { body } = await packline.call('GET', `/v1/connections/${vtex.omsId}/health`);
      expect(body['restoredAt']).toEqual(expect.any(String));
    }, waiting);
  });

  test('is left alone by the daily check when somebody else has made another', async () => {
    await register();
    const other = `${packline.sandboxUrl}/subscribers/other`;
    await makeHook(other);
    await checkNow();
    await vi.waitFor(async () => {
      const { body } = await packline.call('GET', '/v1/issues');
      expect(JSON.stringify(body)).toContain('connection.hook_taken');
    }, waiting);
    expect((await hookOf())?.hook.url).toBe(other);
    await register({ replace: true });
  });

  test('tells when VTEX is down, and when it has nothing to register', async () => {
    faults.add({ match: { partner: 'vtex' }, fault: { kind: 'status', status: 503 } });
    expect(await register()).toMatchObject({ status: 503, body: { code: 'connection.partner_down' } });
    const nash = await packline.call('POST', `/v1/connections/${packline.connectionId}/register-webhooks`, {});
    expect(nash).toMatchObject({ status: 409, body: { code: 'connection.unsupported' } });
  });
});

describe('a rule that would send Pick and Pack what it cannot take', () => {
  const patch = (routing: unknown) => packline.call('PATCH', `/v1/connections/${vtex.pickAndPackId}`, { routing });

  test('is refused: orders of any source, posted orders, and another account’s', async () => {
    expect(await patch([{ storeLocationIds: ['store-2'] }])).toMatchObject({
      status: 400,
      body: { errors: [{ pointer: '/routing/0/connections' }] },
    });
    expect(await patch([{ connections: ['generic'] }])).toMatchObject({
      status: 400,
      body: { errors: [{ pointer: '/routing/0/connections/0' }] },
    });
    const other = await packline.call('POST', '/v1/connections', {
      connector: 'vtex',
      name: 'Another account',
      settings: { ...good, account: 'othermarket' },
    });
    expect(await patch([{ connections: [String(other.body['id'])] }])).toMatchObject({
      status: 400,
      body: { errors: [{ pointer: '/routing/0/connections/0' }] },
    });
  });

  test('cannot come to be by changing the account of the OMS connection that it names', async () => {
    expect(await patchOms({ account: 'othermarket' })).toMatchObject({
      status: 400,
      body: { errors: [{ pointer: '/settings' }] },
    });
  });
});
