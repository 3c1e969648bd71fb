import { expect, test } from 'vitest';
import { orderPath, startOms } from './vtex-oms-harness.ts';

const list = '/api/oms/pvt/orders?per_page=1';

test.each([
  ['no key', { appKey: null }],
  ['an unknown key', { appKey: 'vtexappkey-demomarket-OTHERS' }],
  ['a wrong token', { appToken: 'wrong' }],
])('%s is 401 in the words of the documents', async (_what, options) => {
  const oms = startOms();
  const answer = await oms.call('GET', list, undefined, options);
  expect([answer.status, answer.body]).toEqual([
    401,
    { error: { code: '1', message: 'Unauthorized access', exception: null } },
  ]);
});

test('a key opens its own account only, and an account that is none is no JSON', async () => {
  const oms = startOms();
  await oms.control('PUT', '/vtex/accounts', { account: 'other', appKey: 'vtexappkey-other-A', appToken: 'token-b' });
  const own = { account: 'other', appKey: 'vtexappkey-other-A', appToken: 'token-b' };
  expect((await oms.call('GET', list, undefined, own)).status).toBe(200);
  expect((await oms.call('GET', list, undefined, { account: 'other' })).status).toBe(401);
  const nowhere = await oms.call('GET', list, undefined, { account: 'nowhere' });
  expect([nowhere.status, nowhere.headers.get('content-type')]).toEqual([404, 'text/html; charset=utf-8']);
});

test('a key without a permission is 403 for the calls that need it, and for those only', async () => {
  const oms = startOms();
  const orderId = await oms.shop();
  const statuses = async () => [
    (await oms.call('GET', orderPath(orderId))).status,
    (await oms.call('GET', '/api/orders/hook/config')).status,
    (await oms.call('GET', '/api/orders/feed?maxlot=1')).status,
  ];
  await oms.control('PATCH', '/vtex/accounts/demomarket', { permissions: { events: false } });
  expect(await statuses()).toEqual([200, 403, 403]);
  await oms.control('PATCH', '/vtex/accounts/demomarket', { permissions: { orders: false } });
  expect(await statuses()).toEqual([403, 404, 404]);
});

test('reads of one order over the budget of a minute are 429, counted, and come back into it', async () => {
  const oms = startOms();
  const orderId = await oms.shop();
  await oms.control('PATCH', '/vtex/accounts/demomarket', { limits: { orderReadsPerMinute: 2 } });
  const read = async () => (await oms.call('GET', orderPath(orderId))).status;
  expect([await read(), await read(), await read()]).toEqual([200, 200, 429]);
  expect((await oms.call('GET', orderPath(orderId))).headers.get('retry-after')).toBe('1');
  expect((await oms.call('GET', list)).status).toBe(200);
  expect((await oms.call('POST', orderPath(orderId, '/start-handling'))).status).toBe(204);
  oms.passMs(60_000);
  expect(await read()).toBe(200);
  const { rates, violations } = oms.books.report();
  expect(rates).toEqual({ 'demomarket/vtex-order-reads': { limit: 2, requests: 5, violations: 2, worst: 4 } });
  expect(violations).toMatchObject([{ partner: 'vtex', org: 'demomarket', path: orderPath(orderId) }, {}]);
});

test('the list pages through the orders, the latest first, within its documented bounds', async () => {
  const oms = startOms();
  const ids = [await oms.shop(), await oms.shop(), await oms.shop()];
  const { body } = await oms.call('GET', '/api/oms/pvt/orders?per_page=2&page=2');
  expect(body).toMatchObject({
    list: [{ orderId: ids[0], status: 'ready-for-handling', totalValue: 2134 }],
    paging: { total: 3, pages: 2, currentPage: 2, perPage: 2 },
  });
  for (const query of ['per_page=101', 'page=31', 'per_page=x']) {
    expect((await oms.call('GET', `/api/oms/pvt/orders?${query}`)).status).toBe(400);
  }
});

test('faults meet the paths of the API, whatever the account', async () => {
  const oms = startOms();
  const orderId = await oms.shop();
  await oms.control('POST', '/faults', {
    match: { partner: 'vtex', org: 'demomarket', path: '/api/oms/pvt/orders/*/start-handling' },
    times: 1,
    fault: { kind: 'status', status: 500, afterEffect: true },
  });
  const start = async () => (await oms.call('POST', orderPath(orderId, '/start-handling'))).status;
  expect([await start(), await start()]).toEqual([500, 409]);
  expect(oms.books.effectsOf('demomarket', orderId)).toEqual({ 'oms.handlingStarted': 1 });
});

test('every request is in the books with its account, its path and its answer', async () => {
  const oms = startOms();
  await oms.call('GET', orderPath('v0-01'));
  await oms.call('GET', '/api/catalog/none');
  expect(oms.books.report().requests).toMatchObject([
    { partner: 'vtex', org: 'demomarket', method: 'GET', path: orderPath('v0-01'), status: 404 },
    { path: '/api/catalog/none', status: 404 },
  ]);
});
