import { afterAll, afterEach, describe, expect, test, vi } from 'vitest';
import { connectVtex } from '../support/connected-vtex.ts';
import { makeOrderReader, waiting } from '../support/order-reader.ts';
import { startPackline } from '../support/packline.ts';
import { testRedis } from '../support/redis.ts';
import { sampleOrder } from '../support/sample-order.ts';

const { url } = await testRedis();
const packline = await startPackline({ redisUrl: url, sandbox: { picker: { mode: 'manual', outcome: 'exact' } } });
afterAll(() => packline.close());
const { books, faults } = packline.sandbox;
afterEach(() => faults.clear());
const vtex = await connectVtex(packline, packline.sandboxUrl, { oms: { feedPollSeconds: 1 } });
const { list, reaches } = makeOrderReader(packline);

const webhookUrl = String((await packline.call('GET', `/v1/connections/${vtex.omsId}`)).body['webhookUrl']);
const hookOf = (OrderId: string, State = 'ready-for-handling', more: Record<string, unknown> = {}) => ({
  Domain: 'Fulfillment',
  OrderId,
  State,
  LastState: 'window-to-cancel',
  LastChange: '2026-01-15T02:11:39.2550122Z',
  CurrentChange: '2026-01-15T02:12:48.0965893Z',
  Origin: { Account: 'demomarket', Key: 'vtexappkey-demomarket-DEMOKE' },
  ...more,
});
const send = async (body: unknown): Promise<number> => {
  const answer = await fetch(webhookUrl, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
  await answer.arrayBuffer();
  return answer.status;
};
const noHooks = () => faults.add({ match: { partner: 'vtex', event: 'hook.*' }, fault: { kind: 'dropWebhook' } });
const readsOf = (orderId: string) =>
  books.report().requests.filter(({ method, path }) => method === 'GET' && path === `/api/oms/pvt/orders/${orderId}`);
const importedBy = (orderId: string) =>
  packline.subscriber.received.filter(({ type, data }) => type === 'order.imported' && data['externalId'] === orderId);

describe('the hook', () => {
  test('is answered 200 for a ping, and nothing follows', async () => {
    expect(await send({ hookConfig: 'ping' })).toBe(200);
  });

  test.each([
    ['of another account', hookOf('x-01', undefined, { Origin: { Account: 'othermarket', Key: 'k' } })],
    [
      'of another key',
      hookOf('x-01', undefined, { Origin: { Account: 'demomarket', Key: 'vtexappkey-other-AAAAAA' } }),
    ],
    ['that is no JSON', '{"OrderId":'],
    ['without an order', { Domain: 'Fulfillment', State: 'handling' }],
  ])('%s is refused', async (_what, body) => {
    expect(await send(body)).toBe(401);
  });

  test('the same one 100 times at once makes one order', async () => {
    noHooks();
    const orderId = await vtex.shop({ warehouseId: 'store-1' });
    const statuses = await Promise.all(Array.from({ length: 100 }, () => send(hookOf(orderId))));
    // On a busy machine some are told to come again, which is no loss: the first that was taken is the order.
    expect([...new Set(statuses)].filter((status) => status !== 503)).toEqual([200]);
    await reaches(orderId, { connections: { fulfilment: { connector: 'nash' } } });
    await vi.waitFor(() => expect(importedBy(orderId)).toHaveLength(1), waiting);
    expect(await list(orderId)).toHaveLength(1);
    await vi.waitFor(() => expect(books.effectsOf('org_demo', orderId)['order.created']).toBe(1), waiting);
  });

  test('that is ahead of the order it tells of is kept until the order can be read', async () => {
    const orderId = await vtex.shop({ warehouseId: 'store-1', visibleAfterReads: 2 });
    await reaches(orderId, { status: 'READY_FOR_HANDLING' });
    expect(readsOf(orderId).length).toBeGreaterThanOrEqual(3);
  });

  test('of a state that nobody asked for changes nothing and asks nothing', async () => {
    const orderId = await vtex.shop({ warehouseId: 'store-1', status: 'payment-pending' });
    expect(await send(hookOf(orderId, 'payment-approved'))).toBe(200);
    expect(await send(hookOf(orderId, 'state-of-2030'))).toBe(200);
    const other = await vtex.shop({ warehouseId: 'store-1' });
    await reaches(other, { status: 'READY_FOR_HANDLING' });
    expect(await list(orderId)).toEqual([]);
    expect(readsOf(orderId)).toEqual([]);
  });

  test('of an order that somebody else handles already does not have it picked a second time', async () => {
    noHooks();
    const orderId = await vtex.shop({ warehouseId: 'store-1', status: 'handling' });
    expect(await send(hookOf(orderId, 'handling'))).toBe(200);
    await vi.waitFor(() => expect(readsOf(orderId)).not.toEqual([]), waiting);
    const other = await vtex.shop({ warehouseId: 'store-1' });
    faults.clear();
    await send(hookOf(other));
    await reaches(other, { status: 'READY_FOR_HANDLING' });
    expect(await list(orderId)).toEqual([]);
  });
});

describe('the feed alone', () => {
  test('brings every order when the hook is lost, though it answers nothing at times, and events twice', async () => {
    noHooks();
    await packline.control('PATCH', '/vtex/accounts/demomarket', { feed: { emptyShare: 0.5, duplicateShare: 0.3 } });
    const ids = await Promise.all(Array.from({ length: 25 }, () => vtex.shop({ warehouseId: 'store-1' })));
    for (const id of ids) {
      await reaches(id, { connections: { fulfilment: { connector: 'nash' } } });
      expect(await list(id)).toHaveLength(1);
    }
    await packline.control('PATCH', '/vtex/accounts/demomarket', { feed: { emptyShare: 0, duplicateShare: 0 } });
    await vi.waitFor(async () => {
      const { accounts } = (await packline.control('GET', '/vtex/accounts')) as {
        accounts: { feed: { waiting: number } }[];
      };
      expect(accounts[0]?.feed.waiting).toBe(0);
    }, waiting);
  });

  test('is made again when VTEX has dropped it', async () => {
    noHooks();
    await packline.control('DELETE', '/vtex/accounts/demomarket/feed');
    await vi.waitFor(async () => {
      const { accounts } = (await packline.control('GET', '/vtex/accounts')) as {
        accounts: { feed: { config: unknown } }[];
      };
      expect(accounts[0]?.feed.config).not.toBeNull();
    }, waiting);
    const orderId = await vtex.shop({ warehouseId: 'store-1' });
    await reaches(orderId, { status: 'READY_FOR_HANDLING' });
  });
});

test('hook, feed and POST of one order together make one order', async () => {
  const orderId = await vtex.shop({ warehouseId: 'store-1', afterMs: 1_000_000 });
  const input = sampleOrder({ externalId: orderId });
  const posted = packline.call('POST', '/v1/orders', input, {
    'idempotency-key': `post-${orderId}`,
    'packline-connection': vtex.omsId,
  });
  const [{ status }] = await Promise.all([
    posted,
    packline.control('POST', `/vtex/orders/${orderId}/status`, { status: 'ready-for-handling' }),
  ]);
  expect([202, 409]).toContain(status);
  await reaches(orderId, { connections: { oms: { state: expect.any(String) } } });
  expect(await list(orderId)).toHaveLength(1);
  await vi.waitFor(() => expect(books.effectsOf('org_demo', orderId)['order.dispatched']).toBe(1), waiting);
  expect(books.effectsOf('org_demo', orderId)['order.created']).toBe(1);
});

test('an order changed in the OMS before its picking is changed at the fulfilment system, and after it is a problem', async () => {
  const orderId = await vtex.shop({ warehouseId: 'store-1' });
  await reaches(orderId, { status: 'READY_FOR_HANDLING', connections: { oms: { state: 'handling' } } });
  const change = (quantity: number) =>
    packline.control('POST', `/vtex/orders/${orderId}/change`, { lines: [{ sku: '18', quantity, price: 990 }] });
  await change(3);
  expect(await send(hookOf(orderId, 'handling', { CurrentChange: new Date(Date.now() + 1_000).toISOString() }))).toBe(
    200,
  );
  await reaches(orderId, { lines: [{ sku: '18', quantity: 3 }], pendingAmendment: false });
  await packline.control('POST', `/nash/jobs/${orderId}/advance`, { to: 'pickup_arrived' });
  await reaches(orderId, { status: 'PICKING' });
  await change(5);
  expect(await send(hookOf(orderId, 'handling', { CurrentChange: new Date(Date.now() + 2_000).toISOString() }))).toBe(
    200,
  );
  const order = await reaches(orderId, { problems: [{ code: 'order.changed_too_late' }] });
  expect(order['lines']).toMatchObject([{ quantity: 3 }]);
});

test('an order that the merchant amended here is not changed back by a read of an OMS that has not changed', async () => {
  const orderId = await vtex.shop({ warehouseId: 'store-1' });
  const { id, lines } = await reaches(orderId, {
    status: 'READY_FOR_HANDLING',
    connections: { oms: { state: 'handling' } },
  });
  const [first, ...rest] = lines as { quantity: number }[];
  const amended = [{ ...first, quantity: 7 }, ...rest];
  expect((await packline.call('PATCH', `/v1/orders/${String(id)}`, { lines: amended })).status).toBe(202);
  await reaches(orderId, { lines: [{ quantity: 7 }, {}], pendingAmendment: false });
  const readsBefore = readsOf(orderId).length;
  expect(await send(hookOf(orderId, 'handling', { CurrentChange: new Date(Date.now() + 60_000).toISOString() }))).toBe(
    200,
  );
  await vi.waitFor(() => expect(readsOf(orderId).length).toBeGreaterThan(readsBefore), waiting);
  const other = await vtex.shop({ warehouseId: 'store-1' });
  await reaches(other, { status: 'READY_FOR_HANDLING' });
  await reaches(orderId, { lines: [{ quantity: 7 }, {}], pendingAmendment: false });
});

test('a cancellation that the OMS does not show yet is waited for, not believed to be none', async () => {
  noHooks();
  const orderId = await vtex.shop({ warehouseId: 'store-1', afterMs: 1_000_000 });
  await packline.control('POST', `/vtex/orders/${orderId}/status`, { status: 'ready-for-handling' });
  await reaches(orderId, { status: 'READY_FOR_HANDLING' });
  const changed = { CurrentChange: new Date(Date.now() + 60_000).toISOString() };
  const readsBefore = readsOf(orderId).length;
  expect(await send(hookOf(orderId, 'canceled', changed))).toBe(200);
  await vi.waitFor(() => expect(readsOf(orderId).length).toBeGreaterThan(readsBefore), waiting);
  await packline.control('POST', `/vtex/orders/${orderId}/cancel`);
  await reaches(orderId, { status: 'CANCELED' });
});
