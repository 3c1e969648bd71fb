import * as z from 'zod';
import { Failure } from '../../domain/failure.ts';
import { markedCause } from '../../domain/failure-cause.ts';
import { IdSchema } from '../../domain/ids.ts';
import { ExternalIdSchema } from '../../domain/order-input.ts';
import { replaceSku } from '../../domain/replace-sku.ts';
import type { OrderChange } from '../../store/change-order.ts';
import type { StoreDeps } from '../../store/deps.ts';
import { requireOrder, type StoredOrder } from '../../store/orders.ts';
import { openPerson } from '../../store/persons.ts';
import { amendStored } from '../amend-order.ts';
import { changeAtOnce } from '../change-at-once.ts';
import { defineRoute, type Route } from '../define-route.ts';
import { makeRefusal } from '../problem.ts';
import { withNotes } from '../views/order-view.ts';
import { readHeld } from './issue-retries.ts';
import { requireIssue } from './issues.ts';

/** Each is a commit of its own; what is beyond comes with the next call. */
const ordersMax = 200;

const CorrectionSchema = z
  .strictObject({
    id: IdSchema('issue'),
    sku: z.string().meta({ description: 'What the partner refuses' }),
    by: z.string(),
    orderIds: z.array(IdSchema('order')).meta({ description: 'Orders that are amended, and so sent again' }),
    left: z
      .array(z.strictObject({ orderId: IdSchema('order'), code: z.string(), detail: z.string() }))
      .meta({ description: 'Orders that stay as they are, and why' }),
    more: z.int().meta({ description: `Orders that were not looked at: a call is about ${ordersMax}` }),
  })
  .meta({ id: 'IssueCorrection' });
type Correction = z.infer<typeof CorrectionSchema>;

const correctIssue = defineRoute({
  method: 'post',
  path: '/v1/issues/:issueId/correct',
  summary: 'Replace the SKU that a partner refuses',
  description:
    'In all orders that the issue holds back: each is amended (`PATCH /v1/orders/{orderId}`) and sent again. Names, quantities and prices stay. With `plan` nothing is changed.',
  tag: 'Issues',
  scope: 'operate',
  params: z.strictObject({ issueId: IdSchema('issue') }),
  body: z.strictObject({ by: ExternalIdSchema, plan: z.boolean().default(false) }).meta({ id: 'IssueCorrect' }),
  answers: {
    200: { description: 'What would be amended (`plan`)', schema: CorrectionSchema },
    202: { description: 'Amended; the partner is told', schema: CorrectionSchema },
  },
  problems: ['issue.not_found', 'issue.no_sku'],
  async handle({ store, merchantId, params: { issueId }, body: { by, plan } }) {
    const { sku } = markedCause((await requireIssue(store, merchantId, issueId)).lastDetail);
    if (sku === undefined) throw makeRefusal('issue.no_sku', 'no SKU is its cause');
    const held = await readHeld(store, issueId);
    const all = [...new Set(held.flatMap(({ orderId }) => orderId ?? []))].toSorted();
    const correction: Correction = { id: issueId, sku, by, orderIds: [], left: [], more: Math.max(0, all.length - ordersMax) }; // prettier-ignore
    for (const orderId of all.slice(0, ordersMax)) {
      const refusal = await correct(store, { merchantId, orderId, plan }, (stored) =>
        replaceIn(store, stored, sku, by),
      );
      if (refusal === null) correction.orderIds.push(orderId);
      else correction.left.push({ orderId, code: refusal.code, detail: refusal.message });
    }
    return { status: plan ? 200 : 202, json: correction };
  },
});

const replaceIn = (store: StoreDeps, stored: StoredOrder, sku: string, by: string): OrderChange => {
  const lines = replaceSku(stored.order.pending?.content.lines ?? stored.order.content.lines, sku, by);
  if (lines === null) return null;
  return amendStored(store, stored, { lines: withNotes(lines, openPerson(store, stored, 'pending')) });
};

/** Null when it is done, or would be; else why not. */
async function correct(
  store: StoreDeps,
  { merchantId, orderId, plan }: { merchantId: string; orderId: string; plan: boolean },
  make: (stored: StoredOrder) => OrderChange,
): Promise<Failure | null> {
  let isInIt = false;
  const change = (stored: StoredOrder): OrderChange => {
    const made = make(stored);
    isInIt = made !== null;
    return made;
  };
  try {
    if (plan) change(await requireOrder(store, orderId, merchantId));
    else await changeAtOnce(store, { merchantId, orderId }, change);
    return isInIt ? null : makeRefusal('order.state', 'the SKU stands in none of its lines any more');
  } catch (thrown) {
    if (thrown instanceof Failure && thrown.kind === 'rejected') return thrown;
    throw thrown;
  }
}

export const issueCorrectionRoutes: readonly Route[] = [correctIssue];
