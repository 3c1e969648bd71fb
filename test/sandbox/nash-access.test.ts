import { expect, test } from 'vitest';
import { errorOf, makeOrder, makeProduct, startNash } from './nash-harness.ts';

test('a call without a token is 401, and one with an unknown key is the 404 that says so', async () => {
  const nash = await startNash();
  const without = await nash.call('GET', '/v1/orders', undefined, { apiKey: null });
  expect([without.status, errorOf(without).code]).toEqual([401, 'UNAUTHORIZED']);
  const unknown = await nash.call('GET', '/v1/orders', undefined, { apiKey: 'other' });
  expect([unknown.status, errorOf(unknown)]).toMatchObject([
    404,
    { code: 'MISSING_RESOURCE', message: 'API key not found' },
  ]);
});

test('a key opens its own region only', async () => {
  const nash = await startNash();
  await nash.control('POST', '/nash/organisations', { orgId: 'org_au', apiKey: 'key-au', region: 'au' });
  const wrong = await nash.call('GET', '/v1/orders', undefined, { apiKey: 'key-au' });
  expect(errorOf(wrong)).toMatchObject({ code: 'MISSING_RESOURCE', message: 'API key not found' });
  const right = await fetch(`${nash.url}/nash-au/v1/orders`, { headers: { authorization: 'Bearer key-au' } });
  expect(right.status).toBe(200);
});

test('a key of several organisations needs Nash-Org-Id, and one of those it belongs to', async () => {
  const nash = await startNash();
  for (const orgId of ['org_a', 'org_b']) {
    await nash.control('POST', '/nash/organisations', { orgId, apiKey: 'shared' });
  }
  const call = (orgId?: string) =>
    nash.call('GET', '/v1/orders', undefined, { apiKey: 'shared', ...(orgId === undefined ? {} : { orgId }) });
  expect(errorOf(await call()).code).toBe('BAD_REQUEST');
  expect(errorOf(await call('org_demo')).code).toBe('FORBIDDEN');
  expect((await call('org_b')).status).toBe(200);
  expect(
    (
      await nash.call('POST', '/v1/order/external-identifier/o-1', makeOrder('o-1'), {
        apiKey: 'shared',
        orgId: 'org_a',
      })
    ).status,
  ).toBe(200);
  expect((await nash.call('GET', '/v1/order/o-1', undefined, { apiKey: 'shared', orgId: 'org_b' })).status).toBe(404);
});

test('every answer carries X-REQUEST-ID, and an error says it in the body too', async () => {
  const nash = await startNash();
  expect((await nash.call('GET', '/v1/orders')).headers.get('x-request-id')).toMatch(/./);
  expect(errorOf(await nash.call('GET', '/v1/order/none')).message).toBe("order 'none' does not exist");
});

test('the catalog budget is 10 requests in any second, apart from the 20 of everything else', async () => {
  let nowMs = 1_800_000_000_000;
  const nash = await startNash({ clock: { now: () => nowMs } });
  const get = async (path: string, times: number): Promise<number[]> => {
    const answers = await Promise.all(Array.from({ length: times }, () => nash.call('GET', path)));
    return answers.map(({ status }) => status).toSorted((one, other) => one - other);
  };
  expect(await get('/v1/products', 11)).toEqual([...Array.from({ length: 10 }, () => 200), 429]);
  nowMs += 500;
  expect(await get('/v1/inventory', 1)).toEqual([429]);
  expect(await get('/v1/orders', 20)).toEqual(Array.from({ length: 20 }, () => 200));
  expect(await get('/v1/jobs', 1)).toEqual([429]);
  nowMs += 500;
  expect(await get('/v1/products', 10)).toEqual(Array.from({ length: 10 }, () => 200));

  const books = nash.sandbox.books.report();
  expect(books.rates).toEqual({
    'org_demo/catalog': { limit: 10, requests: 22, violations: 2, worst: 12 },
    'org_demo/default': { limit: 20, requests: 21, violations: 1, worst: 21 },
  });
  expect(books.violations.map(({ bucket, arrivedAt }) => [bucket, arrivedAt])).toEqual([
    ['catalog', 1_800_000_000_000],
    ['catalog', 1_800_000_000_500],
    ['default', 1_800_000_000_500],
  ]);
});

test('a 429 carries Retry-After unless the sandbox is told to leave it out', async () => {
  const nash = await startNash({ clock: { now: () => 0 } });
  await nash.control('POST', '/nash/organisations', { orgId: 'org_slow', apiKey: 'slow', limits: { default: 1 } });
  const call = () => nash.call('GET', '/v1/orders', undefined, { apiKey: 'slow' });
  await call();
  const refused = await call();
  expect([refused.status, errorOf(refused).code, refused.headers.get('retry-after')]).toEqual([
    429,
    'TOO_MANY_REQUESTS',
    '1',
  ]);
  await nash.control('POST', '/nash/answers', { retryAfter: false });
  expect((await call()).headers.get('retry-after')).toBeNull();
});

test('the books tell each request with its arrival, and narrow to one organisation', async () => {
  const nash = await startNash();
  await nash.control('POST', '/nash/organisations', { orgId: 'org_b', apiKey: 'key-b' });
  const before = Date.now();
  await nash.call('POST', '/v1/products', { products: [makeProduct('p-1')] });
  await nash.call('GET', '/v1/orders?limit=5', undefined, { apiKey: 'key-b' });
  const { body } = await nash.control('GET', '/books?org=org_demo');
  expect(body).toMatchObject({
    effects: { org_demo: { 'product:p-1': { 'product.created': 1 } } },
    requests: [{ partner: 'nash', org: 'org_demo', method: 'POST', path: '/v1/products', status: 200 }],
    requestsTotal: 2,
  });
  expect(nash.sandbox.books.report('org_b').requests[0]?.arrivedAt).toBeGreaterThanOrEqual(before);
});

test('a reset forgets orders, faults and books and keeps organisations and endpoints', async () => {
  const nash = await startNash();
  await nash.control('POST', '/nash/organisations', {
    orgId: 'org_b',
    apiKey: 'key-b',
    webhookUrl: 'http://127.0.0.1:9/hook',
  });
  await nash.call('POST', '/v1/order/external-identifier/o-1', makeOrder('o-1'), { apiKey: 'key-b' });
  await nash.control('POST', '/faults', { fault: { kind: 'status', status: 503 } });
  expect((await nash.control('POST', '/reset')).status).toBe(204);
  expect((await nash.control('GET', '/books')).body).toMatchObject({ effects: {}, requests: [], faults: {} });
  expect((await nash.call('GET', '/v1/order/o-1', undefined, { apiKey: 'key-b' })).status).toBe(404);
  expect((await nash.control('GET', '/nash/endpoints?org=org_b')).body).toMatchObject({
    endpoints: [{ url: 'http://127.0.0.1:9/hook' }],
  });
});

test('operations that Nash does not have are refused', async () => {
  const nash = await startNash();
  expect((await nash.call('DELETE', '/v1/products')).status).toBe(405);
  expect(errorOf(await nash.call('POST', '/v1/order/o-1/cancel')).code).toBe('NOT_FOUND');
});
