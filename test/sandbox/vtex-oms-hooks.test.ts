import { expect, test } from 'vitest';
import { orderPath, startOms, startReceiver, type OmsHarness, type Receiver } from './vtex-oms-harness.ts';

const path = '/api/orders/hook/config';
const statuses = ['window-to-cancel', 'ready-for-handling', 'start-handling', 'handling'];
const workflow = { type: 'FromWorkflow', status: statuses };
const configure = (oms: OmsHarness, url: string, filter: unknown = workflow, headers = {}) =>
  oms.call('POST', path, { filter, hook: { url, headers } });
const states = ({ received }: Receiver) => received.map(({ body }) => String(body['State'])).sort();
const counts = (oms: OmsHarness) => oms.books.report().counts;

test('a hook is kept once its address has answered a ping with 200', async () => {
  const oms = startOms();
  const receiver = await startReceiver();
  expect((await oms.call('GET', path)).status).toBe(404);
  receiver.pingStatus = 204;
  expect((await configure(oms, receiver.url)).status).toBe(400);
  expect((await oms.call('GET', path)).status).toBe(404);
  receiver.pingStatus = 200;
  expect((await configure(oms, receiver.url, workflow, { key: 'value' })).status).toBe(200);
  expect((await oms.call('GET', path)).body).toEqual({
    filter: workflow,
    hook: { url: receiver.url, headers: { key: 'value' } },
  });
  expect((await configure(oms, 'http://127.0.0.1:1/hook')).status).toBe(400);
  expect((await oms.call('GET', path)).body).toMatchObject({ hook: { url: receiver.url } });
  expect(receiver.pings).toBe(2);
  expect([(await oms.call('DELETE', path)).status, (await oms.call('DELETE', path)).status]).toEqual([200, 404]);
});

test.each([
  ['the fields of both filters', 409, { ...workflow, expression: 'value > 1' }],
  ['a flag that is for FromOrders', 409, { ...workflow, disableSingleFire: false }],
  [
    'statuses for FromOrders',
    409,
    { type: 'FromOrders', status: [], expression: 'value > 1', disableSingleFire: true },
  ],
  ['FromOrders and no expression', 400, { type: 'FromOrders', disableSingleFire: true }],
  ['an unknown filter', 400, { type: 'fromworkflow', status: statuses }],
])('a hook with %s is %i, and nobody is pinged', async (_what, status, filter) => {
  const oms = startOms();
  const receiver = await startReceiver();
  expect((await configure(oms, receiver.url, filter)).status).toBe(status);
  expect(receiver.pings).toBe(0);
});

test('a notification names the order, its move, both changes and the origin, with the headers that were configured', async () => {
  const oms = startOms();
  const receiver = await startReceiver();
  await configure(oms, receiver.url, { type: 'FromWorkflow', status: ['ready-for-handling'] }, { 'x-key': 'value' });
  const orderId = await oms.shop();
  await expect.poll(() => receiver.received.length).toBe(1);
  const [first] = receiver.received;
  expect(first?.headers).toMatchObject({ 'x-key': 'value', 'content-type': 'application/json' });
  expect(first?.body).toEqual({
    Domain: 'Fulfillment',
    OrderId: orderId,
    State: 'ready-for-handling',
    LastState: 'window-to-cancel',
    LastChange: expect.stringMatching(/^2026-01-15T01:02:03\.\d{7}Z$/),
    CurrentChange: expect.stringMatching(/^2026-01-15T01:02:03\.\d{7}Z$/),
    Origin: { Account: 'demomarket', Key: 'vtexappkey-demomarket-DEMOKE' },
  });
  expect(String(first?.body['CurrentChange']) > String(first?.body['LastChange'])).toBe(true);
});

test('short notifications leave out what the guide leaves out', async () => {
  const oms = startOms();
  const receiver = await startReceiver();
  await oms.control('PATCH', '/vtex/accounts/demomarket', { hookStyle: 'short' });
  await configure(oms, receiver.url, { type: 'FromWorkflow', status: ['ready-for-handling'] });
  await oms.shop();
  await expect.poll(() => receiver.received.length).toBe(1);
  expect(Object.keys(receiver.received[0]?.body ?? {})).toEqual(['Domain', 'OrderId', 'State', 'LastChange', 'Origin']);
});

test('moves are of the marketplace or of the seller, and of both where the account is both', async () => {
  const oms = startOms();
  const receiver = await startReceiver();
  await configure(oms, receiver.url, { type: 'FromWorkflow', status: ['payment-approved', 'handling'] });
  const told = () => receiver.received.map(({ body }) => `${String(body['State'])} ${String(body['Domain'])}`).sort();
  await oms.shop({ status: 'payment-approved' });
  await oms.shop({ status: 'handling' });
  await expect.poll(told).toEqual(['handling Fulfillment', 'payment-approved Marketplace']);
  await oms.control('PATCH', '/vtex/accounts/demomarket', { bothDomains: true });
  await oms.shop({ status: 'handling' });
  await expect
    .poll(told)
    .toEqual(['handling Fulfillment', 'handling Fulfillment', 'handling Marketplace', 'payment-approved Marketplace']);
});

test('only 200 is taken: anything else comes again, at growing intervals', async () => {
  const oms = startOms({ speed: 100 });
  const receiver = await startReceiver();
  const answers = [500, 204, 302, 200];
  receiver.answer = (before) => answers[before] ?? 200;
  await configure(oms, receiver.url, { type: 'FromWorkflow', status: ['ready-for-handling'] });
  await oms.shop();
  await expect.poll(() => counts(oms)).toEqual({ 'vtex.hook.500': 1, 'vtex.hook.204': 1, 'vtex.hook.302': 1, 'vtex.hook.200': 1 }); // prettier-ignore
  expect(new Set(receiver.received.map(({ body }) => JSON.stringify(body))).size).toBe(1);
  const at = receiver.received.map(({ atMs }) => atMs);
  expect((at[3] ?? 0) - (at[2] ?? 0)).toBeGreaterThan((at[1] ?? 0) - (at[0] ?? 0));
});

test('a reset ends what was to be sent again, and the hook stays', async () => {
  const oms = startOms();
  const receiver = await startReceiver();
  receiver.answer = () => 500;
  await configure(oms, receiver.url, { type: 'FromWorkflow', status: ['ready-for-handling'] });
  const forgotten = await oms.shop();
  await expect.poll(() => receiver.received.length).toBeGreaterThan(0);
  await oms.control('POST', '/reset');
  const before = receiver.received.length;
  receiver.answer = () => 200;
  const orderId = await oms.shop();
  await expect.poll(() => counts(oms)['vtex.hook.200']).toBe(1);
  expect(receiver.received.slice(before).map(({ body }) => body['OrderId'])).toEqual([orderId]);
  expect(orderId).not.toBe(forgotten);
});

test('notifications can be lost, doubled and shuffled', async () => {
  const oms = startOms({ seed: 3 });
  const receiver = await startReceiver();
  await configure(oms, receiver.url);
  const add = (event: string, fault: unknown) =>
    oms.control('POST', '/faults', { match: { partner: 'vtex', event: `hook.${event}` }, fault });
  await add('window-to-cancel', { kind: 'dropWebhook' });
  await add('ready-for-handling', { kind: 'duplicate', copies: 3 });
  await add('*', { kind: 'reorder', windowMs: 20 });
  const orderId = await oms.shop();
  await oms.call('POST', orderPath(orderId, '/start-handling'));
  await expect.poll(() => receiver.received.length).toBe(5);
  expect(states(receiver)).toEqual(['handling', 'ready-for-handling', 'ready-for-handling', 'ready-for-handling', 'start-handling']); // prettier-ignore
});

test('a change that is no move reaches those who filter by orders, and nobody who filters by workflow', async () => {
  const oms = startOms();
  const receiver = await startReceiver();
  const orderId = await oms.shop();
  const change = (price: number) =>
    oms.control('POST', `/vtex/orders/${orderId}/change`, { lines: [{ sku: '18', price }] });
  await configure(oms, receiver.url);
  await change(100);
  await configure(oms, receiver.url, {
    type: 'FromOrders',
    expression: '(status = "ready-for-handling" and value >= 1000)',
    disableSingleFire: true,
  });
  for (const price of [200, 600, 700]) await change(price);
  await expect.poll(() => receiver.received.length).toBe(2);
  expect(receiver.received.map(({ body }) => [body['State'], body['LastState']])).toEqual([
    ['ready-for-handling', 'ready-for-handling'],
    ['ready-for-handling', 'ready-for-handling'],
  ]);
  await configure(oms, receiver.url, { type: 'FromOrders', expression: 'value > 0', disableSingleFire: false });
  for (const price of [800, 900]) await change(price);
  await expect.poll(() => counts(oms)['vtex.hook.200']).toBe(3);
});

test('an expression that is not simulated matches everything', async () => {
  const oms = startOms();
  const receiver = await startReceiver();
  const expression = '$count(changesAttachment.changesData.itemsAdded) > 0';
  await configure(oms, receiver.url, { type: 'FromOrders', expression, disableSingleFire: false });
  await oms.shop();
  await expect.poll(() => receiver.received.length).toBe(1);
});

test('a misspelt status is accepted and never matches, and a hook that was dropped hears nothing', async () => {
  const oms = startOms();
  const receiver = await startReceiver();
  await configure(oms, receiver.url, { type: 'FromWorkflow', status: ['ready-for-handlin'] });
  await oms.shop();
  await configure(oms, receiver.url);
  expect((await oms.control('DELETE', '/vtex/accounts/demomarket/hook')).status).toBe(204);
  await oms.shop();
  expect((await oms.call('GET', path)).status).toBe(404);
  expect(counts(oms)).toEqual({});
});
