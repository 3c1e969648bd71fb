import * as z from 'zod';
import { IdSchema } from '../../domain/ids.ts';
import { isStuckCancel, cancelRefusedProblem, refuseCancel } from '../../domain/order-cancel.ts';
import { isBeingCanceled, withoutProblem, type Order } from '../../domain/order.ts';
import { OrderPatchSchema } from '../../domain/order-input.ts';
import { isTerminal } from '../../domain/order-status.ts';
import { toInstant } from '../../platform/clock.ts';
import { makeEntry } from '../../queues/define-job.ts';
import { fulfilmentRead } from '../../queues/fulfilment-read.ts';
import { fulfilmentSubmit } from '../../queues/fulfilment-submit.ts';
import { orderImport } from '../../queues/order-import.ts';
import { orderCancel } from '../../queues/order-cancel.ts';
import type { OrderChange } from '../../store/change-order.ts';
import { commit } from '../../store/commit.ts';
import { newId, type StoreDeps } from '../../store/deps.ts';
import { merchantLane } from '../../store/entries.ts';
import { listIssueEntries, listIssues } from '../../store/issues.ts';
import { requireOrder, type StoredOrder } from '../../store/orders.ts';
import { reviveEntries } from '../../store/revive.ts';
import { amendStored, wrongState } from '../amend-order.ts';
import { accepted } from '../answer.ts';
import { changeAtOnce } from '../change-at-once.ts';
import { defineRoute, type Route } from '../define-route.ts';
import { OrderViewSchema, readView } from '../views/order-view.ts';

const tag = 'Orders';
const params = z.strictObject({ orderId: IdSchema('order') });
const problems = ['order.not_found', 'order.state', 'order.contended'] as const;

/** Changes the order through the store's guarded commit, and answers it as it now is. */
async function change(
  store: StoreDeps,
  merchantId: string,
  orderId: string,
  make: (stored: StoredOrder) => OrderChange,
) {
  await changeAtOnce(store, { merchantId, orderId }, make);
  return accepted(readView(store, await requireOrder(store, orderId, merchantId)));
}

const patchOrder = defineRoute({
  method: 'patch',
  path: '/v1/orders/:orderId',
  summary: 'Amend an order',
  description:
    'Allowed until picking begins. Each given field replaces the old one whole. While the fulfilment system has the order, the amendment waits (`pendingAmendment`) until that system has taken it.',
  tag,
  scope: 'operate',
  params,
  body: OrderPatchSchema,
  answers: { 202: { description: 'Accepted', schema: OrderViewSchema } },
  problems,
  handle: ({ store, merchantId, params: { orderId }, body }) =>
    change(store, merchantId, orderId, (stored) => amendStored(store, stored, body)),
});

const CancelSchema = z
  .strictObject({ reason: z.string().min(1).max(200).optional().meta({ description: 'Shown to all; name no person' }) })
  .meta({ id: 'OrderCancel' });

const cancelOrder = defineRoute({
  method: 'post',
  path: '/v1/orders/:orderId/cancel',
  summary: 'Ask for an order to be canceled',
  description:
    'The fulfilment system decides whether it is too late; `cancellation.state` says how it ended. An order with an invoice, or one that has ended, is refused at once.',
  tag,
  scope: 'operate',
  params,
  body: CancelSchema,
  bodyOptional: true,
  answers: { 202: { description: 'Asked for', schema: OrderViewSchema } },
  problems,
  handle: ({ store, merchantId, params: { orderId }, body: { reason } }) =>
    change(store, merchantId, orderId, ({ order }) => {
      const refusal = refuseCancel(order);
      if (refusal !== null) throw wrongState(order, refusal);
      const again = [
        makeEntry(orderCancel, { orderId }, { lane: merchantLane(merchantId), cause: String(order.version) }),
      ];
      if (isBeingCanceled(order)) return isStuckCancel(order, store.clock.now()) ? { order, entries: again } : null;
      const requestedAt = toInstant(store.clock.now());
      return {
        order: {
          ...order,
          cancellation: { state: 'requested', requestedAt, reason },
          problems: withoutProblem(order.problems, cancelRefusedProblem),
        },
        timeline: [{ at: requestedAt, what: 'order.cancelRequested' }],
        entries: again,
      };
    }),
});

const resyncOrder = defineRoute({
  method: 'post',
  path: '/v1/orders/:orderId/resync',
  summary: 'Read an order anew at its fulfilment system and its OMS',
  tag,
  scope: 'operate',
  params,
  body: z.strictObject({}),
  bodyOptional: true,
  answers: { 202: { description: 'Under way', schema: OrderViewSchema } },
  problems,
  async handle({ store, merchantId, params: { orderId } }) {
    const stored = await requireOrder(store, orderId, merchantId);
    if (stored.order.fulfilment === undefined) throw wrongState(stored.order, 'no fulfilment system has it');
    const { source: connectionId, externalId, oms } = stored.order;
    const options = { lane: merchantLane(merchantId), cause: newId('request', store.clock) };
    const atOms = oms === undefined ? [] : [makeEntry(orderImport, { merchantId, connectionId, externalId }, options)];
    await commit(store, { entries: [makeEntry(fulfilmentRead, { orderId }, options), ...atOms] });
    return accepted(readView(store, stored));
  },
});

const RetriedSchema = z.strictObject({
  id: IdSchema('order'),
  revived: z.int().meta({ description: 'How much work that had failed was put back to wait' }),
  resubmitted: z
    .boolean()
    .meta({ description: 'Nothing had failed, but nobody has been sent to pick the order: tried again' }),
});

const retryOrder = defineRoute({
  method: 'post',
  path: '/v1/orders/:orderId/retry',
  summary: 'Try again what failed for an order',
  tag,
  scope: 'operate',
  params,
  body: z.strictObject({}),
  bodyOptional: true,
  answers: { 202: { description: 'Under way', schema: RetriedSchema } },
  problems: ['order.not_found'],
  async handle({ store, merchantId, params: { orderId } }) {
    const { order } = await requireOrder(store, orderId, merchantId);
    const revived = await reviveOf(store, order);
    const unsent = order.fulfilment?.dispatchedAt === undefined && !isTerminal(order.status);
    const resubmitted = revived === 0 && unsent && !isBeingCanceled(order);
    if (resubmitted) {
      const cause = newId('request', store.clock);
      await commit(store, {
        entries: [makeEntry(fulfilmentSubmit, { orderId }, { lane: merchantLane(merchantId), cause })],
      });
    }
    return accepted({ id: orderId, revived, resubmitted });
  },
});

/** The buried work of one order, found through the open issues; entry ids of an order's work hold the order's id. */
async function reviveOf(store: StoreDeps, order: Order): Promise<number> {
  let revived = 0;
  for (let offset: number | null = 0; offset !== null;) {
    const page: Awaited<ReturnType<typeof listIssues>> = await listIssues(store, order.merchantId, {
      offset,
      limit: 200,
      status: 'open',
    });
    for (const { id } of page.issues) {
      const entries = await listIssueEntries(store, id);
      revived += await reviveEntries(
        store,
        entries.filter((entry) => entry.includes(order.id)),
        id,
      );
    }
    offset = page.nextOffset;
  }
  return revived;
}

export const orderActRoutes: readonly Route[] = [patchOrder, cancelOrder, resyncOrder, retryOrder];
