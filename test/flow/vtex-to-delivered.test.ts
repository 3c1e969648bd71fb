import { afterAll, describe, expect, test, vi } from 'vitest';
import { connectVtex } from '../support/connected-vtex.ts';
import { makeOrderReader, waiting } from '../support/order-reader.ts';
import { startPackline } from '../support/packline.ts';
import { testRedis } from '../support/redis.ts';

const { url } = await testRedis();
const packline = await startPackline({ redisUrl: url, sandbox: { picker: { outcome: 'exact' } } });
afterAll(() => packline.close());
const vtex = await connectVtex(packline, packline.sandboxUrl);
const { reaches } = makeOrderReader(packline);
const movesOf = (id: unknown) =>
  packline.subscriber.received
    .filter(({ type, data }) => type === 'order.status_changed' && data['orderId'] === id)
    .map(({ data }) => data['newStatus']);

describe('an order of VTEX', () => {
  test('walks from its hook to DELIVERED through VTEX Pick and Pack, each status told once and in order', async () => {
    const externalId = await vtex.shop({ warehouseId: 'store-2' });
    const order = await reaches(externalId, { status: 'DELIVERED', invoiceStatus: 'invoiced', problems: [] });
    await reaches(externalId, {
      connections: {
        fulfilment: { connector: 'vtex-pick-and-pack', state: 'delivered' },
        oms: { connector: 'vtex', connectionId: vtex.omsId },
      },
    });
    const { effects } = await vtex.atOms(externalId);
    expect(effects).toMatchObject({ 'oms.handlingStarted': 1, 'oms.invoiced': 1, 'pnp.imported': 1 });
    await vi.waitFor(() => expect(movesOf(order['id'])).toContain('DELIVERED'), waiting);
    expect(new Set(movesOf(order['id'])).size).toBe(movesOf(order['id']).length);
    const picked = () =>
      packline.subscriber.received.find(
        ({ type, data }) => type === 'order.items_picked' && data['orderId'] === order['id'],
      )?.data['lines'];
    await vi.waitFor(
      () =>
        expect(picked()).toMatchObject([
          { sku: '18', pickedQuantity: 1, shortQuantity: 0 },
          { sku: '75', pickedQuantity: 2, weightGrams: 380 },
        ]),
      waiting,
    );
  });

  test('walks from its hook to DELIVERED through Nash, and Packline starts its handling at VTEX once', async () => {
    const externalId = await vtex.shop({ warehouseId: 'store-1' });
    await reaches(externalId, {
      status: 'DELIVERED',
      connections: { fulfilment: { connector: 'nash' }, oms: { state: 'handling' } },
      problems: [],
    });
    expect((await vtex.atOms(externalId))['effects']).toEqual({ 'oms.handlingStarted': 1 });
    await vi.waitFor(
      async () =>
        expect((await vtex.atOms(externalId))['interactions']).toEqual(
          expect.arrayContaining([{ source: 'Packline', message: 'Packline: the order is DELIVERED' }]),
        ),
      waiting,
    );
  });

  test('is started at VTEX also when VTEX was away until it was delivered', async () => {
    const match = { method: 'POST', path: '/**/start-handling' };
    packline.sandbox.faults.add({ match, fault: { kind: 'status', status: 503 } });
    const externalId = await vtex.shop({ warehouseId: 'store-1' });
    await reaches(externalId, { status: 'DELIVERED', connections: { oms: { state: 'ready-for-handling' } } });
    packline.sandbox.faults.clear();
    await vi.waitFor(
      async () => expect((await vtex.atOms(externalId))['effects']).toEqual({ 'oms.handlingStarted': 1 }),
      waiting,
    );
  });

  test('that the customer picks up waits for them, and is DELIVERED when they came', async () => {
    const externalId = await vtex.shop({ warehouseId: 'store-2', fulfilment: 'pickup' });
    const order = await reaches(externalId, { status: 'DELIVERED', fulfilment: 'pickup' });
    await vi.waitFor(() => expect(movesOf(order['id'])).toContain('DELIVERED'), waiting);
  });
});
