import type { Order } from '../../src/domain/order.ts';
import type { OrderInput } from '../../src/domain/order-input.ts';
import { makeEntry } from '../../src/queues/define-job.ts';
import { fulfilmentSubmit } from '../../src/queues/fulfilment-submit.ts';
import { acceptOrder } from '../../src/store/accept-order.ts';
import type { StoreDeps } from '../../src/store/deps.ts';
import { freeLane } from '../../src/store/entries.ts';
import { sampleOrder } from '../support/sample-order.ts';

export const sampleMerchantId = `mer_${'0'.repeat(26)}`;

interface Posted {
  merchantId?: string;
  source?: string;
  idempotencyKey?: string;
  order?: Partial<OrderInput>;
}

/** The sample order as the ingress posts it to the store. */
export const postSample = (store: StoreDeps, posted: Posted = {}) => {
  const { merchantId = sampleMerchantId, source = 'generic', idempotencyKey = 'key-1' } = posted;
  const input = sampleOrder(posted.order);
  const work = (orderId: string) => makeEntry(fulfilmentSubmit, { orderId }, { lane: freeLane });
  return acceptOrder(store, { merchantId, source, idempotencyKey, input, work });
};

/** Accepts a new order, and answers it. */
export async function acceptSample(store: StoreDeps, externalId = 'order-1', posted: Posted = {}): Promise<Order> {
  const order = { ...posted.order, externalId };
  const accepted = await postSample(store, { idempotencyKey: externalId, ...posted, order });
  if (accepted.outcome !== 'created') throw new Error(`the order was not created: ${accepted.outcome}`);
  return accepted.order;
}
