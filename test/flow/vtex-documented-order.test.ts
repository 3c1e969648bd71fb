import { afterAll, describe, expect, test, vi } from 'vitest';
import { orderBody, orderId } from '../fixtures/vtex/order.ts';
import { connectVtex } from '../support/connected-vtex.ts';
import { makeOrderReader, waiting } from '../support/order-reader.ts';
import { startPackline } from '../support/packline.ts';
import { testRedis } from '../support/redis.ts';

const { url } = await testRedis();
const packline = await startPackline({ redisUrl: url, sandbox: { picker: { outcome: 'exact' } } });
afterAll(() => packline.close());
const { list } = makeOrderReader(packline);

/** The example is of an order that is long past its delivery: where it stands is the account's to say. */
const { status: _, packageAttachment: __, invoicedDate: ___, ...documented } = orderBody();
/** Where the example's order lies. */
const warehouse = 'warehouse_68d7';

const throughPickAndPack = await connectVtex(packline, packline.sandboxUrl);
const throughNash = await connectVtex(packline, packline.sandboxUrl, {
  account: 'luxstore',
  oms: { storeLocations: { [warehouse]: 'store-1' } },
  atPickAndPack: { excludeWarehouseIds: [warehouse] },
});
await packline.call('PATCH', `/v1/connections/${packline.connectionId}`, {
  routing: [{ storeLocationIds: ['store-1'], connections: ['generic', throughNash.omsId] }],
});

describe('the order that VTEX documents', () => {
  test.each([
    ['VTEX Pick and Pack', throughPickAndPack, 'vtex-pick-and-pack'],
    ['Nash', throughNash, 'nash'],
  ])('walks from its hook to DELIVERED through %s', async (_title, vtex, connector) => {
    await vtex.shop({ orderId, doc: documented });
    const delivered = async () => {
      const orders = await list(orderId);
      return orders.find(({ connections }) => (connections as { source: string }).source === vtex.omsId);
    };
    await vi.waitFor(
      async () =>
        expect(await delivered()).toMatchObject({
          status: 'DELIVERED',
          currency: 'BRL',
          recipient: { name: 'Rodrigo Smith', address: { city: 'Rio de Janeiro', country: 'BRA' } },
          lines: [{ id: '94913BB553334977BFD669A24E678C69', sku: '18', quantity: 1, unitPriceMinor: 990 }],
          totals: { grandTotalMinor: 1160 },
          connections: { fulfilment: { connector } },
          problems: [],
        }),
      waiting,
    );
  });
});

test('an account that has only the older status API walks its orders to DELIVERED by its webhooks and that API', async () => {
  const legacy = await connectVtex(packline, packline.sandboxUrl, {
    account: 'oldstore',
    pickAndPack: { api: 'legacy' },
  });
  const externalId = await legacy.shop({ orderId: 'v1oldstore-01', warehouseId: 'store-2' });
  await vi.waitFor(async () => expect((await list(externalId))[0]).toMatchObject({ status: 'DELIVERED' }), waiting);
});
