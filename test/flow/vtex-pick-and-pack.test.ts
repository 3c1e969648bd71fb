import { afterAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { makeEntry } from '../../src/queues/define-job.ts';
import { sweep } from '../../src/queues/sweep.ts';
import { commit } from '../../src/store/commit.ts';
import { freeLane } from '../../src/store/entries.ts';
import { connectVtex } from '../support/connected-vtex.ts';
import { makeOrderReader, waiting } from '../support/order-reader.ts';
import { startPackline } from '../support/packline.ts';
import { testRedis } from '../support/redis.ts';

const { url } = await testRedis();
const packline = await startPackline({ redisUrl: url, sandbox: { picker: { outcome: 'exact' } } });
afterAll(() => packline.close());
const { faults } = packline.sandbox;
const vtex = await connectVtex(packline, packline.sandboxUrl);
const at = await packline.call('GET', `/v1/connections/${vtex.pickAndPackId}`);
const webhookUrl = String(at.body['webhookUrl']);
const { list, read, reaches, problemsOf } = makeOrderReader(packline);
const control = (path: string, body: unknown = {}) => packline.control('POST', path, body);
const atPickAndPack = (changes: Record<string, unknown>) =>
  packline.control('PATCH', '/vtex-pick-and-pack/accounts/demomarket', changes);
const picker = (mode: 'walk' | 'manual') => control('/picker', { mode });
/** As soon as Pick and Pack has it, which is not when the shopper has. */
const moveTo = (orderId: string, status: string) =>
  vi.waitFor(() => control(`/vtex-pick-and-pack/orders/${orderId}/status`, { status }), waiting);
const arrives = (orderId: string) =>
  reaches(orderId, {
    connections: { fulfilment: { connector: 'vtex-pick-and-pack', dispatchedAt: expect.any(String) } },
  });

beforeEach(async () => {
  faults.clear();
  await picker('walk');
  await atPickAndPack({
    packing: 'afterPicking',
    importing: true,
    followsCancel: true,
    excludeWarehouseIds: ['store-1'],
    importDelayMs: 0,
    cacheMs: 0,
    tokenSeconds: 900,
    webhooks: [{ url: webhookUrl }],
  });
  await packline.control('PATCH', '/vtex/accounts/demomarket', { erp: { invoices: true } });
});

let ticks = 0;
/** As if nothing had been heard of any order for long. */
async function lookAtQuietOrders(): Promise<void> {
  const [store] = packline.base.stores;
  if (store === undefined) throw new Error('there is a shard');
  const open = await store.redis.zrange(store.keys.open, '0', '-1');
  ticks += 1;
  const entry = makeEntry(
    sweep,
    { kind: 'quiet', tick: 1_000_000_000 + ticks },
    { lane: freeLane, cause: `test-${ticks}` },
  );
  await commit(store, {
    writes: open.map((orderId) => ['ZADD', store.keys.open, '0', orderId]),
    entries: [entry],
  });
}

describe('with half of the webhooks lost, and reads that are stale', () => {
  test('reads bring every order to its end, and tell what was picked', async () => {
    await atPickAndPack({ cacheMs: 300_000 });
    faults.add({
      match: { partner: 'vtex-pick-and-pack', event: 'order.*' },
      probability: 0.5,
      fault: { kind: 'dropWebhook' },
    });
    const ids = await Promise.all(Array.from({ length: 12 }, () => vtex.shop({ warehouseId: 'store-2' })));
    await vi.waitFor(
      async () => {
        await lookAtQuietOrders();
        for (const id of ids) {
          const order = await read(id);
          expect(order).toMatchObject({ status: 'DELIVERED', invoiceStatus: 'invoiced' });
          const picked = await packline.call('GET', `/v1/orders/${String(order['id'])}/picked-items`);
          expect(JSON.stringify(picked.body)).toContain('"sku":"75"');
        }
      },
      { timeout: 40_000, interval: 700 },
    );
  }, 60_000);
});

describe('an order that Pick and Pack takes by itself', () => {
  test('whose hooks are ahead of its import here loses none of them', async () => {
    await picker('manual');
    const orderId = await vtex.shop({ warehouseId: 'store-2', visibleAfterReads: 2 });
    await moveTo(orderId, 'READY_FOR_PICKING');
    await moveTo(orderId, 'PICKING');
    expect(await list(orderId)).toEqual([]);
    await reaches(orderId, { status: 'PICKING' });
  });

  test('is waited for, and there is nothing to submit', async () => {
    await atPickAndPack({ importing: false });
    await picker('manual');
    const orderId = await vtex.shop({ warehouseId: 'store-2' });
    await reaches(orderId, { status: 'RECEIVED', connections: { fulfilment: { dispatchedAt: null } } });
    await control(`/vtex-pick-and-pack/orders/${orderId}/import`);
    await arrives(orderId);
  });

  test('that packs after its invoice shows its packing after its invoice', async () => {
    await atPickAndPack({ packing: 'afterInvoice' });
    await picker('manual');
    const orderId = await vtex.shop({ warehouseId: 'store-2' });
    for (const status of ['READY_FOR_PICKING', 'PICKING', 'READY_FOR_INVOICING']) await moveTo(orderId, status);
    await reaches(orderId, { status: 'INVOICED' });
    for (const status of ['INVOICING', 'INVOICED', 'READY_FOR_PACKING', 'PACKING']) await moveTo(orderId, status);
    await reaches(orderId, { status: 'PACKING', problems: [] });
    for (const status of ['PREPARING_SHIPPING', 'ON_ROUTE']) await moveTo(orderId, status);
    await reaches(orderId, { status: 'ON_ROUTE' });
  });

  test('that is invoiced too early goes IDLE there, and somebody is told', async () => {
    await picker('manual');
    const orderId = await vtex.shop({ warehouseId: 'store-2' });
    await moveTo(orderId, 'READY_FOR_PICKING');
    await moveTo(orderId, 'PICKING');
    await control(`/vtex/orders/${orderId}/invoice`);
    await reaches(orderId, { status: 'IDLE', invoiceStatus: 'invoiced', problems: [{ code: 'order.idle' }] });
  });

  test('keeps a status that nobody has heard of, and shows it', async () => {
    await picker('manual');
    const orderId = await vtex.shop({ warehouseId: 'store-2' });
    await moveTo(orderId, 'PICKING');
    await moveTo(orderId, 'ON_THE_MOON');
    await reaches(orderId, { status: 'PICKING', problems: [{ code: 'order.unknown_status' }] });
    await moveTo(orderId, 'READY_FOR_PACKING');
    await reaches(orderId, { status: 'READY_FOR_PACKING' });
  });
});

describe('a cancellation', () => {
  test('in the OMS ends the order here and is told once', async () => {
    await picker('manual');
    const orderId = await vtex.shop({ warehouseId: 'store-2' });
    await arrives(orderId);
    await control(`/vtex/orders/${orderId}/cancel`);
    const order = await reaches(orderId, { status: 'CANCELED', connections: { oms: { state: 'canceled' } } });
    const told = () =>
      packline.subscriber.received.filter(
        ({ type, data }) => type === 'order.canceled' && data['orderId'] === order['id'],
      );
    await vi.waitFor(() => expect(told()).toHaveLength(1), waiting);
  });

  test('in the OMS that Pick and Pack does not hear of ends the order here all the same', async () => {
    await atPickAndPack({ followsCancel: false });
    await picker('manual');
    const orderId = await vtex.shop({ warehouseId: 'store-2' });
    await arrives(orderId);
    await control(`/vtex/orders/${orderId}/cancel`);
    await reaches(orderId, { status: 'CANCELED' });
  });

  test('by the merchant is made in the OMS, which Pick and Pack follows', async () => {
    await picker('manual');
    const orderId = await vtex.shop({ warehouseId: 'store-2' });
    const { id } = await arrives(orderId);
    await packline.call('POST', `/v1/orders/${String(id)}/cancel`, { reason: 'out of stock' });
    await reaches(orderId, { status: 'CANCELED', cancellation: { state: 'done' } });
    await vi.waitFor(async () => expect((await vtex.atOms(orderId))['status']).toBe('canceled'), waiting);
  });

  test('by the merchant of an invoiced order is refused, and nobody is asked', async () => {
    await picker('manual');
    const orderId = await vtex.shop({ warehouseId: 'store-2' });
    await moveTo(orderId, 'READY_FOR_INVOICING');
    const { id } = await reaches(orderId, { invoiceStatus: 'invoiced' });
    const { status, body } = await packline.call('POST', `/v1/orders/${String(id)}/cancel`, {});
    expect({ status, code: body['code'] }).toEqual({ status: 409, code: 'order.state' });
    expect(String(body['detail'])).toContain('an invoice of it exists');
    expect(await read(orderId)).toMatchObject({ cancellation: null, problems: [] });
  });

  test('that Pick and Pack did not follow is told of when it is read, until it has stopped there', async () => {
    await atPickAndPack({ followsCancel: false });
    await picker('manual');
    const orderId = await vtex.shop({ warehouseId: 'store-2' });
    const { id } = await arrives(orderId);
    await control(`/vtex/orders/${orderId}/cancel`);
    await reaches(orderId, { status: 'CANCELED' });
    await packline.call('POST', `/v1/orders/${String(id)}/resync`);
    await reaches(orderId, { problems: [{ code: 'order.cancel_not_followed', source: 'you' }] });
    await moveTo(orderId, 'CANCELED');
    await reaches(orderId, { status: 'CANCELED', problems: [] });
  });

  test('made in Pick and Pack is made in the OMS too', async () => {
    await picker('manual');
    const orderId = await vtex.shop({ warehouseId: 'store-2' });
    await arrives(orderId);
    await moveTo(orderId, 'CANCELED');
    await reaches(orderId, { status: 'CANCELED', cancellation: { state: 'done' } });
    await vi.waitFor(async () => expect((await vtex.atOms(orderId))['status']).toBe('canceled'), waiting);
  });

  test('in the OMS of an order that Nash has stops the courier', async () => {
    await picker('manual');
    const orderId = await vtex.shop({ warehouseId: 'store-1' });
    await reaches(orderId, { connections: { fulfilment: { connector: 'nash', dispatchedAt: expect.any(String) } } });
    await control(`/vtex/orders/${orderId}/cancel`);
    await reaches(orderId, { status: 'CANCELED' });
    expect(packline.sandbox.books.effectsOf('org_demo', orderId)).toMatchObject({ 'job.canceled': 1 });
  });

  test('by the merchant of an order that Nash has is made at Nash and then, once, in the OMS', async () => {
    await picker('manual');
    const orderId = await vtex.shop({ warehouseId: 'store-1' });
    const { id } = await reaches(orderId, {
      connections: { fulfilment: { connector: 'nash', dispatchedAt: expect.any(String) } },
    });
    await packline.call('POST', `/v1/orders/${String(id)}/cancel`, { reason: 'out of stock' });
    await reaches(orderId, { status: 'CANCELED' });
    await vi.waitFor(async () => expect((await vtex.atOms(orderId))['status']).toBe('canceled'), waiting);
  });
});

describe('an order that Nash handles', () => {
  test('and Pick and Pack has imported too is a problem until it is excluded there', async () => {
    await picker('manual');
    await atPickAndPack({ excludeWarehouseIds: [] });
    const orderId = await vtex.shop({ warehouseId: 'store-1' });
    await reaches(orderId, { connections: { fulfilment: { connector: 'nash' } } });
    await moveTo(orderId, 'READY_FOR_PICKING');
    await vi.waitFor(async () => expect(await problemsOf(orderId)).toContain('double_fulfilment'), waiting);
  });
});

describe('the token', () => {
  test('that has expired is made anew, and no order waits for it', async () => {
    await picker('manual');
    const first = await vtex.shop({ warehouseId: 'store-2' });
    await arrives(first);
    await control('/vtex-pick-and-pack/tokens/expire');
    const orderId = await vtex.shop({ warehouseId: 'store-2' });
    await moveTo(orderId, 'READY_FOR_INVOICING');
    const { id } = await reaches(orderId, { invoiceStatus: 'invoiced' });
    await vi.waitFor(async () => {
      const picked = await packline.call('GET', `/v1/orders/${String(id)}/picked-items`);
      expect(JSON.stringify(picked.body)).toContain('"sku":"75"');
    }, waiting);
  });

  test('whose endpoint is down delays the order, and loses nothing', async () => {
    await picker('manual');
    await atPickAndPack({ webhooks: [] });
    await control('/vtex-pick-and-pack/tokens/expire');
    faults.add({
      match: { partner: 'vtex-pick-and-pack', path: '/token' },
      times: 2,
      fault: { kind: 'status', status: 503 },
    });
    const orderId = await vtex.shop({ warehouseId: 'store-2' });
    await arrives(orderId);
  });
});
