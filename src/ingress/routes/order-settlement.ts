import * as z from 'zod';
import { IdSchema } from '../../domain/ids.ts';
import { arePicksSettled } from '../../domain/order-change.ts';
import { acceptPicks } from '../../domain/settle-picks.ts';
import { judgeSettlement } from '../../domain/settlement-verdict.ts';
import { toInstant } from '../../platform/clock.ts';
import { omsWorkNow } from '../../queues/oms-update.ts';
import { requireOrder } from '../../store/orders.ts';
import { readSettlementRules } from '../../store/settlement-rules.ts';
import { accepted, ok } from '../answer.ts';
import { changeAtOnce } from '../change-at-once.ts';
import { defineRoute, type Route } from '../define-route.ts';
import { makeRefusal } from '../problem.ts';
import { OrderViewSchema, readView } from '../views/order-view.ts';
import { PageSchema } from '../views/page.ts';
import { PickedItemSchema, toPickedItemView } from '../views/picked-item-view.ts';
import { SettlementSchema } from '../views/settlement-view.ts';

const tag = 'Orders';
const params = z.strictObject({ orderId: IdSchema('order') });

const getPickedItems = defineRoute({
  method: 'get',
  path: '/v1/orders/:orderId/picked-items',
  summary: 'What was picked for an order, and what follows from it',
  description:
    'The picks as the fulfilment system told them, what their labels say, and the settlement: asked against picked against charged, each difference with its reason, and whether this may be invoiced.',
  tag,
  scope: 'read',
  params,
  answers: {
    200: { description: 'All of it', schema: PageSchema(PickedItemSchema).extend({ settlement: SettlementSchema }) },
  },
  problems: ['order.not_found'],
  async handle({ store, merchantId, params: { orderId } }) {
    const { order } = await requireOrder(store, orderId, merchantId);
    const { currency, pickedItems } = order;
    const rules = await readSettlementRules(store, order);
    const isFinished = arePicksSettled(order.evidence);
    const settlement = judgeSettlement(order.content.lines, pickedItems, { rules, currency, isFinished });
    const year = Number(order.placedAt.slice(0, 4));
    const context = { year, currency, templates: rules.labelTemplates };
    return ok({
      data: pickedItems.map((item) => toPickedItemView(item, context)),
      nextCursor: null,
      settlement: { currency, ...settlement },
    });
  },
});

const acceptSettlement = defineRoute({
  method: 'post',
  path: '/v1/orders/:orderId/settlement/accept',
  summary: 'Accept what was picked as it is',
  description:
    'Releases an order that the rules hold (`settlement.state` is `held`): the OMS is told what was picked, and it can be invoiced. Picks that change later are judged anew. Nothing happens to an order that is not held.',
  tag,
  scope: 'operate',
  params,
  body: z.strictObject({}),
  bodyOptional: true,
  answers: { 202: { description: 'Accepted', schema: OrderViewSchema } },
  problems: ['order.not_found', 'order.state', 'order.contended'],
  async handle({ store, merchantId, params: { orderId } }) {
    await changeAtOnce(store, { merchantId, orderId }, ({ order }) => {
      if (order.settlement === undefined) {
        throw makeRefusal('order.state', `the order is ${order.status}: what was picked is not settled yet`, {
          detail: { orderId },
        });
      }
      const at = toInstant(store.clock.now());
      const released = acceptPicks(order, at);
      if (released === null) return null;
      const { obstacles } = order.settlement;
      return {
        ...released,
        timeline: [{ at, what: 'settlement.accepted', detail: { obstacles } }],
        entries: omsWorkNow(order),
      };
    });
    return accepted(readView(store, await requireOrder(store, orderId, merchantId)));
  },
});

export const orderSettlementRoutes: readonly Route[] = [getPickedItems, acceptSettlement];
