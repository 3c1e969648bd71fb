import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { startPackline, type TestPackline } from '../support/packline.ts';
import { testRedis } from '../support/redis.ts';
import { item, openShop, product, range } from '../support/stocked-shop.ts';

const { url: redisUrl } = await testRedis();
let packline: TestPackline;
let shop: ReturnType<typeof openShop>;
const count = 2_300;
const stock = range(count, (n) => item(n, n));
beforeAll(async () => {
  packline = await startPackline({ redisUrl });
  shop = openShop(packline);
  await shop.push('products', range(count, product));
  await shop.push('inventory', stock);
}, 60_000);
afterAll(() => packline.close());

const path = () => `/v1/connections/${packline.connectionId}/stock-reconciliations`;
async function reconcile(body: { kind?: string; mode?: string } = {}): Promise<Record<string, unknown>> {
  const begun = await packline.call('POST', path(), body);
  expect(begun.status, JSON.stringify(begun.body)).toBe(202);
  return vi.waitFor(
    async () => {
      const report = (await packline.call('GET', `${path()}/${String(begun.body['id'])}`)).body;
      expect(report['status'], JSON.stringify(report)).toBe('done');
      return report;
    },
    { timeout: 30_000, interval: 50 },
  );
}
const openIssues = async () => {
  const { body } = await packline.call('GET', '/v1/issues?status=open');
  return (body['data'] as { code: string }[]).filter(({ code }) => code.endsWith('.drift'));
};

test('books that are as they were left are found so, all of them', async () => {
  const report = await reconcile();
  expect(report).toMatchObject({ total: count, listed: count, same: count, missing: 0, forgotten: 0, requests: 3 });
  expect(await shop.push('inventory', stock)).toMatchObject({ counts: { unchanged: count, accepted: 0 } });
});

test('rows that drifted are found and named, and the same upload sends exactly these', async () => {
  await shop.plant('inventory', [item(7, 9_007), item(1_500, 1), { ...item(2_299, 2_299), available: false }]);
  const { expected, ...report } = { expected: [7, 1_500, 2_299], ...(await reconcile()) };
  expect(report).toMatchObject({
    compared: count,
    different: 3,
    same: count - 3,
    missing: 0,
    forgotten: 3,
    foreign: 0,
  });
  expect((report as unknown as { examples: object[] }).examples).toEqual(
    expected.map((n) => ({ externalProductId: `p-${n}`, externalStoreLocationId: 'store-1' })),
  );
  const found = packline.subscriber.received.filter(({ type }) => type === 'inventory.drift_found');
  await vi.waitFor(() => expect(packline.subscriber.received.map(({ type }) => type)).toContain('inventory.drift_found')); // prettier-ignore
  expect(found.length).toBeLessThanOrEqual(1);
  expect(await shop.push('inventory', stock)).toMatchObject({ counts: { unchanged: count - 3, accepted: 3 } });
  expect(await reconcile()).toMatchObject({ same: count, different: 0 });
  expect(await openIssues()).toEqual([]);
});

test('products are compared as stock is, and more drift than is let pass is an issue until it is gone', async () => {
  await packline.call('PATCH', `/v1/connections/${packline.connectionId}`, {
    settings: { stockReconciliation: { issuePercent: 0 } },
  });
  await shop.plant('products', [
    { ...product(5), name: 'Another name' },
    { ...product(1), externalIdentifier: 'own' },
  ]);
  expect(await reconcile({ kind: 'products' })).toMatchObject({
    compared: count,
    different: 1,
    foreign: 1,
    examples: [{ externalIdentifier: 'p-5' }],
  });
  expect(await openIssues()).toMatchObject([{ code: 'catalog.drift', status: 'open' }]);
  expect(await shop.push('products', range(count, product))).toMatchObject({ counts: { accepted: 1 } });
  expect(await reconcile({ kind: 'products' })).toMatchObject({ different: 0 });
  expect(await openIssues()).toEqual([]);
});
