import { Hono, type Context } from 'hono';
import { z } from 'zod';
import type { Account } from './account.ts';
import { changeView } from './change-view.ts';
import { cancelChangeBody, changeBody, retryBody } from './change-schema.ts';
import type { OmsEnv } from './oms-env.ts';
import type { OmsOrder } from './oms-order.ts';
import { readVtexBody, readVtexQuery } from './read-vtex-body.ts';
import { orderNotFound, VtexRefusal } from './vtex-refusal.ts';

/** The document calls the same parameter by two names. */
const accountQuery = z.object({ accountName: z.string() }).or(z.object({ an: z.string() }));

/** Order modifications, the second version (Orders API, `/api/order-system/orders/{changeOrderId}/changes`). */
export const changeRoutes = new Hono<OmsEnv>()
  .patch('/:id/changes', async (c) => {
    const { account, order } = subjectOf(c);
    const change = account.changes.request(order, await readVtexBody(c, changeBody));
    return c.json(changeView(account.port.name, order, change), 202);
  })
  // "A history of every successful request": what runs or was canceled is not in it.
  .get('/:id/changes', (c) => {
    const { account, order } = subjectOf(c);
    const done = order.changes.filter(({ status }) => status === 'done');
    return c.json({ requests: done.map((change) => changeView(account.port.name, order, change)), actions: [] });
  })
  .get('/:id/changes/:change', (c) => {
    const { account, order } = subjectOf(c);
    const change = account.changes.get(order, c.req.param('change'));
    const { status, logs, cancellationData } = change;
    const inProgress = status !== 'done' && status !== 'canceled';
    const view = changeView(account.port.name, order, change);
    return c.json({ ...view, status, inProgress, logs, ...(cancellationData === null ? {} : { cancellationData }) });
  })
  .post('/:id/changes/:change/retry', async (c) => {
    const { account, order } = subjectOf(c);
    await readVtexBody(c, retryBody);
    account.changes.retry(order, c.req.param('change'));
    return c.body(null, 204);
  })
  .post('/:id/changes/:change/cancel', async (c) => {
    const { account, order } = subjectOf(c);
    const { reason } = await readVtexBody(c, cancelChangeBody);
    account.changes.cancel(order, c.req.param('change'), reason);
    return c.body(null, 200);
  });

function subjectOf(c: Context<OmsEnv>): { account: Account; order: OmsOrder } {
  const query = readVtexQuery(c, accountQuery);
  const account = c.get('account');
  const named = 'an' in query ? query.an : query.accountName;
  const id = c.req.param('id') ?? '';
  const order = account.orders.get(id);
  if (order === undefined || order.input.gone || named !== account.port.name) {
    throw new VtexRefusal(404, 'CHK0201', orderNotFound(id).message);
  }
  return { account, order };
}
