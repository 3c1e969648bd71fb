import { Hono } from 'hono';
import { z } from 'zod';
import type { Books } from '../books.ts';
import { answerControlError } from '../control-error.ts';
import type { Account, OmsOrder } from './account.ts';
import { accountSchema } from './account-settings.ts';
import { amountsOf, makeItem, newOrderSchema } from './order-doc.ts';
import type { VtexOms } from './vtex-oms.ts';
import { orderNotFound, toRefusalResponse, VtexRefusal } from './vtex-refusal.ts';
import { toVtexTime } from './vtex-time.ts';

const statusBody = z.strictObject({ status: z.string() });
const changeBody = z.strictObject({
  lines: newOrderSchema.shape.lines.optional(),
  receiverName: z.string().optional(),
});

/** What has no place in VTEX's API: shoppers, the Admin, and the truth. Mounted under `/_sandbox/vtex`. */
export function makeVtexControl(vtex: VtexOms, books: Books, nowMs: () => number): Hono {
  const accountOf = (name: string | undefined): Account => {
    const account = vtex.find(name);
    if (account === undefined) throw new VtexRefusal(404, 'SANDBOX', `no account ${name}`);
    return account;
  };
  const orderOf = (id: string): { account: Account; order: OmsOrder } => {
    for (const name of vtex.accountNames()) {
      const account = accountOf(name);
      const order = account.orders.get(id);
      if (order !== undefined) return { account, order };
    }
    throw orderNotFound(id);
  };
  const viewOf = ({ account, order }: { account: Account; order: OmsOrder }) => ({
    account: account.port.name,
    orderId: order.orderId,
    status: order.doc.status,
    effects: books.effectsOf(account.port.name, order.orderId),
    interactions: order.interactions,
    doc: order.doc,
  });

  return new Hono()
    .onError((error, c) => (error instanceof VtexRefusal ? toRefusalResponse(error) : answerControlError(error, c)))
    .get('/accounts', (c) =>
      c.json({
        accounts: vtex.accountNames().map((name) => {
          const { settings, hook, feed, orders } = accountOf(name);
          return {
            ...settings(),
            orders: orders.size,
            hook: hook(),
            feed: { config: feed.config(), waiting: feed.waiting() },
          };
        }),
      }),
    )
    .put('/accounts', async (c) => c.json(vtex.putAccount(accountSchema.parse(await c.req.json())).settings()))
    .patch('/accounts/:name', async (c) => {
      const account = accountOf(c.req.param('name'));
      const changes = z.record(z.string(), z.unknown()).parse(await c.req.json());
      account.change(accountSchema.parse({ ...account.settings(), ...changes }));
      return c.json(account.settings());
    })
    .delete('/accounts/:name/hook', (c) => {
      accountOf(c.req.param('name')).setHook(null);
      return c.body(null, 204);
    })
    .delete('/accounts/:name/feed', (c) => {
      accountOf(c.req.param('name')).feed.configure(null);
      return c.body(null, 204);
    })
    .post('/orders', async (c) => {
      const { account: name, ...input } = newOrderSchema.parse(await c.req.json().catch(() => ({})));
      const account = accountOf(name);
      return c.json(viewOf({ account, order: account.make(input) }), 201);
    })
    .get('/orders/:id', (c) => c.json(viewOf(orderOf(c.req.param('id')))))
    .post('/orders/:id/cancel', (c) => {
      const found = orderOf(c.req.param('id'));
      found.account.moveTo(found.order, 'cancel');
      found.account.moveTo(found.order, 'canceled');
      return c.json(viewOf(found));
    })
    .post('/orders/:id/invoice', (c) => {
      const found = orderOf(c.req.param('id'));
      const { doc } = found.order;
      found.account.invoice(found.order, `INV${doc.sequence}`, Number(doc['value']));
      return c.json(viewOf(found));
    })
    .post('/orders/:id/status', async (c) => {
      const found = orderOf(c.req.param('id'));
      found.account.moveTo(found.order, statusBody.parse(await c.req.json()).status);
      return c.json(viewOf(found));
    })
    .post('/orders/:id/change', async (c) => {
      const found = orderOf(c.req.param('id'));
      const { lines, receiverName } = changeBody.parse(await c.req.json());
      const { doc } = found.order;
      if (lines !== undefined) {
        const items = lines.map((line, index) => makeItem(line, `${doc.sequence}${index}`));
        Object.assign(doc, { items, ...amountsOf(lines) });
      }
      const shipping: unknown = doc['shippingData'];
      if (receiverName !== undefined && isRecord(shipping) && isRecord(shipping['address'])) {
        shipping['address']['receiverName'] = receiverName;
      }
      doc['lastChange'] = toVtexTime(nowMs());
      found.account.tellChange(found.order);
      return c.json(viewOf(found));
    });
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;
