import { afterAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { connectVtex } from '../support/connected-vtex.ts';
import { makeOrderReader, waiting } from '../support/order-reader.ts';
import { startPackline } from '../support/packline.ts';
import { testRedis } from '../support/redis.ts';

const { url } = await testRedis();
const packline = await startPackline({ redisUrl: url, sandbox: { picker: { mode: 'manual', outcome: 'exact' } } });
afterAll(() => packline.close());
const call: typeof packline.call = (...sent) => packline.call(...sent);
const control = (path: string, body: unknown = {}) => packline.control('POST', path, body);
const { reaches } = makeOrderReader(packline);
const { books, faults } = packline.sandbox;
const vtex = await connectVtex(packline, packline.sandboxUrl, {
  oms: { modification: 'auto' },
  atVtex: { changes: { stepMs: 0 }, erp: { invoices: false } },
  atPickAndPack: { cacheMs: 0, importDelayMs: 0 },
});
beforeEach(() => faults.clear());

const lines = [{ sku: '101', name: 'Milk', quantity: 2, price: 200 }];
const event = { city: 'Sydney', state: 'NSW', description: 'Handed over', date: '2026-01-15T10:00:00.000Z' };
const deliveredDate = '2026-01-15T10:05:00.000Z';
const trackingPath = '/orders/*/tracking';

const moveTo = (orderId: string, status: string) =>
  vi.waitFor(() => control(`/vtex-pick-and-pack/orders/${orderId}/status`, { status }), waiting);
const effects = (orderId: string) => books.effectsOf(vtex.account, orderId);
const requests = (method: string, path: RegExp) =>
  books.report().requests.filter((one) => one.method === method && path.test(one.path));
const patchesOf = (orderId: string) => requests('PATCH', new RegExp(`/orders/${orderId}/tracking`));
const omsTrackingOf = (orderId: string) => requests('PUT', new RegExp(`${orderId}/invoice/.*/tracking`));
const courierOf = async (orderId: string) => {
  const { doc } = (await vtex.atOms(orderId)) as {
    doc: { packageAttachment: { packages: { courierStatus: unknown; trackingNumber: string | null }[] } };
  };
  return doc.packageAttachment.packages[0];
};
const tell = (id: string, body: Record<string, unknown>) => call('PATCH', `/v1/orders/${id}/tracking`, body);

async function picked(): Promise<{ externalId: string; id: string }> {
  const externalId = await vtex.shop({ warehouseId: 'store-2', lines });
  for (const status of ['READY_FOR_PICKING', 'PICKING', 'READY_FOR_INVOICING']) await moveTo(externalId, status);
  const { id } = await reaches(externalId, { status: 'READY_FOR_INVOICING' });
  return { externalId, id: String(id) };
}

async function invoice({ externalId, id }: { externalId: string; id: string }): Promise<void> {
  const issuedAt = new Date().toISOString();
  const body = { invoiceNumber: 'INV1', issuedAt, valueMinor: 900 };
  await vi.waitFor(
    async () => expect((await call('POST', `/v1/orders/${id}/invoices`, body)).status).toBeLessThan(300),
    waiting,
  );
  await reaches(externalId, { invoiceStatus: 'invoiced' });
}

const invoiced = async () => {
  const order = await picked();
  await invoice(order);
  return order;
};

describe('a delivery that Pick and Pack does not know of', () => {
  test('is told to it alone, with all that happened on the way, and the OMS hears of it once', async () => {
    const { externalId, id } = await invoiced();
    for (let again = 0; again < 2; again += 1) await tell(id, { trackingNumber: 'T1', events: [event], deliveredDate });
    await vi.waitFor(async () => expect(await courierOf(externalId)).toMatchObject({ trackingNumber: 'T1', courierStatus: { finished: true } }), waiting); // prettier-ignore
    expect(effects(externalId)).toMatchObject({ 'pnp.deliveryTold': 1, 'oms.delivered': 1 });
    expect(await courierOf(externalId)).toMatchObject({
      courierStatus: { deliveredDate, data: [{ description: event.description }] },
    });
    expect(omsTrackingOf(externalId)).toEqual([]);
    await reaches(externalId, { status: 'DELIVERED', problems: [] });
    const { body } = await call('GET', `/v1/orders/${id}/timeline`);
    expect(JSON.stringify(body)).toContain('fulfilment.deliveryTold');
  });

  test('is told once, though Pick and Pack drops the connection after it has taken it', async () => {
    await packline.control('PATCH', '/vtex-pick-and-pack/accounts/demomarket', { webhooks: [] });
    const rule = { match: { partner: 'vtex-pick-and-pack', method: 'PATCH', path: trackingPath }, times: 1 };
    faults.add({ ...rule, fault: { kind: 'dropAfter' } });
    const externalId = await vtex.shop({ warehouseId: 'store-2', lines });
    for (const status of ['READY_FOR_PICKING', 'PICKING', 'READY_FOR_INVOICING']) await moveTo(externalId, status);
    const read = async () => String((await reaches(externalId, {}))['id']);
    await vi.waitFor(async () => expect(await read()).toMatch(/^ord_/), waiting);
    const id = await read();
    await call('POST', `/v1/orders/${id}/resync`);
    await reaches(externalId, { status: 'READY_FOR_INVOICING' });
    await invoice({ externalId, id });
    await tell(id, { deliveredDate });
    await vi.waitFor(async () => {
      const { body } = await call('GET', `/v1/orders/${id}/timeline`);
      expect(JSON.stringify(body)).toContain('"alreadyThere":true');
    }, waiting);
    expect(patchesOf(externalId)).toHaveLength(1);
    expect(effects(externalId)).toMatchObject({ 'pnp.deliveryTold': 1, 'oms.delivered': 1 });
    expect(faults.list().map(({ applied }) => applied)).toEqual([1]);
  });

  test('before the invoice is refused there and told as soon as the invoice is known, once', async () => {
    const order = await picked();
    const { externalId, id } = order;
    await tell(id, { deliveredDate, events: [event] });
    await vi.waitFor(() => expect(patchesOf(externalId).map(({ status }) => status)).toEqual([404]), waiting);
    await reaches(externalId, { status: 'DELIVERED', problems: [] });
    await invoice(order);
    await vi.waitFor(() => expect(effects(externalId)).toMatchObject({ 'oms.delivered': 1 }), waiting);
    expect(patchesOf(externalId).map(({ status }) => status)).toEqual([404, 200]);
    expect(effects(externalId)).toMatchObject({ 'pnp.deliveryTold': 1 });
    expect(omsTrackingOf(externalId)).toEqual([]);
  });
});

describe('a delivery that Pick and Pack tells of itself', () => {
  test('is not told back to it, whatever the merchant says afterwards', async () => {
    await packline.control('PATCH', '/vtex-pick-and-pack/accounts/demomarket', {
      webhooks: [{ url: String((await call('GET', `/v1/connections/${vtex.pickAndPackId}`)).body['webhookUrl']) }],
    });
    const { externalId, id } = await invoiced();
    for (const status of ['PREPARING_SHIPPING', 'ON_ROUTE', 'DELIVERED']) await moveTo(externalId, status);
    await reaches(externalId, { status: 'DELIVERED' });
    await tell(id, { deliveredDate, events: [event] });
    await vi.waitFor(async () => expect(await courierOf(externalId)).toMatchObject({ courierStatus: { finished: true, data: [{}] } }), waiting); // prettier-ignore
    expect(patchesOf(externalId)).toEqual([]);
    expect(effects(externalId)).toMatchObject({ 'oms.delivered': 1 });
    expect(effects(externalId)).not.toHaveProperty(['pnp.deliveryTold']);
  });
});
