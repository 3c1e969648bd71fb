import { expect, test } from 'vitest';
import {
  deliveryOf,
  dispatchOrder,
  errorOf,
  eventually,
  jobOf,
  makeOrder,
  startNash,
  type NashHarness,
} from './nash-harness.ts';

const path = [
  'created', 'not_assigned_driver', 'assigned_driver', 'pickup_enroute', 'pickup_arrived', 'items_pick_update',
  'items_pick_complete', 'pickup_complete', 'dropoff_enroute', 'dropoff_arrived', 'dropoff_complete',
]; // prettier-ignore

const advance = (nash: NashHarness, id: string, to: string, direct = false) =>
  nash.control('POST', `/nash/jobs/${id}/advance`, { to, direct });

test('autodispatch makes one job; the second time it is refused', async () => {
  const nash = await startNash();
  const job = await dispatchOrder(nash, 'o-1');
  expect(job).toMatchObject({ externalIdentifier: 'o-1', isActive: true });
  const again = await nash.call('POST', '/v1/order/o-1/autodispatch');
  expect([again.status, errorOf(again).code]).toEqual([400, 'ORDER_ALREADY_DISPATCHED']);
  expect(nash.sandbox.books.effectsOf('org_demo', 'o-1')).toEqual({
    'order.created': 1,
    'order.dispatched': 1,
    'job.created': 1,
  });
});

test('a job is read by its id, by external identifier and in the list', async () => {
  const nash = await startNash();
  const { id } = await dispatchOrder(nash, 'o-1');
  const read = await nash.call('GET', `/v1/jobs/${id}?compressedPayload=true`);
  expect(read.body).toMatchObject({
    id,
    isBatch: false,
    jobMetadata: { nash_order_id: expect.stringMatching(/^ord_/) },
    jobConfigurations: [
      { package: { requirements: ['pick_and_pack', 'photo_proof_of_delivery'], valueCents: 3012, itemsCount: 7 } },
    ],
  });
  expect(Object(read.body).jobConfigurations[0].tasks[0]).not.toHaveProperty('quotes');
  const whole = await nash.call('GET', '/v1/jobs/external_identifier/o-1');
  expect(Object(whole.body).jobConfigurations[0].tasks[0]).toMatchObject({ quotes: [], failedQuotes: [] });
  expect((await nash.call('GET', '/v1/jobs')).body).toMatchObject({
    totalCount: 1,
    results: [{ id, delivery: { status: 'created' } }],
  });
  expect(errorOf(await nash.call('GET', '/v1/jobs/job_123')).message).toBe("job 'job_123' does not exist");
});

test('a courier walks every step by itself, each with a time of its own', async () => {
  const nash = await startNash({ picker: { mode: 'walk' }, clock: { now: () => 1_800_000_000_000 } });
  const { id } = await dispatchOrder(nash, 'o-1');
  await eventually(async () => {
    expect(deliveryOf((await nash.call('GET', `/v1/jobs/${id}`)).body).status).toBe('dropoff_complete');
  });
  const job = jobOf((await nash.call('GET', `/v1/jobs/${id}`)).body);
  const [{ delivery, tasks }] = job.jobConfigurations;
  expect(delivery.statusHistory.map(({ status }) => status)).toEqual(path);
  expect(new Set(delivery.statusHistory.map((entry) => entry.created_at)).size).toBe(path.length);
  expect(delivery.statusHistory[0]?.created_at).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}$/);
  expect([job.isActive, delivery.isActive, tasks[0]?.status]).toEqual([false, false, 'completed']);
});

test('without the requirement pick_and_pack nobody picks', async () => {
  const nash = await startNash();
  const { id } = await dispatchOrder(nash, 'o-1', { requirements: ['photo_proof_of_delivery'] });
  const { body } = await advance(nash, id, 'dropoff_complete');
  expect(deliveryOf(body).statusHistory.map(({ status }) => status)).toEqual(
    path.filter((status) => !status.startsWith('items_')),
  );
  expect(deliveryOf(body).picked_items).toEqual([]);
});

test('picked items show half of the lines while picking goes on and all of them once it is complete', async () => {
  const nash = await startNash();
  await dispatchOrder(nash, 'o-1');
  expect(deliveryOf((await advance(nash, 'o-1', 'pickup_arrived')).body).picked_items).toEqual([]);
  expect(deliveryOf((await advance(nash, 'o-1', 'items_pick_update')).body).picked_items).toHaveLength(2);
  const { body } = await advance(nash, 'o-1', 'items_pick_complete');
  expect(deliveryOf(body).picked_items).toHaveLength(4);
  expect(jobOf(body).jobConfigurations[0].tasks[0]?.delivery.picked_items).toHaveLength(4);
});

test('a delivery that skips items_pick_complete has its picks by pickup_complete', async () => {
  const nash = await startNash();
  await dispatchOrder(nash, 'o-1');
  const delivery = deliveryOf((await advance(nash, 'o-1', 'pickup_complete', true)).body);
  expect(delivery.statusHistory.map(({ status }) => status)).toEqual(['created', 'pickup_complete']);
  expect(delivery.picked_items).toHaveLength(4);
});

test('a job is cancelled once, and not after pickup', async () => {
  const nash = await startNash();
  const { id } = await dispatchOrder(nash, 'o-1');
  const cancelled = await nash.call('POST', `/v1/jobs/${id}/cancel`);
  expect([cancelled.status, deliveryOf(cancelled.body).status, jobOf(cancelled.body).isActive]).toEqual([
    200,
    'canceled_by_merchant',
    false,
  ]);
  const again = await nash.call('POST', '/v1/jobs/external_identifier/o-1/cancel');
  expect([again.status, errorOf(again).code]).toEqual([409, 'INVALID_STATE_TRANSITION']);
  expect(nash.sandbox.books.effectsOf('org_demo', 'o-1')['job.canceled']).toBe(1);

  await dispatchOrder(nash, 'o-2');
  await advance(nash, 'o-2', 'pickup_complete');
  expect((await nash.call('POST', '/v1/jobs/external_identifier/o-2/cancel')).status).toBe(409);
});

test('one order of a job is updated and cancelled by its configuration, and what is none of the job is a 404', async () => {
  const nash = await startNash();
  const { id } = await dispatchOrder(nash, 'o-1');
  const jobPath = `/v1/jobs/${id}`;
  const part = String(Object((await nash.call('GET', jobPath)).body).jobConfigurations[0].id);
  const missing = await nash.call('PATCH', `${jobPath}/cfg_other`, { itemsCount: 3 });
  expect([missing.status, errorOf(missing).code]).toEqual([404, 'MISSING_RESOURCE']);
  const updated = await nash.call('PATCH', `${jobPath}/${part}`, { itemsCount: 3 });
  expect(updated.body).toMatchObject({
    id,
    batch: { id: expect.any(String), quotes: [] },
    route: null,
    jobConfigurations: [{ id: part, package: { itemsCount: 3 } }],
  });
  const cancelled = await nash.call('POST', `${jobPath}/${part}/cancel`);
  expect([cancelled.status, deliveryOf(cancelled.body).status]).toEqual([200, 'canceled_by_merchant']);
});

test('cancelling stops the courier', async () => {
  const nash = await startNash({ speed: 1, picker: { mode: 'walk', stepMs: 20 } });
  const { id } = await dispatchOrder(nash, 'o-1');
  await nash.call('POST', `/v1/jobs/${id}/cancel`);
  await dispatchOrder(nash, 'o-2');
  await eventually(async () => {
    const { statusHistory } = deliveryOf((await nash.call('GET', '/v1/jobs/external_identifier/o-2')).body);
    expect(statusHistory.length).toBeGreaterThanOrEqual(3);
  });
  expect(deliveryOf((await nash.call('GET', `/v1/jobs/${id}`)).body).status).toBe('canceled_by_merchant');
});

test('a reassignment ends the attempt, not the job, and starts a task and a delivery of its own', async () => {
  const nash = await startNash();
  const { id } = await dispatchOrder(nash, 'o-1');
  await advance(nash, id, 'items_pick_complete');
  const job = jobOf((await nash.control('POST', `/nash/jobs/${id}/reassign`, {})).body);
  const [{ tasks, delivery }] = job.jobConfigurations;
  expect(tasks.map((task) => [task.status, task.delivery.status, task.delivery.isActive])).toEqual([
    ['canceled_by_provider', 'canceled_by_provider', false],
    ['created', 'created', true],
  ]);
  expect([job.isActive, delivery.id, delivery.picked_items]).toEqual([true, tasks[1]?.delivery.id, []]);
});

test('a delivery can fail, and goods can go back to the store', async () => {
  const nash = await startNash();
  await dispatchOrder(nash, 'o-1');
  expect(jobOf((await advance(nash, 'o-1', 'failed')).body)).toMatchObject({
    isActive: false,
    jobConfigurations: [{ tasks: [{ status: 'failed' }] }],
  });

  await dispatchOrder(nash, 'o-2');
  await advance(nash, 'o-2', 'dropoff_arrived');
  const { statusHistory, isActive } = deliveryOf((await advance(nash, 'o-2', 'returned')).body);
  expect(statusHistory.slice(-3).map(({ status }) => status)).toEqual([
    'return_in_progress',
    'return_arrived',
    'returned',
  ]);
  expect(isActive).toBe(false);
});

test('an earlier status is said again only when asked for directly', async () => {
  const nash = await startNash();
  await dispatchOrder(nash, 'o-1');
  await advance(nash, 'o-1', 'pickup_complete');
  expect((await advance(nash, 'o-1', 'pickup_enroute')).status).toBe(409);
  expect(deliveryOf((await advance(nash, 'o-1', 'pickup_enroute', true)).body).status).toBe('pickup_enroute');
});

test('a job moved by hand goes on walking from there', async () => {
  const nash = await startNash();
  await dispatchOrder(nash, 'o-1');
  await nash.control('POST', '/picker', { mode: 'walk' });
  await advance(nash, 'o-1', 'dropoff_enroute');
  await eventually(async () => {
    expect(deliveryOf((await nash.call('GET', '/v1/jobs/external_identifier/o-1')).body).status).toBe(
      'dropoff_complete',
    );
  });
});

test('the whole truth about one order is in one place', async () => {
  const nash = await startNash();
  await nash.call('POST', '/v1/order', makeOrder('o-1'));
  await dispatchOrder(nash, 'o-1');
  expect((await nash.control('GET', '/nash/orders/o-1')).body).toMatchObject({
    effects: { 'order.created': 1, 'order.updated': 1, 'order.dispatched': 1 },
    orders: [{ externalId: 'o-1', status: 'dispatched' }],
    jobs: [{ externalIdentifier: 'o-1' }],
    messages: [{ eventType: 'task.created' }, { eventType: 'delivery.created' }],
  });
  expect((await nash.control('GET', '/nash/orders/none')).status).toBe(404);
});
