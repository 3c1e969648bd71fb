import { Hono, type Context } from 'hono';
import { z } from 'zod';
import type { Books } from '../books.ts';
import { answerControlError } from '../control-error.ts';
import type { Account } from './account.ts';
import { makeCatalogControl } from './catalog-control.ts';
import { accountSchema } from './account-settings.ts';
import type { OmsOrder } from './oms-order.ts';
import { changeOutcomeSchema } from './change-schema.ts';
import { newOrderSchema } from './order-doc.ts';
import { lineSchema } from './order-items.ts';
import { shippingShape } from './order-shipping.ts';
import type { VtexOms } from './vtex-oms.ts';
import { orderNotFound, toRefusalResponse, VtexRefusal } from './vtex-refusal.ts';

const statusBody = z.strictObject({ status: z.string() });
const cancelBody = z.strictObject({ reason: z.string().default('The customer changed their mind') });
/** What is left out stays as it is; of an address too. */
const changeBody = z
  .strictObject({
    lines: z.array(lineSchema).min(1),
    window: shippingShape.window,
    address: shippingShape.address.unwrap(),
    receiverName: z.string(),
    gone: z.boolean(),
  })
  .partial();

/** What has no place in VTEX's API: shoppers, the Admin, and the truth. Mounted under `/_sandbox/vtex`. */
export function makeVtexControl(vtex: VtexOms, books: Books): Hono {
  const accountOf = (name: string | undefined): Account => {
    const account = vtex.find(name);
    if (account === undefined) throw new VtexRefusal(404, 'SANDBOX', `no account ${name}`);
    return account;
  };
  /** Its account is known by who has it; two that have the same id are told apart by `?account=`. */
  const orderOf = (c: Context): { account: Account; order: OmsOrder } => {
    const [id, name] = [c.req.param('id') ?? '', c.req.query('account')];
    for (const account of name === undefined ? vtex.accountNames().map(accountOf) : [accountOf(name)]) {
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
    startHandlingCalls: order.startHandlingCalls,
    interactions: order.interactions,
    changes: order.changes,
    doc: order.doc,
  });

  return new Hono()
    .onError((error, c) => (error instanceof VtexRefusal ? toRefusalResponse(error) : answerControlError(error, c)))
    .route('/accounts/:name/catalog', makeCatalogControl(accountOf))
    .get('/accounts', (c) =>
      c.json({
        accounts: vtex.accountNames().map((name) => {
          const { settings, hook, feed, orders } = accountOf(name);
          return {
            ...settings(),
            orders: orders.size,
            hook: hook(),
            feed: { config: feed.config(), waiting: feed.waiting().quantity },
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
    .post('/accounts/:name/feed/lapse', (c) => {
      accountOf(c.req.param('name')).feed.lapse();
      return c.body(null, 204);
    })
    .post('/orders', async (c) => {
      const input = newOrderSchema.parse(await c.req.json().catch(() => ({})));
      const account = accountOf(input.account);
      return c.json(viewOf({ account, order: account.make(input) }), 201);
    })
    .get('/orders/:id', (c) => c.json(viewOf(orderOf(c))))
    .post('/orders/:id/cancel', async (c) => {
      const found = orderOf(c);
      const { reason } = cancelBody.parse(await c.req.json().catch(() => ({})));
      found.account.cancel(found.order, reason, 'customer');
      return c.json(viewOf(found));
    })
    .post('/orders/:id/invoice', (c) => {
      const found = orderOf(c);
      const items = found.order.doc.items.map(({ id, sellingPrice: price, quantity }) => ({ id, price, quantity }));
      found.account.invoices.addRest(found.order, items);
      return c.json(viewOf(found));
    })
    .post('/orders/:id/status', async (c) => {
      const found = orderOf(c);
      found.account.moveTo(found.order, statusBody.parse(await c.req.json()).status);
      return c.json(viewOf(found));
    })
    .post('/orders/:id/changes', async (c) => {
      const found = orderOf(c);
      found.order.changeOutcomes.push(changeOutcomeSchema.parse(await c.req.json()));
      return c.json(viewOf(found));
    })
    .post('/orders/:id/change', async (c) => {
      const found = orderOf(c);
      const { address, receiverName, ...changes } = changeBody.parse(await c.req.json());
      const { input } = found.order;
      const named = receiverName === undefined ? {} : { receiverName };
      const revised = { ...input, ...changes, address: { ...input.address, ...address, ...named } };
      found.account.revise(found.order, newOrderSchema.parse(revised));
      return c.json(viewOf(found));
    });
}
