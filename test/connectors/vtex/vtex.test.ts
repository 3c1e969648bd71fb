import { describe, expect, test } from 'vitest';
import { vtex } from '../../../src/connectors/oms/vtex/index.ts';
import { phases } from '../../../src/connectors/oms/vtex/statuses.ts';
import { errorBody } from '../../fixtures/vtex/events.ts';
import { orderBody, orderId } from '../../fixtures/vtex/order.ts';
import { api, appKey, connect, host, orderPath } from './vtex-harness.ts';
import { useNock } from '../wire-harness.ts';

useNock();

const probePath = '/api/oms/pvt/orders/packline-connection-test';
const hookPath = '/api/orders/hook/config';
const feedPath = '/api/orders/feed/config';
const page = '<!doctype html><title>Store not found</title>';
const failed = (kind: string, code: string) => ({ kind, code: `vtex.${code}` });

describe('an order', () => {
  test('is read by its id, and spends the budget of orders', async () => {
    api().get(orderPath).reply(200, orderBody());
    const { oms, spent } = connect();
    await expect(oms.readOrder(orderId)).resolves.toMatchObject({
      input: { externalId: orderId, lines: [{ sku: '18' }] },
      state: 'handling',
      changedAt: '2024-02-06T20:46:11.701Z',
    });
    expect(spent).toEqual(['orders']);
  });

  test('keeps the id that it was asked for by', async () => {
    api().get('/api/oms/pvt/orders/seq502556').reply(200, orderBody());
    await expect(connect().oms.readOrder('seq502556')).resolves.toMatchObject({ input: { externalId: 'seq502556' } });
  });

  test('that VTEX does not show is none', async () => {
    api().get(orderPath).reply(404, errorBody('OMS007')).get(orderPath).reply(404);
    const { oms } = connect();
    await expect(oms.readOrder(orderId)).resolves.toBeNull();
    await expect(oms.readOrder(orderId)).resolves.toBeNull();
  });

  test.each([
    ['a page', 404, page, 'misconfigured', 'account_unknown'],
    ['a page that calls itself fine', 200, page, 'transient', 'unreadable_reply'],
    ['a redirect', 302, '', 'misconfigured', 'account_unknown'],
    ['a refused key', 401, errorBody('1'), 'misconfigured', 'key_refused'],
    ['a missing permission', 403, '', 'misconfigured', 'permission_missing'],
    ['an outage', 500, errorBody('500'), 'transient', 'unavailable'],
    ['garbage', 200, 'OK', 'transient', 'unreadable_reply'],
    ['an order that is none', 200, orderBody({ items: [] }), 'rejected', 'order_unusable'],
  ])('is not taken for missing because of %s', async (_what, status, body, kind, code) => {
    api().get(orderPath).reply(status, body);
    await expect(connect().oms.readOrder(orderId)).rejects.toMatchObject(failed(kind, code));
  });

  test.each([
    [{ 'retry-after': '7' }, 7_000],
    [{}, 60_000],
  ])('is waited for when VTEX is busy, by all who read orders: %j', async (headers, pauseMs) => {
    api().get(orderPath).reply(429, '', headers);
    const { oms, pauses } = connect();
    await expect(oms.readOrder(orderId)).rejects.toMatchObject({ kind: 'throttled', retryAfterMs: pauseMs });
    expect(pauses).toEqual([{ budget: 'orders', pauseMs }]);
  });

  test('is one segment of the path, whatever its id contains', async () => {
    api().get('/api/oms/pvt/orders/a%2Fb%3F%20%23').reply(404);
    const { oms } = connect();
    await expect(oms.readOrder('a/b? #')).resolves.toBeNull();
    for (const id of ['', '.', '..', '\ud800']) {
      await expect(oms.readOrder(id)).rejects.toMatchObject(failed('rejected', 'id_unusable'));
    }
  });

  test('is read where the settings say', async () => {
    api('https://proxy.example').get(`/vtex${orderPath}`).reply(404);
    await expect(connect({ baseUrl: 'https://proxy.example/vtex/' }).oms.readOrder(orderId)).resolves.toBeNull();
  });
});

describe('handling', () => {
  const startPath = `${orderPath}/start-handling`;
  const start = () => connect().oms.startHandling?.(orderId);

  test('has begun with a 204', async () => {
    api().post(startPath, '').reply(204);
    await expect(start()).resolves.toEqual({ started: true });
  });

  test.each([200, 202])('has not begun with a %i', async (status) => {
    api().post(startPath).reply(status, {});
    await expect(start()).rejects.toMatchObject(failed('transient', 'unreadable_reply'));
  });

  const outcomes = Object.entries(phases).map(([state, phase]) => [state, phase] as const);
  test.each(outcomes)('after OMS003 the order is read: %s, which is %s', async (state, phase) => {
    api()
      .post(startPath)
      .reply(409, errorBody('OMS003'))
      .get(orderPath)
      .reply(200, orderBody({ status: state }));
    // Refused because it is not ready, and shown as ready: one of both is late.
    if (phase === 'ready') return expect(start()).rejects.toMatchObject(failed('transient', 'order_stale'));
    const started = phase === 'handling' || phase === 'invoiced';
    await expect(start()).resolves.toEqual(started ? { started } : { started, state });
    return undefined;
  });

  test.each([
    ['replaced', 'replaced'],
    [null, 'null'],
  ])('a state without a row is handed on in its own word: %j', async (status, state) => {
    api().post(startPath).reply(409).get(orderPath).reply(200, orderBody({ status }));
    await expect(start()).resolves.toEqual({ started: false, state });
  });

  test.each([
    [500, errorBody('500'), 'transient', 'unavailable'],
    [401, errorBody('1', 'Unauthorized access'), 'misconfigured', 'key_refused'],
    [404, '', 'rejected', 'missing'],
    [429, '', 'throttled', 'throttled'],
  ])('a %i with %j is %s %s', async (status, body, kind, code) => {
    api().post(startPath).reply(status, body);
    await expect(start()).rejects.toMatchObject(failed(kind, code));
  });

  test('needs a permission of its own, which is named', async () => {
    api().post(startPath).reply(403);
    await expect(start()).rejects.toThrow(/Change order workflow status/);
  });
});

describe('a cancellation', () => {
  const cancelPath = `${orderPath}/cancel`;
  const cancel = () => connect().oms.cancel?.(orderId, 'out of stock');

  test('is asked for with its reason', async () => {
    api()
      .post(cancelPath, { reason: 'out of stock' })
      .reply(200, { date: '2024-02-07T15:22:56.7612218-02:00', orderId, receipt: null });
    await expect(cancel()).resolves.toEqual({ canceled: true });
  });

  test.each(['cancel', 'canceled'])('that was refused has happened when the order is in %s', async (status) => {
    api().post(cancelPath).reply(409, errorBody('OMS003')).get(orderPath).reply(200, orderBody({ status }));
    await expect(cancel()).resolves.toEqual({ canceled: true });
  });

  test.each([
    ['invoiced', 'VTEX has it as invoiced'],
    [null, 'VTEX has it as null'],
  ])('that was refused is refused when the order is %j', async (status, detail) => {
    api().post(cancelPath).reply(400, errorBody('OMS011')).get(orderPath).reply(200, orderBody({ status }));
    await expect(cancel()).resolves.toEqual({ canceled: false, code: 'vtex.oms011', detail });
  });

  test('of an order that VTEX does not have is refused', async () => {
    api().post(cancelPath).reply(404).get(orderPath).reply(404);
    await expect(cancel()).resolves.toMatchObject({ canceled: false, code: 'vtex.missing' });
  });

  test.each([
    [500, 'transient', 'unavailable', /500/],
    [429, 'throttled', 'throttled', /429/],
    [403, 'misconfigured', 'permission_missing', /"Cancel order"/],
  ])('that was answered %i is undecided', async (status, kind, code, message) => {
    api().post(cancelPath).reply(status);
    await expect(cancel()).rejects.toMatchObject({ ...failed(kind, code), message: expect.stringMatching(message) });
  });
});

describe('a note', () => {
  const notePath = `${orderPath}/interactions`;
  const note = () => connect().oms.addNote?.(orderId, 'Packline: the order is DELIVERED');

  test('is a line in the order’s log', async () => {
    api().post(notePath, { source: 'Packline', message: 'Packline: the order is DELIVERED' }).reply(200);
    await expect(note()).resolves.toBeUndefined();
  });

  test('needs a permission that none of VTEX’s own roles has, which is named', async () => {
    api().post(notePath).reply(403);
    await expect(note()).rejects.toThrow(/"Orders Full Access" \(product Checkout\)/);
  });

  test('is tried again when VTEX is down, and reported when the key is refused', async () => {
    api().post(notePath).reply(503).post(notePath).reply(401);
    await expect(note()).rejects.toMatchObject(failed('transient', 'unavailable'));
    await expect(note()).rejects.toMatchObject(failed('misconfigured', 'key_refused'));
  });
});

describe('a test of the connection', () => {
  test('asks for an order that nobody has, and for what the settings use', async () => {
    api().get(probePath).reply(404, errorBody('OMS007')).get(hookPath).reply(404).get(feedPath).reply(200, {});
    await expect(connect().oms.test()).resolves.toEqual({ account: 'luxstore' });
    api().get(probePath).reply(404).get(hookPath).reply(200, {});
    await expect(connect({ ingest: 'hook' }).oms.test()).resolves.toEqual({ account: 'luxstore' });
    api().get(probePath).reply(404).get(feedPath).reply(404);
    await expect(connect({ ingest: 'feed' }).oms.test()).resolves.toEqual({ account: 'luxstore' });
  });

  test.each([
    ['a refused key', 401, errorBody('1'), 'misconfigured', 'key_refused', /check key and token/],
    ['a key that may not see orders', 403, '', 'misconfigured', 'permission_missing', /"View order"/],
    ['another account', 404, page, 'misconfigured', 'account_unknown', /check the account name/],
    ['an outage', 503, '', 'transient', 'unavailable', /503/],
  ])('tells %s', async (_what, status, body, kind, code, message) => {
    api().get(probePath).reply(status, body);
    const told = { ...failed(kind, code), message: expect.stringMatching(message) };
    await expect(connect().oms.test()).rejects.toMatchObject(told);
  });

  test('tells a key that may not have a hook or a feed', async () => {
    for (const [ingest, path] of [
      ['hook', hookPath],
      ['feed', feedPath],
    ]) {
      api().get(probePath).reply(404).get(String(path)).reply(403);
      await expect(connect({ ingest }).oms.test()).rejects.toThrow(/Feed v3 and Hook Admin/);
    }
  });

  test('tells a key that was made in another account', async () => {
    for (const status of [401, 403]) {
      api('https://otherstore.vtexcommercestable.com.br').get(probePath).reply(status);
      const { oms } = connect({ account: 'otherstore' });
      await expect(oms.test()).rejects.toMatchObject({
        ...failed('misconfigured', 'account_mismatch'),
        message: expect.stringContaining('luxstore'),
      });
    }
  });

  test('says nothing of accounts when the key is refused in its own', async () => {
    api().get(probePath).reply(401);
    await expect(connect().oms.test()).rejects.toMatchObject({ code: 'vtex.key_refused' });
  });

  test('that may not even dial is no success', async () => {
    const baseUrl = 'http://luxstore.example';
    await expect(connect({ baseUrl }).oms.test()).rejects.toMatchObject({ code: 'egress.scheme' });
  });
});

test('no failure holds the token', async () => {
  for (const status of [400, 401, 403, 404, 409, 500]) {
    api().get(orderPath).reply(status, errorBody('X'));
    const error: unknown = await connect()
      .oms.readOrder(orderId)
      .catch((thrown: unknown) => thrown);
    expect(JSON.stringify(error, Object.getOwnPropertyNames(error ?? {}))).not.toContain('canary');
  }
  expect(vtex.urls(vtex.settings.parse({ account: 'luxstore', appKey, appToken: 'canary' }))).toEqual([host]);
});
