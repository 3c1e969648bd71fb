import { createHmac } from 'node:crypto';
import { expect, test } from 'vitest';
import { demoPnpAccount } from '../../src/sandbox/vtex-pick-and-pack/account-settings.ts';
import { fieldOf, startPickAndPack } from './vtex-pick-and-pack-harness.ts';

const path = '/orders/1509750516095-01';
const expired = {
  message: 'User is not authorized to access this resource with an explicit deny',
  code: 'EXPIRED_TOKEN',
  reason: 'Expired token',
  requestId: expect.any(String),
};
const partOf = (token: string, at: number): Record<string, unknown> =>
  JSON.parse(Buffer.from(token.split('.')[at] ?? '', 'base64url').toString('utf8')) as Record<string, unknown>;

test('a key of the documented shape is exchanged for a JWT of 15 minutes that names the account', async () => {
  const pnp = await startPickAndPack();
  expect(demoPnpAccount.apiKey).toMatch(/^[0-9a-f]{32}:[0-9a-f]{128}$/);
  const answer = await pnp.auth({ apiKey: demoPnpAccount.apiKey });
  expect(answer).toEqual({ status: 200, body: { message: 'success', data: expect.any(String) } });
  const token = String(fieldOf(answer, 'data'));
  expect(partOf(token, 0)).toEqual({ alg: 'HS256', typ: 'JWT' });
  const { iat, exp, ...claims } = partOf(token, 1);
  expect(claims).toEqual({ hostname: 'demomarket', username: expect.any(String) });
  expect(Number(exp) - Number(iat)).toBe(900);
});

test('the token is a bare string where the account has it so', async () => {
  const pnp = await startPickAndPack();
  await pnp.set({ tokenStyle: 'bare', tokenSeconds: 60 });
  const { body } = await pnp.auth({ apiKey: demoPnpAccount.apiKey });
  expect(body).toMatch(/^[\w-]+\.[\w-]+\.[\w-]+$/);
  const { iat, exp } = partOf(String(body), 1);
  expect(Number(exp) - Number(iat)).toBe(60);
});

test('a key that nobody has is 401, none at all is 400, and both kinds of calls are counted', async () => {
  const pnp = await startPickAndPack();
  expect((await pnp.auth({ apiKey: 'x' })).status).toBe(401);
  expect((await pnp.auth({})).status).toBe(400);
  expect((await pnp.auth('no JSON')).status).toBe(400);
  await pnp.token();
  await pnp.token();
  expect((await pnp.control('GET', '/tokens')).body).toEqual({ given: { demomarket: 2 }, refused: 1 });
});

test('an expired token is 403 in the words of the gateway, whether its time or an administrator ended it', async () => {
  const pnp = await startPickAndPack();
  await pnp.shop();
  const token = await pnp.token();
  pnp.passMs(899_000);
  expect((await pnp.call('GET', path, undefined, { token })).status).toBe(200);
  pnp.passMs(2_000);
  expect(await pnp.call('GET', path, undefined, { token })).toEqual({ status: 403, body: expired });

  const another = await pnp.token();
  await pnp.control('POST', '/tokens/expire');
  expect(await pnp.call('GET', path, undefined, { token: another })).toEqual({ status: 403, body: expired });
  expect((await pnp.call('GET', path, undefined, { token: await pnp.token() })).status).toBe(200);
});

test('no token, one without Bearer, and one that somebody else has signed are 401', async () => {
  const pnp = await startPickAndPack();
  await pnp.shop();
  const token = await pnp.token();
  const [head = '', claims = ''] = token.split('.');
  const forged = `${head}.${claims}.${createHmac('sha256', 'guess').update(`${head}.${claims}`).digest('base64url')}`;
  expect((await pnp.call('GET', path, undefined, { token: null })).status).toBe(401);
  expect((await pnp.call('GET', path, undefined, { token: null, headers: { authorization: token } })).status).toBe(401);
  expect((await pnp.call('GET', path, undefined, { token: forged })).status).toBe(401);
});

test('an order of nobody, and one of another account, is 403 with a code for each family of calls', async () => {
  const pnp = await startPickAndPack();
  const apiKey = await pnp.join();
  const orderId = await pnp.shop();
  const token = await pnp.token(apiKey);
  for (const [id, called] of [
    ['nobody-01', {}],
    [orderId, { token }],
  ] as const) {
    // prettier-ignore
    const message = `You do not have access to this order [${id}]`;
    const shared = { type: 'business', message, date: expect.any(String), requestId: expect.any(String) };
    for (const [code, method, at] of [
      ['SHR0007B', 'GET', `/orders/${id}`],
      ['SHR0007B', 'PATCH', `/orders/${id}/tracking`],
      ['SHR0007B', 'GET', `/worksheets?orderId=${id}`],
      ['SHP0003B', 'GET', `/shipments?orderId=${id}`],
    ] as const) {
      expect(await pnp.call(method, at, undefined, called)).toEqual({ status: 403, body: { ...shared, code } });
    }
  }
});

test('what another account has under an id of its own is forbidden, and what nobody has is not found', async () => {
  const pnp = await startPickAndPack();
  const token = await pnp.token(await pnp.join());
  const orderId = await pnp.shop();
  await pnp.moveTo(orderId, 'PREPARING_SHIPPING');
  const [worksheet] = (await pnp.read(`/worksheets?orderId=${orderId}`)).body as { worksheetId: string; facilityId: string }[]; // prettier-ignore
  const [shipment] = (await pnp.read(`/shipments?orderId=${orderId}`)).body as { id: string; serviceId: string }[];
  const filter = (by: string) => ({ 'x-pnp-filtermethod': by });
  for (const [at, headers, foreign, missing] of [
    [`/worksheets/${worksheet?.worksheetId}`, {}, 'SHR0007B', 'WORK0001B'],
    [`/facilities/${worksheet?.facilityId}`, {}, 'FAC0002B', 'FAC0001B'],
    [`/shipments/${shipment?.id}`, filter('BY_INTERNAL_ID'), 'SHP0002B', 'TRP0005E'],
    [`/shipments/${shipment?.serviceId}`, filter('BY_EXTERNAL_ID'), 'SHP0002B', 'TRP0005E'],
  ] as const) {
    expect((await pnp.read(at, headers)).status).toBe(200);
    const no = await pnp.call('GET', at, undefined, { token, headers });
    expect([no.status, fieldOf(no, 'type'), fieldOf(no, 'code')]).toEqual([403, 'business', foreign]);
    const none = await pnp.read(`${at}1`, headers);
    expect([none.status, fieldOf(none, 'type'), fieldOf(none, 'code')]).toEqual([404, 'exception', missing]);
  }
});

test('lists want to know the order, and a shipment how it is named', async () => {
  const pnp = await startPickAndPack();
  const message = 'Query string parameter {orderId} is required';
  expect(await pnp.read('/worksheets')).toMatchObject({ status: 400, body: { type: 'business', code: 'GEN0001B', message } }); // prettier-ignore
  expect(await pnp.read('/shipments')).toMatchObject({ status: 400, body: { type: 'business', code: 'ORD0001B', message } }); // prettier-ignore
  expect((await pnp.read('/shipments/1')).status).toBe(400);
  expect((await pnp.read('/orders')).status).toBe(404);
});

test('reads are as old as the cache lets them be, all but the shipments of an order', async () => {
  const pnp = await startPickAndPack({ speed: 1 });
  const orderId = await pnp.shop();
  const order = async () => fieldOf(await pnp.read(`/orders/${orderId}`), 'status');
  const shipments = async () => ((await pnp.read(`/shipments?orderId=${orderId}`)).body as unknown[]).length;
  expect([await order(), await shipments()]).toEqual(['PENDING', 0]);
  await pnp.moveTo(orderId, 'PICKING', 'PREPARING_SHIPPING');
  pnp.passMs(29_999);
  expect([await order(), await shipments()]).toEqual(['PENDING', 1]);
  pnp.passMs(1);
  expect(await order()).toBe('COMPLETED');
  await pnp.moveTo(orderId, 'CANCELED');
  expect(await order()).toBe('COMPLETED');
  await pnp.control('POST', '/cache/clear');
  expect(await order()).toBe('CANCELLED');
  await pnp.set({ cacheMs: 0 });
  await pnp.control('POST', '/cache/clear');
  expect(await order()).toBe('CANCELLED');
  await pnp.moveTo(orderId, 'PICKING');
  expect(await order()).toBe('IN_PROGRESS');
});

test('requests over the budget of a second are refused and in the books', async () => {
  const pnp = await startPickAndPack();
  await pnp.set({ requestsPerSecond: 2 });
  await pnp.shop();
  const statuses = [await pnp.read(path), await pnp.read(path), await pnp.read(path)].map(({ status }) => status);
  expect(statuses).toEqual([200, 200, 429]);
  expect(pnp.books.report('demomarket').violations).toMatchObject([{ partner: 'vtex-pick-and-pack', limit: 2 }]);
  pnp.passMs(1_000);
  expect((await pnp.read(path)).status).toBe(200);
});

test('so are requests over the number that may run at once', async () => {
  const pnp = await startPickAndPack();
  await pnp.set({ requestsAtOnce: 1 });
  await pnp.shop();
  await pnp.token();
  pnp.faults.add({ match: { path: '/orders' }, fault: { kind: 'delay', ms: 100 } });
  const statuses = (await Promise.all([pnp.read(path), pnp.read(path)])).map(({ status }) => status);
  expect(statuses.toSorted((a, b) => a - b)).toEqual([200, 429]);
  expect(pnp.books.report().counts['vtex-pick-and-pack.tooManyAtOnce']).toBe(1);
  expect((await pnp.read(path)).status).toBe(200);
});

test('the legacy API takes the bare token only, and has codes of its own', async () => {
  const pnp = await startPickAndPack();
  const orderId = await pnp.shop();
  const token = await pnp.token();
  const legacy = `/picking-tracking/${orderId}`;
  const unauthorized = { status: 401, body: { code: '1000', message: 'Internal server' } };
  for (const authorization of [undefined, `Bearer ${token}`, 'x']) {
    expect(await pnp.legacy(legacy, authorization)).toMatchObject(unauthorized);
  }
  expect(await pnp.legacy('/picking-tracking/nobody', token)).toMatchObject({ status: 400, body: { code: '1002', message: 'Order not found by nobody' } }); // prettier-ignore
  expect(await pnp.legacy('/picking-tracking/', token)).toMatchObject({ status: 400, body: { code: '1002' } });
  expect(await pnp.legacy('/elsewhere', token)).toMatchObject({ status: 404, body: { code: '1001' } });
  expect(await pnp.legacy(legacy, token)).toEqual({
    status: 200,
    body: {
      message: 'success',
      data: { hostname: 'demomarket', orderId, fulfillmentStatus: 'READY_FOR_HANDLING', pickedItems: [] },
    },
  });
  await pnp.moveTo(orderId, 'READY_FOR_INVOICING', 'PREPARING_SHIPPING', 'ON_ROUTE');
  expect(await pnp.legacy(legacy, token)).toMatchObject({
    body: {
      data: {
        fulfillmentStatus: 'ON_ROUTE',
        pickedItems: [
          { id: '18', refId: 'ref-18', quantity: 1, sellingPrice: 9.9 },
          { id: '75', quantity: 2 },
        ],
        shipping: { trackingStatus: 'ON_ROUTE', services: [{ serviceStatus: 'ON_ROUTE' }] },
      },
    },
  });
  await pnp.control('POST', '/tokens/expire');
  expect(await pnp.legacy(legacy, token)).toMatchObject(unauthorized);
});
