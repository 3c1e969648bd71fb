import { afterAll, afterEach, describe, expect, test, vi } from 'vitest';
import { connectVtex } from '../support/connected-vtex.ts';
import { makeOrderReader, waiting } from '../support/order-reader.ts';
import { startPackline } from '../support/packline.ts';
import { testRedis } from '../support/redis.ts';
import { sampleOrder } from '../support/sample-order.ts';

const { url } = await testRedis();
const packline = await startPackline({ redisUrl: url, sandbox: { picker: { mode: 'manual', outcome: 'exact' } } });
afterAll(() => packline.close());
afterEach(() => packline.sandbox.faults.clear());
const call: typeof packline.call = (...sent) => packline.call(...sent);
const control: typeof packline.control = (...sent) => packline.control(...sent);
const { reaches, problemsOf } = makeOrderReader(packline);
const vtex = await connectVtex(packline, packline.sandboxUrl, {
  oms: { ingest: 'hook', modification: 'auto' },
  atVtex: { changes: { stepMs: 0 } },
});

interface Report {
  status: string;
  failed: number;
  found: Record<string, number>;
  unlisted: { code: string }[];
  repairs: { orderId: string; what: string; from: string; to: string; done: string }[];
}
async function reconcile(): Promise<Report> {
  const { body } = await call('POST', '/v1/reconciliations');
  const read = async () => (await call('GET', `/v1/reconciliations/${String(body['id'])}`)).body as unknown as Report;
  await vi.waitFor(async () => expect((await read()).status).not.toBe('running'), waiting);
  return read();
}
const atOms = async (orderId: string) =>
  (await vtex.atOms(orderId)) as { doc: { value: number }; effects: Record<string, number>; status: string };
const started = (externalId: string) =>
  vi.waitFor(async () => expect((await atOms(externalId)).effects).toHaveProperty(['oms.handlingStarted']), waiting);

describe('a reconciliation', () => {
  test('cancels at the OMS what was canceled here, and the OMS had refused for want of a permission', async () => {
    const externalId = await vtex.shop({ warehouseId: 'store-1' });
    const { id } = await reaches(externalId, { status: 'READY_FOR_HANDLING' });
    await started(externalId);
    packline.sandbox.faults.add({
      match: { method: 'POST', path: '/**/cancel', partner: 'vtex' },
      fault: { kind: 'status', status: 403 },
    });
    await call('POST', `/v1/orders/${String(id)}/cancel`, { reason: 'nobody at home' });
    await vi.waitFor(async () => expect(await problemsOf(externalId)).toContain('vtex.permission_missing'), waiting);
    packline.sandbox.faults.clear();
    expect((await atOms(externalId)).status).toBe('handling');

    const report = await reconcile();
    expect(report.repairs).toEqual(
      expect.arrayContaining([
        expect.objectContaining({
          orderId: id, what: 'cancellation', from: 'CANCELED', to: 'handling', done: 'passed on to the other side',
        }), // prettier-ignore
      ]),
    );
    await vi.waitFor(async () => expect((await atOms(externalId)).status).toBe('canceled'), waiting);
    await vi.waitFor(async () => expect(await problemsOf(externalId)).toEqual([]), waiting);
    expect((await reconcile()).found).not.toHaveProperty('cancellation');
  });

  test('asks again for a change that the OMS took on and called off', async () => {
    const lines = [{ sku: '101', name: 'Milk', quantity: 4, price: 200 }];
    const externalId = await vtex.shop({ warehouseId: 'store-1', lines });
    await control('POST', '/nash/picks', { externalId, lines: { '101': { outcome: 'short', quantity: 3 } } });
    const { id } = await reaches(externalId, { status: 'READY_FOR_HANDLING' });
    await started(externalId);
    const before = (await atOms(externalId)).doc.value;
    await control('POST', `/vtex/orders/${externalId}/changes`, { outcome: 'canceled' });
    await control('POST', `/nash/jobs/${externalId}/advance`, { to: 'items_pick_complete' });
    await vi.waitFor(async () => expect(await problemsOf(externalId)).toContain('oms.change_canceled'), waiting);
    expect((await atOms(externalId)).doc.value).toBe(before);

    const report = await reconcile();
    expect(report.repairs).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ orderId: id, what: 'modification', from: 'asked', to: 'canceled' }),
      ]),
    );
    await vi.waitFor(async () => expect((await atOms(externalId)).doc.value).toBe(before - 200), waiting);
    await reaches(externalId, { problems: [] });
    expect((await atOms(externalId)).effects).toMatchObject({ 'oms.modified': 1 });
    expect((await reconcile()).found).not.toHaveProperty('modification');
  });

  test('sends an amendment again that the fulfilment system has not any more', async () => {
    const externalId = 'amended';
    const posted = await call('POST', '/v1/orders', sampleOrder({ externalId }), { 'idempotency-key': externalId });
    const id = String(posted.body['id']);
    await reaches(externalId, { status: 'READY_FOR_HANDLING' });
    const job = async () =>
      ((await control('GET', `/nash/orders/${externalId}`))['jobs'] as { id: string }[])[0] ?? { id: '' };
    await vi.waitFor(async () => expect((await job()).id).not.toBe(''), waiting);
    const [line] = sampleOrder().lines;
    await call('PATCH', `/v1/orders/${id}`, { lines: [{ ...line, quantity: 5 }] });
    await vi.waitFor(async () => expect(JSON.stringify(await job())).toContain('"count":5'), waiting);
    await reaches(externalId, { pendingAmendment: false });
    const dropped = await fetch(`${packline.sandboxUrl}/nash/v1/jobs/${(await job()).id}`, {
      method: 'PATCH',
      headers: { authorization: 'Bearer nash_demo_key', 'content-type': 'application/json' },
      body: JSON.stringify({ packageItems: [{ id: line?.id, sku: line?.sku, count: 2, description: 'as it was' }] }),
    });
    expect(dropped.status).toBe(200);
    expect(JSON.stringify(await job())).not.toContain('"count":5');

    const report = await reconcile();
    expect(report.repairs).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ orderId: id, what: 'content', from: 'version 2', to: 'version 3' }),
      ]),
    );
    await vi.waitFor(async () => expect(JSON.stringify(await job())).toContain('"count":5'), waiting);
    await reaches(externalId, { pendingAmendment: false, problems: [] });
    expect((await reconcile()).found).not.toHaveProperty('content');
  });

  test('goes on where a partner’s list cannot be had, and says whose and why', async () => {
    packline.sandbox.faults.add({
      match: { method: 'GET', path: '/api/oms/pvt/orders' },
      times: 1,
      fault: { kind: 'status', status: 403 },
    });
    expect(await reconcile()).toMatchObject({ status: 'done', unlisted: [{ code: 'vtex.permission_missing' }] });
  });

  test('is over, though incomplete, when a look could not be made', async () => {
    const externalId = await vtex.shop({ warehouseId: 'store-1' });
    await reaches(externalId, { status: 'READY_FOR_HANDLING' });
    await started(externalId);
    packline.sandbox.faults.add({
      match: { method: 'GET', path: `/**/${externalId}` },
      fault: { kind: 'status', status: 403 },
    });
    expect(await reconcile()).toMatchObject({ status: 'incomplete', failed: 1 });
    packline.sandbox.faults.clear();
    expect(await reconcile()).toMatchObject({ status: 'done', failed: 0 });
  });
});
