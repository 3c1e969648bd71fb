import { afterAll, describe, expect, test, vi } from 'vitest';
import { connectVtex } from '../support/connected-vtex.ts';
import { makeOrderReader, waiting } from '../support/order-reader.ts';
import { startPackline } from '../support/packline.ts';
import { testRedis } from '../support/redis.ts';

const { url } = await testRedis();
const packline = await startPackline({ redisUrl: url, sandbox: { picker: { mode: 'manual', outcome: 'exact' } } });
afterAll(() => packline.close());
const call: typeof packline.call = (...sent) => packline.call(...sent);
const control: typeof packline.control = (...sent) => packline.control(...sent);
const { reaches } = makeOrderReader(packline);
const vtex = await connectVtex(packline, packline.sandboxUrl, {
  oms: { modification: 'auto' },
  atVtex: { changes: { stepMs: 0 } },
});

/** Of each kind one: two of four, another one instead, a weighed one, one that was weighed in two packs. */
const lines = [
  { sku: '101', name: 'Milk', quantity: 4, price: 200 },
  { sku: '102', name: 'Bread', quantity: 1, price: 500 },
  { sku: '103', name: 'Apples', quantity: 1, price: 400, unit: 'kg', unitMultiplier: 0.5 },
  { sku: '104', name: 'Cheese', quantity: 1, price: 900, unit: 'kg', unitMultiplier: 0.5 },
];
const picks = {
  '101': { outcome: 'short', quantity: 2 },
  '102': { outcome: 'substitute', sku: '202', name: 'Rye bread', priceCents: 510 },
  '103': { outcome: 'weighed', weightKg: 0.52, priceCents: 416 },
  '104': {
    outcome: 'multi_scan',
    scans: [
      { weightKg: 0.25, priceCents: 450 },
      { weightKg: 0.255, priceCents: 459 },
    ],
  },
};
const itemsMinor = 400 + 510 + 416 + 909;
const dueMinor = itemsMinor + 500;

const atOms = async (orderId: string) =>
  (await vtex.atOms(orderId)) as { doc: { value: number }; effects: Record<string, number>; status: string };
const eventsOf = (orderId: unknown) => packline.subscriber.received.filter(({ data }) => data['orderId'] === orderId);

async function buyAndPick(): Promise<{ externalId: string; id: string }> {
  const externalId = await vtex.shop({ warehouseId: 'store-1', lines });
  await control('POST', '/nash/picks', { externalId, lines: picks });
  const { id } = await reaches(externalId, { status: 'READY_FOR_HANDLING' });
  await vi.waitFor(
    async () => expect((await atOms(externalId)).effects).toHaveProperty(['oms.handlingStarted']),
    waiting,
  );
  await control('POST', `/nash/jobs/${externalId}/advance`, { to: 'items_pick_complete' });
  return { externalId, id: String(id) };
}

describe('an order with a short, a substitute, a weighed and a twice scanned line', () => {
  test('is at the OMS what was picked, to the cent, before it is invoiced; then it is invoiced, followed and delivered, each once', async () => {
    const { externalId, id } = await buyAndPick();
    await vi.waitFor(
      () => expect(eventsOf(id).map(({ type }) => type)).toContain('order.ready_for_invoicing'),
      waiting,
    );
    const changed = await atOms(externalId);
    expect(changed.doc.value).toBe(dueMinor);
    expect(changed.effects).toMatchObject({ 'oms.modified': 1 });
    const { body } = await call('GET', `/v1/orders/${id}/picked-items`);
    expect(body).toMatchObject({ settlement: { totals: { itemsMinor }, mayInvoice: true } });

    const invoice = { invoiceNumber: 'INV1', issuedAt: new Date().toISOString(), valueMinor: dueMinor };
    for (const status of [202, 200]) {
      expect(await call('POST', `/v1/orders/${id}/invoices`, invoice)).toMatchObject({ status });
    }
    await vi.waitFor(async () => expect((await atOms(externalId)).status).toBe('invoiced'), waiting);
    await reaches(externalId, { invoiceStatus: 'invoiced', problems: [] });

    await control('POST', `/nash/jobs/${externalId}/advance`, { to: 'dropoff_complete' });
    await reaches(externalId, { status: 'DELIVERED' });
    await vi.waitFor(async () => expect((await atOms(externalId)).effects).toHaveProperty(['oms.tracked']), waiting);
    expect((await atOms(externalId)).effects).toMatchObject({ 'oms.modified': 1, 'oms.invoiced': 1, 'oms.tracked': 1 });
    expect(eventsOf(id).filter(({ type }) => type === 'order.ready_for_invoicing')).toHaveLength(1);
  });

  test('is changed and invoiced once, though the OMS drops the connection after each of it', async () => {
    const effects = [
      { method: 'PATCH', path: '/**/changes' },
      { method: 'POST', path: '/**/invoice' },
    ];
    for (const match of effects) await control('POST', '/faults', { match, times: 1, fault: { kind: 'dropAfter' } });
    const { externalId, id } = await buyAndPick();
    await vi.waitFor(
      () => expect(eventsOf(id).map(({ type }) => type)).toContain('order.ready_for_invoicing'),
      waiting,
    );
    await call('POST', `/v1/orders/${id}/invoices`, {
      invoiceNumber: 'INV2',
      issuedAt: new Date().toISOString(),
      valueMinor: dueMinor,
    });
    await vi.waitFor(async () => expect((await atOms(externalId)).status).toBe('invoiced'), waiting);
    await vi.waitFor(
      async () =>
        expect((await call('GET', `/v1/orders/${id}/invoices`)).body).toMatchObject({ data: [{ state: 'sent' }] }),
      waiting,
    );
    expect((await atOms(externalId)).effects).toMatchObject({ 'oms.modified': 1, 'oms.invoiced': 1 });
    expect(packline.sandbox.faults.list().map(({ applied }) => applied)).toEqual([1, 1]);
  });
});

describe('an order of which something came back before it was invoiced', () => {
  test('is invoiced all the same, and then the money is given back', async () => {
    const { externalId, id } = await buyAndPick();
    await vi.waitFor(
      () => expect(eventsOf(id).map(({ type }) => type)).toContain('order.ready_for_invoicing'),
      waiting,
    );
    await control('POST', `/nash/jobs/${externalId}/advance`, { to: 'dropoff_complete' });
    const { lines: ordered } = await reaches(externalId, { status: 'DELIVERED' });
    const [line] = ordered as { id: string }[];
    const issuedAt = new Date().toISOString();
    const back = {
      items: [{ lineId: line?.id, quantity: 1 }],
      invoice: { invoiceNumber: 'BACK1', issuedAt, valueMinor: 200 },
    };
    expect(await call('POST', `/v1/orders/${id}/returns`, back)).toMatchObject({ status: 201 });
    const invoice = { invoiceNumber: 'INV3', issuedAt, valueMinor: dueMinor };
    expect(await call('POST', `/v1/orders/${id}/invoices`, invoice)).toMatchObject({ status: 202 });
    await vi.waitFor(
      async () =>
        expect((await call('GET', `/v1/orders/${id}/invoices`)).body).toMatchObject({
          data: [
            { invoiceNumber: 'BACK1', state: 'sent' },
            { invoiceNumber: 'INV3', state: 'sent' },
          ],
        }),
      waiting,
    );
    expect((await atOms(externalId)).effects).toMatchObject({ 'oms.invoiced': 1, 'oms.returned': 1 });
  });
});

describe('an order with more in the bag than was asked for', () => {
  test('waits, the OMS untold, until somebody accepts it; then it is told, ready, and invoiced by Packline itself if the merchant wants that', async () => {
    const own = await connectVtex(packline, packline.sandboxUrl, {
      account: 'auto-invoiced',
      oms: { invoicing: 'auto' },
      atVtex: { changes: { stepMs: 0 } },
    });
    const externalId = await own.shop({
      warehouseId: 'store-1',
      lines: [{ sku: '105', name: 'Tea', quantity: 1, price: 300 }],
    });
    await control('POST', '/nash/picks', {
      externalId,
      lines: { '105': [{ outcome: 'exact' }, { outcome: 'exact' }] },
    });
    const { id } = await reaches(externalId, { status: 'READY_FOR_HANDLING' });
    await control('POST', `/nash/jobs/${externalId}/advance`, { to: 'items_pick_complete' });
    await reaches(externalId, {
      status: 'READY_FOR_INVOICING',
      settlement: { state: 'held', obstacles: ['over_picked'] },
      problems: [{ code: 'settlement.held' }],
    });
    const book = async () => (await own.atOms(externalId)) as Awaited<ReturnType<typeof atOms>>;
    expect((await book()).effects).not.toHaveProperty(['oms.modified']);
    expect(await call('POST', `/v1/orders/${String(id)}/settlement/accept`, {})).toMatchObject({ status: 202 });
    await reaches(externalId, { invoiceStatus: 'invoiced', settlement: { state: 'accepted' }, problems: [] });
    expect(await book()).toMatchObject({
      doc: { value: 600 + 500 },
      effects: { 'oms.modified': 1, 'oms.invoiced': 1 },
    });
    expect((await call('GET', `/v1/orders/${String(id)}/invoices`)).body).toMatchObject({
      data: [{ invoiceNumber: externalId.replace(/\W/g, ''), valueMinor: 1_100, state: 'sent' }],
    });
  });
});
