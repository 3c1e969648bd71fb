import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { RequestEntry } from '../../src/sandbox/books.ts';
import { startPackline, type TestPackline } from '../support/packline.ts';
import { connectPull, type ConnectedPull } from '../support/connected-pull.ts';
import { testRedis } from '../support/redis.ts';

const { url: redisUrl } = await testRedis();
let packline: TestPackline;
let pull: ConnectedPull;
beforeAll(async () => {
  packline = await startPackline({ redisUrl });
  pull = await connectPull(packline, packline.sandboxUrl);
});
afterAll(() => packline.close());

const waiting = { timeout: 30_000, interval: 100 };
const readsOf = (skuId: number, call: string): RequestEntry[] =>
  packline.sandbox.books.report(pull.account).requests.filter(({ path }) => path.endsWith(`/${call}/${skuId}`));
const skuReads = (skuId: number) => readsOf(skuId, 'stockkeepingunitbyid').length;
const sku = (id: number, total: number, more: object = {}) => ({
  id,
  basePrice: 9.9,
  stock: { wh1: { total, reserved: 1 } },
  ...more,
});

describe('changes that an affiliate is told of', () => {
  it('bring a new SKU with its stock to the partner, the product first', async () => {
    await pull.change([sku(1, 8)]);
    await vi.waitFor(async () => {
      expect(await pull.products()).toContainEqual(
        expect.objectContaining({
          externalIdentifier: '1',
          sku: '1',
          name: 'Product 1',
          description: 'Product 1, as good as it gets',
          weight: 0.25,
          dimensions: { depth: 20, height: 10, width: 5 },
          identifiers: [
            { type: 'EAN', value: '7890000000001' },
            { type: 'REF_ID', value: 'R-1' },
          ],
        }),
      );
      const rows = await pull.inventory();
      expect(rows).toContainEqual(
        expect.objectContaining({
          externalProductId: '1',
          externalStoreLocationId: 'store-1',
          available: true,
          quantity: 7,
          valueCents: 990,
          currency: 'BRL',
        }),
      );
    }, waiting);
    await vi.waitFor(async () => {
      const { data } = await pull.runs();
      expect(data.map(({ kind, source, status }) => [kind, source, status])).toEqual([
        ['inventory', 'pull', 'completed'],
        ['products', 'pull', 'completed'],
      ]);
    }, waiting);
  });

  it('are read once or a few times, however often they are told, in whichever spelling', async () => {
    await pull.change([sku(2, 5)]);
    await vi.waitFor(async () => expect(await pull.stockOf('2')).toMatchObject({ quantity: 4 }), waiting);
    const before = skuReads(2);
    await pull.change([sku(2, 6)], { notify: false });
    const tell = (body: object) => fetch(pull.noticeUrl, { method: 'POST', body: JSON.stringify(body) });
    const told = 200;
    for (let from = 0; from < told; from += 20) {
      const one = from % 40 === 0 ? { IdSku: '2', StockModified: true } : { idSKU: '2', priceModified: true };
      const answers = await Promise.all(Array.from({ length: 20 }, () => tell(one)));
      expect(answers.every(({ status }) => status === 200)).toBe(true);
    }
    // As the affiliate itself is told, in its other spelling.
    await pull.setAffiliate({ spelling: 'idSKU' });
    await pull.tellOf([{ skuId: 2, price: true }], 5);
    await vi.waitFor(async () => expect(await pull.stockOf('2')).toMatchObject({ quantity: 5 }), waiting);
    await vi.waitFor(async () => expect(await pull.waitingSkus()).toBe(0), waiting);
    expect(skuReads(2) - before).toBeGreaterThan(0);
    // A batch for each second in which they came.
    expect(skuReads(2) - before).toBeLessThan(told / 4);
  });
});

describe('what VTEX has', () => {
  it('is told as it is: weighed goods, prices of the trade policy, stock that never ends', async () => {
    await pull.change([
      sku(10, 4, { measurementUnit: 'kg', unitMultiplier: 0.35, basePrice: 20, ean: null }),
      sku(11, 3, {
        fixedPrices: [
          { tradePolicyId: '1', value: 7.5 },
          { tradePolicyId: '2', value: 1 },
        ],
      }),
      sku(12, 1, { stock: { wh1: { total: 0, unlimited: true } } }),
    ]);
    await vi.waitFor(async () => expect(await pull.stockOf('12')).toBeDefined(), waiting);
    const products = await pull.products();
    expect(products.find((row) => row['externalIdentifier'] === '10')).toMatchObject({
      attributes: ['WEIGHTED'],
      details: { weightedItemInfo: { weightPerItem: 0.35, weightUnit: 'kg' } },
    });
    // 20.00 a kilogram: a piece of 350 g is 7.00.
    expect(await pull.stockOf('10')).toMatchObject({
      quantity: 3,
      valueCents: 700,
      details: { weightedItemInfo: { valueCentsPerMeasurementUnit: 2_000 } },
    });
    expect(await pull.stockOf('11')).toMatchObject({ valueCents: 750 });
    expect(await pull.stockOf('12')).toMatchObject({ available: true, quantity: 1_000_000 });
  });

  it('is in no store any more when it is taken out of the trade policy, switched off or gone', async () => {
    await pull.change([sku(20, 4), sku(21, 4), sku(22, 4)]);
    await vi.waitFor(async () => expect(await pull.stockOf('22')).toMatchObject({ available: true }), waiting);
    await pull.change([
      { id: 20, salesChannels: [] },
      { id: 21, active: false },
      { id: 22, gone: true },
    ]);
    for (const skuId of ['20', '21', '22']) {
      await vi.waitFor(
        async () => expect(await pull.stockOf(skuId), skuId).toMatchObject({ available: false, quantity: 0 }),
        waiting,
      );
    }
  });

  it('and cannot be mapped is rejected with its reason: no EAN, no price, a warehouse that nobody gave a store', async () => {
    const before = new Set((await pull.runs()).data.map(({ id }) => id));
    await pull.change([
      sku(30, 4, { ean: null }),
      sku(31, 4, { basePrice: null }),
      sku(32, 4, { stock: { wh1: { total: 2 }, wh2: { total: 3 }, wh9: { total: 5 } } }),
    ]);
    await vi.waitFor(async () => expect(await pull.stockOf('32')).toMatchObject({ quantity: 2 }), waiting);
    const reasons = new Set<string>();
    await vi.waitFor(async () => {
      for (const { id } of (await pull.runs()).data.filter((run) => !before.has(run['id']))) {
        const { body } = await packline.call('GET', `/v1/runs/${String(id)}/items?verdict=rejected`);
        for (const item of body['data'] as { errors: { code: string }[] }[]) {
          for (const { code } of item.errors) reasons.add(code);
        }
      }
      expect([...reasons].sort()).toEqual(['vtex.no_ean', 'vtex.no_price', 'vtex.warehouse_unmapped']);
    }, waiting);
    expect(await pull.stockOf('30')).toBeUndefined();
  });
});

describe('a complete read', () => {
  it('reads every page within the limits, waits out a 429 in the middle, and brings everything to the partner', async () => {
    const count = 1_030;
    const ids = Array.from({ length: count }, (_, n) => 1_000 + n);
    await pull.change(
      ids.map((id) => sku(id, id)),
      { notify: false },
    );
    const match = { partner: 'vtex', path: '/api/logistics/pvt/inventory/skus/1500' };
    await packline.control('POST', '/faults', { match, times: 1, fault: { kind: 'rateLimit', retryAfterSeconds: 1 } });
    const path = `/v1/connections/${pull.omsId}/pulls`;
    const begun = await packline.call('POST', path);
    expect(begun.status).toBe(202);
    expect((await packline.call('POST', path)).body).toMatchObject({ code: 'pull.running' });
    const over = { timeout: 120_000, interval: 250 };
    await vi.waitFor(async () => expect((await pull.pulls())['full']).toMatchObject({ status: 'done' }), over);
    await vi.waitFor(async () => {
      const { body } = await packline.call('GET', `/v1/runs/${String(begun.body['inventoryRunId'])}`);
      expect(body).toMatchObject({ source: 'pull', status: 'completedWithRejects' });
    }, over);
    const rows = new Map((await pull.inventory()).map((row) => [row['externalProductId'], row['quantity']]));
    for (const id of ids) expect(rows.get(String(id)), String(id)).toBe(id - 1);
    const { violations, rates } = packline.sandbox.books.report(pull.account);
    expect(violations).toEqual([]);
    expect(Object.keys(rates).filter((name) => /prices|inventory|stockkeeping/.test(name))).toHaveLength(4);
  }, 180_000);
});
