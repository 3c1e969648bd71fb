import { beforeAll, describe, expect, test } from 'vitest';
import { ownEvidence } from '../../src/domain/order-change.ts';
import type { Order } from '../../src/domain/order.ts';
import { deliveryWork } from '../../src/queues/delivery-attempt.ts';
import { changeOrder } from '../../src/store/change-order.ts';
import { commit } from '../../src/store/commit.ts';
import { startIngress } from '../support/ingress.ts';
import { testRedis } from '../support/redis.ts';
import { sampleOrder } from '../support/sample-order.ts';

const redis = await testRedis();
const ingress = await startIngress(redis.url, { settings: { ratePerSecond: 1_000, rateBurst: 10_000 } });
const { request, store } = ingress;
const at = '2026-01-15T10:00:00.000Z';
let key: string;
let count = 0;
beforeAll(async () => {
  key = (await ingress.tenant()).key;
});

const put = (orderId: string, change: (order: Order) => Partial<Order>) =>
  changeOrder(store, orderId, { commit: (plan) => commit(store, plan), work: deliveryWork }, ({ order }) => ({
    order: { ...order, ...change(order) },
  }));

/** An order of 1,000 with shipping, of which everything was picked as asked, but for `short` units of the first line. */
async function pickedOrder({
  short = 0,
  status = 'READY_FOR_INVOICING',
}: { short?: number; status?: Order['status'] } = {}) {
  const headers = { 'Idempotency-Key': `billing-${(count += 1)}` };
  const line = { id: 'line-1', sku: 'MILK', name: 'Milk', quantity: 4, unitPriceMinor: 200 };
  const json = sampleOrder({
    externalId: `billing-${count}`,
    lines: [line],
    totals: { itemsMinor: 800, shippingMinor: 200, taxMinor: 0, grandTotalMinor: 1_000 },
  });
  const posted = await request('POST', '/v1/orders', { key, json, headers });
  const { id } = posted.body as { id: string };
  const quantity = 4 - short;
  await put(id, ({ evidence }) => ({
    status,
    evidence: [...evidence, ownEvidence('picks_settled', at)],
    pickedItems: [
      {
        id: 'line-1',
        sku: 'MILK',
        name: 'Milk',
        status: 'picked',
        quantity,
        requested_quantity: 4,
        weight: null,
        price_cents: 200 * quantity,
        requested_id: 'line-1',
        requested_sku: 'MILK',
        scanned_barcode: null,
        scans: null,
        lineId: 'line-1',
        weightGrams: null,
      },
    ],
  }));
  return id;
}
const invoiceOf = (valueMinor: number, invoiceNumber = 'INV1') => ({ invoiceNumber, issuedAt: at, valueMinor });
const invoice = (id: string, json: unknown) => request('POST', `/v1/orders/${id}/invoices`, { key, json });
const read = async (id: string) => (await request('GET', `/v1/orders/${id}`, { key })).body as Record<string, unknown>;

describe('an invoice', () => {
  test('of all that is due is taken once, and the order is invoiced', async () => {
    const id = await pickedOrder({ short: 1 });
    const first = await invoice(id, invoiceOf(800));
    expect(first).toMatchObject({ status: 202, body: { type: 'output', state: 'recorded', valueMinor: 800 } });
    expect(await read(id)).toMatchObject({ invoiceStatus: 'invoiced' });
    const again = await invoice(id, invoiceOf(800));
    expect(again).toMatchObject({ status: 200, body: first.body });
    const listed = await request('GET', `/v1/orders/${id}/invoices`, { key });
    expect(listed.body).toEqual({ data: [first.body], nextCursor: null });
  });

  test('may be one of several, which together are what is due and never more', async () => {
    const id = await pickedOrder();
    expect(await invoice(id, invoiceOf(400, 'A1'))).toMatchObject({ status: 202 });
    expect(await read(id)).toMatchObject({ invoiceStatus: 'notInvoiced' });
    expect(await invoice(id, invoiceOf(601, 'A2'))).toMatchObject({ status: 409, body: { code: 'invoice.exceeds' } });
    expect(await invoice(id, invoiceOf(500, 'A1'))).toMatchObject({
      status: 409,
      body: { code: 'invoice.number_taken' },
    });
    expect(await invoice(id, invoiceOf(600, 'A2'))).toMatchObject({ status: 202 });
    expect(await read(id)).toMatchObject({ invoiceStatus: 'invoiced' });
  });

  test('comes too early before the picks are settled, and too late for an order that nobody invoices any more', async () => {
    for (const status of ['RECEIVED', 'PICKING', 'READY_FOR_PACKING', 'IDLE', 'CANCELED', 'RETURNED'] as const) {
      const id = await pickedOrder({ status });
      expect(await invoice(id, invoiceOf(1_000)), status).toMatchObject({ status: 409, body: { code: 'order.state' } });
      expect((await request('GET', `/v1/orders/${id}/invoices`, { key })).body).toMatchObject({ data: [] });
    }
  });

  const held = { settlement: { state: 'held', obstacles: ['over_picked'] } } as const;

  test('of a bag that somebody has to look at first is refused, until somebody says to have looked', async () => {
    const id = await pickedOrder();
    await put(id, () => held);
    expect(await invoice(id, invoiceOf(1_000))).toMatchObject({
      status: 409,
      body: { code: 'settlement.held', detail: expect.stringContaining('over_picked') },
    });
    expect(await invoice(id, { ...invoiceOf(1_000), acceptDifferences: true })).toMatchObject({ status: 202 });
    expect(await read(id)).toMatchObject({ settlement: { state: 'accepted', obstacles: ['over_picked'] } });
  });

  test('of such a bag is taken once it was accepted, which is told once and changes nothing a second time', async () => {
    const id = await pickedOrder();
    const accept = () => request('POST', `/v1/orders/${id}/settlement/accept`, { key });
    expect(await accept()).toMatchObject({ status: 409, body: { code: 'order.state' } });
    await put(id, () => held);
    expect(await accept()).toMatchObject({ status: 202, body: { settlement: { state: 'accepted' }, problems: [] } });
    const { version } = (await read(id)) as { version: number };
    expect(await accept()).toMatchObject({ status: 202, body: { version } });
    expect(await invoice(id, invoiceOf(1_000))).toMatchObject({ status: 202 });
    const { body } = await request('GET', `/v1/events?orderId=${id}&type=order.ready_for_invoicing`, { key });
    expect((body as { data: unknown[] }).data).toHaveLength(1);
  });

  test('with a number that VTEX would not take, no value, or a line of no order is refused with its place', async () => {
    const id = await pickedOrder();
    for (const [change, pointer] of [
      [{ invoiceNumber: 'INV-1' }, '/invoiceNumber'],
      [{ invoiceNumber: '' }, '/invoiceNumber'],
      [{ valueMinor: 0 }, '/valueMinor'],
      [{ valueMinor: 1.5 }, '/valueMinor'],
      [{ issuedAt: 'yesterday' }, '/issuedAt'],
      [{ invoiceUrl: 'javascript:alert(1)' }, '/invoiceUrl'],
    ] as const) {
      expect(await invoice(id, { ...invoiceOf(1_000), ...change })).toMatchObject({
        status: 400,
        body: { errors: expect.arrayContaining([expect.objectContaining({ pointer })]) },
      });
    }
    const items = [{ lineId: 'line-9', quantity: 1, priceMinor: 200 }];
    expect(await invoice(id, { ...invoiceOf(1_000), items })).toMatchObject({
      status: 409,
      body: { code: 'order.line_unknown' },
    });
  });
});

describe('a return', () => {
  const giveBack = (id: string, json: unknown) => request('POST', `/v1/orders/${id}/returns`, { key, json });
  const units = (quantity: number) => ({ items: [{ lineId: 'line-1', quantity }] });

  test('of a part is kept beside the status, of all that was in the bag it makes the order RETURNED', async () => {
    const id = await pickedOrder({ short: 1, status: 'DELIVERED' });
    await put(id, ({ evidence }) => ({ evidence: [...evidence, ownEvidence('delivered', at)] }));
    expect(await giveBack(id, units(1))).toMatchObject({
      status: 201,
      body: { items: [{ lineId: 'line-1', quantity: 1 }] },
    });
    expect(await read(id)).toMatchObject({ status: 'DELIVERED' });
    expect(await giveBack(id, units(3))).toMatchObject({ status: 409, body: { code: 'return.exceeds' } });
    expect(await giveBack(id, units(2))).toMatchObject({ status: 201 });
    expect(await read(id)).toMatchObject({ status: 'RETURNED' });
    const { body } = await request('GET', `/v1/orders/${id}/returns`, { key });
    expect((body as { data: unknown[] }).data).toHaveLength(2);
  });

  test('brings its document along, which is an invoice the other way round', async () => {
    const id = await pickedOrder({ status: 'DELIVERED' });
    const returned = await giveBack(id, { ...units(1), reason: 'sour', invoice: invoiceOf(200, 'CREDIT1') });
    expect(returned).toMatchObject({ status: 201, body: { invoiceIds: [expect.stringMatching(/^inv_/)] } });
    expect((await request('GET', `/v1/orders/${id}/invoices`, { key })).body).toMatchObject({
      data: [{ type: 'input', invoiceNumber: 'CREDIT1', items: [{ lineId: 'line-1', quantity: 1, priceMinor: 200 }] }],
    });
    expect(await giveBack(id, { ...units(1), invoice: invoiceOf(200, 'CREDIT1') })).toMatchObject({
      status: 409,
      body: { code: 'invoice.number_taken' },
    });
  });

  test('of goods that have not left, or of a line that is not there, is refused', async () => {
    const inStore = await pickedOrder();
    expect(await giveBack(inStore, units(1))).toMatchObject({ status: 409, body: { code: 'order.state' } });
    const id = await pickedOrder({ status: 'DELIVERED' });
    expect(await giveBack(id, { items: [{ lineId: 'line-2', quantity: 1 }] })).toMatchObject({
      status: 409,
      body: { code: 'order.line_unknown' },
    });
    expect(await giveBack(id, { items: [] })).toMatchObject({ status: 400, body: { errors: [{ pointer: '/items' }] } });
  });
});

describe('an order that its OMS has as invoiced', () => {
  const ofOms = async (status: Order['status']) => {
    const id = await pickedOrder({ status });
    const said = { system: 'vtex', subject: 'order', code: 'invoiced', occurredAt: at, receivedAt: at };
    await put(id, ({ evidence }) => ({
      evidence: [...evidence, said, ownEvidence('submitted', at)],
      invoiceStatus: 'invoiced',
      oms: { connector: 'vtex', state: 'invoiced' },
    }));
    return id;
  };

  test('stays so, and nobody wonders about the OMS’s words, when the merchant tells of its delivery and of its return', async () => {
    const id = await ofOms('ON_ROUTE');
    const delivered = await request('PATCH', `/v1/orders/${id}/tracking`, { key, json: { deliveredDate: at } });
    expect(delivered.body).toMatchObject({ status: 'DELIVERED', invoiceStatus: 'invoiced', problems: [] });
    const items = [{ lineId: 'line-1', quantity: 4 }];
    await request('POST', `/v1/orders/${id}/returns`, { key, json: { items } });
    expect(await read(id)).toMatchObject({ status: 'RETURNED', invoiceStatus: 'invoiced', problems: [] });
  });
});

describe('tracking', () => {
  const tell = (id: string, json: unknown) => request('PATCH', `/v1/orders/${id}/tracking`, { key, json });
  const event = { city: 'Sydney', state: 'NSW', description: 'Left the depot', date: at };

  test('tells how a parcel is followed and what happened to it, each thing once', async () => {
    const id = await pickedOrder({ status: 'ON_ROUTE' });
    const before = (await tell(id, { carrier: 'demo', trackingNumber: 'T1', events: [event] })).body as {
      version: number;
    };
    const after = (await tell(id, { carrier: 'demo', trackingNumber: 'T1', events: [event, event] })).body as {
      version: number;
    };
    expect(after.version).toBe(before.version);
  });

  test('says that the order is delivered, once, and of no order that is canceled', async () => {
    const id = await pickedOrder({ status: 'ON_ROUTE' });
    expect(await tell(id, { deliveredDate: at })).toMatchObject({ status: 202, body: { status: 'DELIVERED' } });
    const { version } = await read(id);
    expect(await tell(id, { deliveredDate: at })).toMatchObject({ status: 202, body: { version } });
    const canceled = await pickedOrder({ status: 'CANCELED' });
    expect(await tell(canceled, { deliveredDate: at })).toMatchObject({ status: 409, body: { code: 'order.state' } });
    expect(await tell(id, {})).toMatchObject({ status: 400 });
  });
});
