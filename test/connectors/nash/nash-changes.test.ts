import { expect, test } from 'vitest';
import {
  deliveryBody,
  errorBody,
  jobBody,
  orderBody,
  packageBody,
  pickedHistory,
} from '../../fixtures/nash/payloads.ts';
import { connectNash, orderToFulfil } from './nash-harness.ts';
import { useNock } from '../wire-harness.ts';
import { api, canceledJob, dispatchedOrder, jobId, jobPath, missing, orderPath, ref, upsertPath, waitingJob } from './scenario.ts'; // prettier-ignore

useNock();

test('before the dispatch an amendment is an upsert', async () => {
  api().get(orderPath).times(2).reply(200, orderBody()).post(upsertPath).reply(200, orderBody());
  await expect(connectNash().nash.amend(ref, orderToFulfil())).resolves.toMatchObject({ amended: true });
});

test('an order dispatched between the look and the upsert has its job amended', async () => {
  api().get(orderPath).reply(200, orderBody()).get(orderPath).reply(200, dispatchedOrder);
  api().get(jobPath).times(3).reply(200, waitingJob()).patch(`/v1/jobs/${jobId}`).reply(200, waitingJob());
  await expect(connectNash().nash.amend(ref, orderToFulfil())).resolves.toMatchObject({ amended: true });
});

test('an archived order is not amended', async () => {
  api()
    .get(orderPath)
    .reply(200, orderBody({ status: 'archived' }));
  await expect(connectNash().nash.amend(ref, orderToFulfil())).resolves.toMatchObject({
    amended: false,
    code: 'nash.order_archived',
  });
});

test('a dispatched order whose job does not show yet is neither amended nor archived', async () => {
  api().get(orderPath).times(2).reply(200, dispatchedOrder).get(jobPath).times(2).reply(404, missing);
  const expected = { kind: 'transient', code: 'nash.job_missing' };
  await expect(connectNash().nash.amend(ref, orderToFulfil())).rejects.toMatchObject(expected);
  await expect(connectNash().nash.cancel(ref)).rejects.toMatchObject(expected);
});

test('the job of another Packline order is not amended', async () => {
  api()
    .get(jobPath)
    .reply(200, waitingJob({ changes: { jobMetadata: { packline_order_id: 'ord_other' } } }));
  await expect(connectNash().nash.amend({ ...ref, jobId }, orderToFulfil())).rejects.toMatchObject({
    code: 'nash.external_id_taken',
  });
});

test('after the dispatch an amendment changes the job, and counts once a read shows it', async () => {
  const patched: unknown[] = [];
  api().get(jobPath).times(2).reply(200, waitingJob());
  api()
    .patch(`/v1/jobs/${jobId}`, (body: unknown) => patched.push(body) > 0)
    .reply(200, waitingJob());
  const outcome = await connectNash().nash.amend({ ...ref, jobId }, orderToFulfil());
  expect(outcome).toMatchObject({ amended: true, snapshot: { jobId } });
  expect(patched).toMatchObject([
    {
      dropoffAddress: '1 Example St, Unit 3, Carlton, VIC, 3053, AUS',
      packageDropoffStartTime: '2026-01-15T02:00:00Z',
      packageDropoffEndTime: '2026-01-15T04:00:00Z',
      itemsCount: 7,
      packageItems: [{ subItems: [{ sku: '100001', count: 2 }, {}, {}, {}, {}] }],
    },
  ]);
});

test.each([
  ['packageItems', packageBody({ items: [] })],
  ['packageDropoffEndTime', packageBody({ dropoffEndTime: '2026-01-15T05:00:00Z' })],
  ['dropoffPhoneNumber', packageBody({ dropoffLocation: { phoneNumber: '+61400000009' } })],
  ['dropoffAddress', packageBody({ dropoffLocation: { addressZip: '3000', addressNumber: '1' } })],
])('a change that Nash dropped with a 200 is not taken for done: %s', async (field, kept) => {
  api()
    .get(jobPath)
    .times(2)
    .reply(200, waitingJob({ package: kept }));
  api().patch(`/v1/jobs/${jobId}`).reply(200, waitingJob());
  await expect(connectNash().nash.amend({ ...ref, jobId }, orderToFulfil())).resolves.toEqual({
    amended: false,
    code: 'nash.change_dropped',
    detail: `Nash kept the old ${field}`,
  });
});

test('once the picker is at it, nothing is amended', async () => {
  api()
    .get(jobPath)
    .reply(200, jobBody({ deliveries: [deliveryBody({ history: pickedHistory.slice(0, 4) })] }));
  await expect(connectNash().nash.amend({ ...ref, jobId }, orderToFulfil())).resolves.toMatchObject({
    amended: false,
    code: 'nash.too_late',
  });
});

test('an amendment that Nash refuses by its state is refused, not failed', async () => {
  api().get(jobPath).reply(200, waitingJob());
  api().patch(`/v1/jobs/${jobId}`).reply(409, errorBody('INVALID_STATE_TRANSITION'));
  await expect(connectNash().nash.amend({ ...ref, jobId }, orderToFulfil())).resolves.toMatchObject({
    amended: false,
    code: 'nash.invalid_state_transition',
  });
});

test('an order that was not dispatched is canceled by archiving it', async () => {
  api().get(orderPath).reply(200, orderBody());
  api()
    .delete('/v1/order/ord_PewiSWzxmCFPzW62Ry3A6V')
    .reply(200, orderBody({ status: 'archived' }));
  await expect(connectNash().nash.cancel(ref)).resolves.toMatchObject({
    canceled: true,
    evidence: [{ subject: 'order', code: 'archived' }],
  });
});

test('a dispatched order is never archived: its job is canceled', async () => {
  api().get(orderPath).reply(200, dispatchedOrder).get(jobPath).reply(200, waitingJob());
  api().post(`/v1/jobs/${jobId}/cancel`).reply(200, { job: canceledJob });
  const outcome = await connectNash().nash.cancel(ref);
  expect(outcome).toMatchObject({ canceled: true });
  expect(JSON.stringify(outcome)).toContain('canceled_by_merchant');
});

test('an order dispatched between the look and the archiving has its job canceled', async () => {
  api().get(orderPath).reply(200, orderBody());
  api().delete('/v1/order/ord_PewiSWzxmCFPzW62Ry3A6V').reply(400, errorBody('ORDER_ALREADY_DISPATCHED'));
  api().get(orderPath).reply(200, dispatchedOrder).get(jobPath).times(2).reply(200, waitingJob());
  api().post(`/v1/jobs/${jobId}/cancel`).reply(200, { job: canceledJob });
  await expect(connectNash().nash.cancel(ref)).resolves.toMatchObject({ canceled: true });
});

test.each([
  ['nothing there', () => api().get(orderPath).reply(404, missing), ref],
  [
    'archived before',
    () =>
      api()
        .get(orderPath)
        .reply(200, orderBody({ status: 'archived' })),
    ref,
  ],
  [
    'job canceled before',
    () => api().get(jobPath).reply(200, canceledJob).get(orderPath).reply(200, dispatchedOrder),
    { ...ref, jobId },
  ],
])('a cancellation may be repeated: %s', async (_what, expectCalls, of) => {
  expectCalls();
  await expect(connectNash().nash.cancel(of)).resolves.toMatchObject({ canceled: true });
});

test('a courier who has the goods is not called off, and the merchant is told', async () => {
  const late = jobBody({ deliveries: [deliveryBody({ status: 'dropoff_enroute' })] });
  api().get(jobPath).times(2).reply(200, late);
  api().post(`/v1/jobs/${jobId}/cancel`).reply(409, errorBody('INVALID_STATE_TRANSITION'));
  await expect(connectNash().nash.cancel({ ...ref, jobId })).resolves.toMatchObject({
    canceled: false,
    code: 'nash.invalid_state_transition',
  });
});

const sharedJob = (...owners: string[]) =>
  jobBody({
    changes: {
      jobConfigurations: owners.map((externalIdentifier, index) => ({
        id: `cfg_${index}`,
        package: packageBody({ externalIdentifier }),
        tasks: [],
        delivery: deliveryBody({ id: `dlv_${index}`, history: pickedHistory.slice(0, 2), picks: null }),
      })),
    },
  });

test('in a job of several orders only the own part is canceled', async () => {
  api().get(jobPath).reply(200, sharedJob('another', 'v502348abc-01'));
  api().post(`/v1/jobs/${jobId}/cfg_1/cancel`).reply(200, { job: canceledJob });
  await expect(connectNash().nash.cancel({ ...ref, jobId })).resolves.toMatchObject({ canceled: true });
});

test('a job that does not say which part is whose is not canceled at all', async () => {
  api().get(jobPath).reply(200, sharedJob('one', 'another'));
  await expect(connectNash().nash.cancel({ ...ref, jobId })).rejects.toMatchObject({ code: 'nash.job_shared' });
});
