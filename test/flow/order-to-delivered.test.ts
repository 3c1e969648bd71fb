import { afterAll, describe, expect, it, vi } from 'vitest';
import { testRedis } from '../support/redis.ts';
import { sampleOrder } from '../support/sample-order.ts';
import { startPackline } from '../support/packline.ts';

const { url } = await testRedis();
// By hand, a step at a time: what a busy machine reads late would otherwise be read together with the next step.
const packline = await startPackline({
  redisUrl: url,
  sandbox: { picker: { mode: 'manual', outcome: 'exact' } },
});
afterAll(() => packline.close());

const waiting = { timeout: 15_000, interval: 50 };

describe('an order with substitution preferences and a weighed line', () => {
  it('is accepted, picked at Nash and delivered, and every step is announced once and in order', async () => {
    const externalId = 'flow-1';
    await packline.control('POST', '/nash/picks', {
      externalId,
      lines: {
        'line-1': { outcome: 'short', quantity: 1 },
        'line-2': { outcome: 'substitute', priceCents: 330 },
        'line-3': { outcome: 'weighed', weightKg: 0.608, priceCents: 1307 },
      },
    });
    const posted = await packline.call('POST', '/v1/orders', sampleOrder({ externalId }), {
      'idempotency-key': externalId,
    });
    expect(posted).toMatchObject({ status: 202, body: { status: 'RECEIVED', externalId } });
    const id = String(posted.body['id']);
    const ofOrder = () => packline.subscriber.received.filter((event) => event.data['orderId'] === id);
    const announced = (status: string) =>
      vi.waitFor(() => expect(ofOrder().map((event) => event.data['newStatus'])).toContain(status), waiting);
    await vi.waitFor(
      () => expect(packline.sandbox.books.effectsOf('org_demo', externalId)).toHaveProperty('order.dispatched'),
      waiting,
    );
    for (const [to, status] of [
      ['assigned_driver', 'READY_FOR_PICKING'],
      ['items_pick_update', 'PICKING'],
      ['items_pick_complete', 'READY_FOR_INVOICING'],
      ['pickup_complete', 'ON_ROUTE'],
      ['dropoff_complete', 'DELIVERED'],
    ] as const) {
      await packline.control('POST', `/nash/jobs/${externalId}/advance`, { to });
      await announced(status);
    }

    expect(ofOrder().map((event) => [event.type, event.data['newStatus']].filter(Boolean).join(' '))).toEqual([
      'order.imported',
      'order.status_changed READY_FOR_HANDLING',
      'order.status_changed READY_FOR_PICKING',
      'order.status_changed PICKING',
      'order.status_changed READY_FOR_PACKING',
      'order.items_picked',
      'order.status_changed READY_FOR_INVOICING',
      'order.ready_for_invoicing',
      'order.status_changed ON_ROUTE',
      'order.status_changed DELIVERED',
    ]);
    expect(packline.subscriber.refused).toEqual([]);
    expect(packline.sandbox.books.effectsOf('org_demo', externalId)).toMatchObject({
      'order.created': 1,
      'order.dispatched': 1,
      'job.created': 1,
    });

    const { body } = await packline.call('GET', `/v1/orders/${id}`);
    expect(body).toMatchObject({ status: 'DELIVERED', invoiceStatus: 'notInvoiced', problems: [] });
    const picked = await packline.call('GET', `/v1/orders/${id}/picked-items`);
    expect(picked.body['data']).toMatchObject([
      { lineId: 'line-1', sku: '100001', quantity: 1, requested_quantity: 2, price_cents: 440 },
      { lineId: 'line-2', id: null, sku: '300099', requested_sku: '300003', price_cents: 330 },
      { lineId: 'line-3', sku: '200002', weight: 0.608, weightGrams: 608, price_cents: 1307 },
    ]);
    expect(picked.body['settlement']).toMatchObject({
      currency: 'AUD',
      totals: { requestedMinor: 2_419, linesMinor: 2_077, additionsMinor: 0, itemsMinor: 2_077, differenceMinor: -342 },
      differences: [
        { code: 'short', lineId: 'line-1', expected: 2, actual: 1 },
        { code: 'substituted', lineId: 'line-2' },
        { code: 'weight_differs', lineId: 'line-3', expected: 550, actual: 608, tolerated: true },
        { code: 'price_differs', lineId: 'line-3', expected: 1_336, actual: 1_307, tolerated: true },
      ],
      mayInvoice: true,
      obstacles: [],
    });
    expect(ofOrder().find((event) => event.type === 'order.items_picked')?.data['lines']).toMatchObject([
      { lineId: 'line-1', requestedQuantity: 2, pickedQuantity: 1, shortQuantity: 1, substituted: false },
      { lineId: 'line-2', pickedQuantity: 1, shortQuantity: 0, substituted: true },
      { lineId: 'line-3', pickedQuantity: 1, weightGrams: 608, priceMinor: 1307 },
    ]);
    const invoicing = ofOrder().find((event) => event.type === 'order.ready_for_invoicing');
    expect(invoicing?.data).toMatchObject({ currency: 'AUD', itemsMinor: 440 + 330 + 1307 });
  });
});
