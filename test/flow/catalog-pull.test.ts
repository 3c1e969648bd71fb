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

  it('are read once, however often they are told, in whichever spelling', async () => {
    await pull.change([sku(2, 5)]);
    await vi.waitFor(async () => expect(await pull.stockOf('2')).toMatchObject({ quantity: 4 }), waiting);
    const before = skuReads(2);
    await pull.change([sku(2, 6)], { notify: false });
    await pull.tellOf([{ skuId: 2, stock: true }], 500);
    await pull.setAffiliate({ spelling: 'idSKU' });
    await pull.tellOf([{ skuId: 2, price: true }], 500);
    await vi.waitFor(async () => expect(await pull.stockOf('2')).toMatchObject({ quantity: 5 }), waiting);
    await vi.waitFor(async () => expect(await pull.waitingSkus()).toBe(0), waiting);
    // While a thousand are told, a batch or a few are read.
    expect(skuReads(2) - before).toBeGreaterThan(0);
    expect(skuReads(2) - before).toBeLessThan(10);
    expect(packline.sandbox.books.report().counts['vtex.hook.200']).toBeGreaterThanOrEqual(1_000);
  });
});
