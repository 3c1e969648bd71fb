import nock from 'nock';
import { deliveryBody, errorBody, jobBody, orderBody, pickedHistory } from '../../fixtures/nash/payloads.ts';
import { host } from './nash-harness.ts';

/** One order at Nash, under the reference of `orderToFulfil`, in the states that matter. */
export const ref = { externalRef: 'v502348abc-01' };
export const jobId = 'job_R7FXJrfB99bpvpzf6CriJC';
export const dispatchedOrder = orderBody({
  status: 'dispatched',
  orderMetadata: { packline_order_id: 'ord_1', nash_job_id: jobId },
});
export const waitingJob = (changes: Parameters<typeof jobBody>[0] = {}) =>
  jobBody({ deliveries: [deliveryBody({ history: pickedHistory.slice(0, 2), picks: null })], ...changes });
export const canceledJob = jobBody({ deliveries: [deliveryBody({ status: 'canceled_by_merchant', picks: null })] });
export const missing = errorBody('MISSING_RESOURCE', "order 'v502348abc-01' does not exist");

export const api = () => nock(host);
export const orderPath = '/v1/order/v502348abc-01';
export const upsertPath = '/v1/order/external-identifier/v502348abc-01';
export const jobPath = `/v1/jobs/${jobId}?compressedPayload=true`;
