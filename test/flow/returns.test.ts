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
const { reaches, read, problemsOf } = makeOrderReader(packline);
const vtex = await connectVtex(packline, packline.sandboxUrl, { atVtex: { erp: { invoices: true } } });
const { body } = await call('GET', `/v1/connections/${vtex.pickAndPackId}`);
const webhookUrl = String(body['webhookUrl']);
const lines = [
  { sku: '101', name: 'Milk', quantity: 2, price: 200 },
  { sku: '102', name: 'Bread', quantity: 1, price: 500 },
];

beforeEach(async () => {
  packline.sandbox.faults.clear();
  await packline.control('PATCH', '/vtex-pick-and-pack/accounts/demomarket', {
    cacheMs: 0,
    importDelayMs: 0,
    webhooks: [{ url: webhookUrl }, { url: webhookUrl, type: 'RETURN_STATUS' }],
  });
});

const moveTo = (orderId: string, status: string) =>
  vi.waitFor(() => control(`/vtex-pick-and-pack/orders/${orderId}/status`, { status }), waiting);

/** An order that Pick and Pack has brought to its customer. */
async function delivered(): Promise<{ externalId: string; id: string; lineOf: Record<string, string> }> {
  const externalId = await vtex.shop({ warehouseId: 'store-2', lines });
  for (const status of ['READY_FOR_PICKING', 'PICKING', 'READY_FOR_INVOICING']) await moveTo(externalId, status);
  await reaches(externalId, { invoiceStatus: 'invoiced' });
  for (const status of ['PREPARING_SHIPPING', 'ON_ROUTE', 'DELIVERED']) await moveTo(externalId, status);
  const order = await reaches(externalId, { status: 'DELIVERED', returns: [] });
  const asked = order['lines'] as { id: string; sku: string }[];
  const id = String(order['id']);
  await vi.waitFor(async () => {
    const picked = await call('GET', `/v1/orders/${id}/picked-items`);
    expect(picked.body['data']).toHaveLength(2);
  }, waiting);
  return { externalId, id, lineOf: Object.fromEntries(asked.map((line) => [line.sku, line.id])) };
}

const bringBack = (externalId: string, items: Record<string, number>) =>
  control(`/vtex-pick-and-pack/orders/${externalId}/returns`, {
    items: Object.entries(items).map(([sku, quantity]) => ({ sku, quantity })),
  });
const eventsOf = (id: string) =>
  packline.subscriber.received.filter(({ type, data }) => type === 'order.returned' && data['orderId'] === id);
const timelineOf = async (id: string) =>
  ((await call('GET', `/v1/orders/${id}/timeline`)).body['data'] as { what: string }[]).filter(
    ({ what }) => what === 'order.returnReported',
  );

describe('goods that come back to Pick and Pack', () => {
  test('are a return of the order, once, though the webhook comes five times and the merchant tells of it too', async () => {
    const { externalId, id, lineOf } = await delivered();
    packline.sandbox.faults.add({ match: { event: 'return' }, fault: { kind: 'duplicate', copies: 5 } });
    await bringBack(externalId, { '101': 1 });
    const items = [{ lineId: lineOf['101'], quantity: 1 }];
    await reaches(externalId, {
      status: 'DELIVERED',
      returns: [{ items, toldBy: [{ system: 'vtex-pick-and-pack' }] }],
    });
    const invoice = {
      invoiceNumber: `CREDIT${externalId.replaceAll(/\D/g, '')}`,
      issuedAt: new Date().toISOString(),
      valueMinor: 200,
    };
    const told = await call('POST', `/v1/orders/${id}/returns`, { items, reason: 'sour', invoice });
    expect(told).toMatchObject({ status: 201, body: { toldBy: [{}, { system: 'merchant' }], invoiceIds: [{}] } });
    expect((await read(externalId))['returns']).toHaveLength(1);
    await vi.waitFor(
      async () => expect((await vtex.atOms(externalId))['effects']).toMatchObject({ 'oms.returned': 1 }),
      waiting,
    );
    // What the OMS shows of it is what it was told.
    await call('POST', `/v1/orders/${id}/resync`);
    await vi.waitFor(() => expect(eventsOf(id)).toHaveLength(1), waiting);
    expect(eventsOf(id)[0]?.data).toMatchObject({ whole: false, items });
    expect(await timelineOf(id)).toHaveLength(2);
  });

  test('piece by piece end the order as RETURNED with the last of them', async () => {
    const { externalId, id } = await delivered();
    await bringBack(externalId, { '101': 2 });
    await reaches(externalId, { returns: [{}] });
    await bringBack(externalId, { '102': 1 });
    await reaches(externalId, { status: 'RETURNED', returns: [{}, {}], problems: [] });
    await vi.waitFor(() => expect(eventsOf(id).map(({ data }) => data['whole'])).toEqual([false, true]), waiting);
  });

  test('all of them are one return of all that was sent, whatever of it was told before', async () => {
    const { externalId, id, lineOf } = await delivered();
    await bringBack(externalId, { '102': 1 });
    await reaches(externalId, { returns: [{}] });
    await moveTo(externalId, 'RETURNED');
    await reaches(externalId, {
      status: 'RETURNED',
      returns: [
        { items: [{ lineId: lineOf['102'], quantity: 1 }] },
        { items: [{ lineId: lineOf['101'], quantity: 2 }] },
      ],
    });
    await vi.waitFor(() => expect(eventsOf(id)).toHaveLength(2), waiting);
  });

  test('and were never sent are a problem that somebody sees, and no return', async () => {
    const { externalId } = await delivered();
    await bringBack(externalId, { '999': 1 });
    await vi.waitFor(async () => expect(await problemsOf(externalId)).toEqual(['order.return_unplaced']), waiting);
    expect(await read(externalId)).toMatchObject({ status: 'DELIVERED', returns: [] });
  });
});

describe('a return invoice that somebody else made in the OMS', () => {
  test('is a return of the order once the OMS is read', async () => {
    const { externalId, id, lineOf } = await delivered();
    const { data } = (await call('GET', '/v1/connections')).body as {
      data: { id: string; settings: Record<string, string> }[];
    };
    const { baseUrl } = data.find((one) => one.id === vtex.omsId)?.settings ?? {};
    const answer = await fetch(`${baseUrl}/api/oms/pvt/orders/${externalId}/invoice`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'x-vtex-api-appkey': 'vtexappkey-demomarket-DEMOKE',
        'x-vtex-api-apptoken': 'vtex_demo_token',
      },
      body: JSON.stringify({
        type: 'Input',
        issuanceDate: new Date().toISOString(),
        invoiceNumber: 'ERP-7',
        invoiceValue: '500',
        items: [{ id: '102', price: 500, quantity: 1 }],
      }),
    });
    expect(answer.status).toBe(200);
    for (let again = 0; again < 2; again += 1) expect((await call('POST', `/v1/orders/${id}/resync`)).status).toBe(202);
    await reaches(externalId, {
      returns: [{ items: [{ lineId: lineOf['102'], quantity: 1 }], toldBy: [{ system: 'vtex', reference: 'ERP-7' }] }],
    });
    await vi.waitFor(() => expect(eventsOf(id)).toHaveLength(1), waiting);
  });
});
