import { describe, expect, test } from 'vitest';
import { isDispatched, jobIdOf, toSnapshot } from '../../../src/connectors/fulfilment/nash/mapper.ts';
import { vocabulary } from '../../../src/connectors/fulfilment/nash/statuses.ts';
import { webhook } from '../../../src/connectors/fulfilment/nash/webhook.ts';
import { WireJobSchema, WireOrderSchema } from '../../../src/connectors/fulfilment/nash/wire.ts';
import { resolveStatus } from '../../../src/domain/resolve-status.ts';
import { defaultSettlementRules as rules } from '../../../src/domain/settlement-rules.ts';
import { judgeSettlement } from '../../../src/domain/settlement-verdict.ts';
import { guideLines } from '../../fixtures/nash/guide-lines.ts';
import { deliveryBody, hookBody, jobBody, orderBody } from '../../fixtures/nash/payloads.ts';
import { guidePickedItems } from '../../fixtures/nash/picked-items.ts';

const ref = 'v502348abc-01';
const at = '2026-01-15T03:00:00.000Z';
const jobId = 'job_R7FXJrfB99bpvpzf6CriJC';
const orderId = 'ord_PewiSWzxmCFPzW62Ry3A6V';
const readJob = (job: unknown) => toSnapshot({ order: null, job: WireJobSchema.parse(job) }, ref, at);
const readOrder = (order: unknown) => toSnapshot({ order: WireOrderSchema.parse(order), job: null }, ref, at);
const statusIn = (evidence: Parameters<typeof resolveStatus>[0]) => resolveStatus(evidence, { nash: vocabulary });

/** What the five picks come to: 2 x 440, 608 g for 1307, one shot for another, 2 x 93, two scans of 225. */
const settled = {
  requestedMinor: 3_012,
  linesMinor: 3_153,
  additionsMinor: 0,
  itemsMinor: 3_153,
  differenceMinor: 141,
};

describe('the five picks of the guide', () => {
  test.each([
    ['a job as the OpenAPI document spells it', readJob(jobBody())],
    ['a job as the guide spells it', readJob(jobBody({ deliveries: [deliveryBody({ spelling: 'picked_items' })] }))],
    ['an order with its deliveries', readOrder(orderBody({ status: 'dispatched', deliveries: [deliveryBody({ spelling: 'picked_items' })] }))], // prettier-ignore
  ])('in %s are settled to the cent and the gram', (_where, snapshot) => {
    const items = snapshot?.pickedItems ?? [];
    expect(items).toMatchObject(guidePickedItems.map(({ scans: _, ...fields }) => fields));
    const judged = judgeSettlement(guideLines, items, { rules, currency: 'AUD', isFinished: true });
    expect(judged).toMatchObject({ totals: settled, mayInvoice: true });
    expect(judged.lines.map(({ keptQuantity, substitutedQuantity, shortQuantity, weightGrams, priceMinor }) => [keptQuantity, substitutedQuantity, shortQuantity, weightGrams, priceMinor])).toEqual([
      [2, 0, 0, null, 880],
      [1, 0, 0, 608, 1_307],
      [0, 1, 0, null, 330],
      [2, 0, 0, null, 186],
      [1, 0, 0, 1_450, 450],
    ]); // prettier-ignore
    expect(statusIn(snapshot?.evidence ?? [])).toMatchObject({ status: 'READY_FOR_PACKING', unknown: [] });
  });
});

describe('an order that Nash answers', () => {
  test('when it was created is there, and nobody was sent', () => {
    const snapshot = readOrder(orderBody({ orderMetadata: { oms: 'vtex', oms_order_id: ref } }));
    expect(snapshot).toMatchObject({
      partnerOrderId: orderId,
      dispatched: false,
      pickedItems: null,
      needsAttention: null,
    });
    expect(statusIn(snapshot?.evidence ?? []).status).toBe('READY_FOR_HANDLING');
  });

  test('when it needs attention says which fields, and not what is in them', () => {
    const validationErrors = { externalId: "'v502348abc-01' is used in other order(s): ord_X", dropoffAddress: 'Address not found' }; // prettier-ignore
    expect(readOrder(orderBody({ status: 'needs_attention', validationErrors }))?.needsAttention).toEqual({
      code: 'nash.needs_attention',
      detail: 'to be corrected at Nash: externalId, dropoffAddress',
    });
  });

  test('when it was dispatched names its job', () => {
    const order = WireOrderSchema.parse(orderBody({ status: 'dispatched', orderMetadata: { nash_job_id: jobId } }));
    expect([isDispatched(order), jobIdOf(order)]).toEqual([true, jobId]);
  });
});

describe('the hook', () => {
  const read = (type: string, event: string, job: unknown) => webhook.read(Buffer.from(hookBody(type, event, job)), at);
  const dropped = jobBody({ deliveries: [deliveryBody({ status: 'dropoff_complete', spelling: 'picked_items' })] });
  const abandoned = jobBody({ deliveries: [deliveryBody({ status: 'canceled_by_provider', picks: [] })] });

  test.each([
    ['delivery', 'items_pick_complete', jobBody(), 'READY_FOR_PACKING', []],
    ['delivery', 'dropoff_complete', dropped, 'DELIVERED', []],
    ['task', 'canceled_by_provider', abandoned, 'READY_FOR_PACKING', ['order.no_live_attempt']],
  ])('%s.%s', (type, event, job, status, contradictions) => {
    const message = read(type, event, job);
    expect(message).toMatchObject({ event: `${type}.${event}`, externalRef: ref, jobId, needsRead: true });
    expect(statusIn(message.evidence)).toMatchObject({ status, contradictions, unknown: [] });
  });

  test('courier_location.updated and order.bulk_operation.completed are about no order', () => {
    const bulk = {
      id: 'act_1234567890',
      status: 'SUCCESS',
      summary: { totalOperations: 2, successfulOperations: 1, failedOperations: 1 },
      results: [{ id: 'ord_1', status: 'success', action: 'upsert', errorMessage: null }],
    };
    expect(read('courier_location', 'updated', jobBody())).toMatchObject({ externalRef: null, evidence: [] });
    expect(read('order', 'bulk_operation.completed', bulk)).toMatchObject({ externalRef: null, evidence: [] });
  });

  test('of a provider who gave up with an empty bag does not say that nothing was picked', () => {
    expect(readJob(abandoned)).toMatchObject({ pickedItems: null, needsAttention: null });
    const finished = jobBody({ deliveries: [deliveryBody({ picks: [] })] });
    expect(readJob(finished)?.pickedItems).toEqual([]);
  });
});
