import { Hono, type Context } from 'hono';
import { z } from 'zod';
import { answerControlError } from '../control-error.ts';
import { pnpAccountSchema } from './account-settings.ts';
import type { PickAndPack } from './pick-and-pack.ts';
import type { PnpAccount } from './pnp-account.ts';
import type { PnpOrder } from './pnp-order.ts';
import { PnpRefusal, refusals, toRefusalResponse } from './pnp-refusal.ts';

const returnBody = z.strictObject({
  items: z.array(z.strictObject({ sku: z.string(), quantity: z.int().min(1) })).min(1),
});
const statusBody = z.strictObject({ status: z.string().min(1) });

/** The Admin, the pickers' hands, and the truth. Mounted under `/_sandbox/vtex-pick-and-pack`. */
export function makePnpControl(pnp: PickAndPack): Hono {
  const accountOf = (name: string | undefined): PnpAccount => {
    const account = pnp.find(name);
    if (account === undefined) throw new PnpRefusal(404, 'SANDBOX', 'exception', `no account ${name}`);
    return account;
  };
  const orderOf = (c: Context): { account: PnpAccount; order: PnpOrder } => {
    const account = accountOf(c.req.query('account'));
    const id = c.req.param('id') ?? '';
    const order = account.index.orders.get(id);
    if (order === undefined) throw refusals.order(id);
    return { account, order };
  };

  return new Hono()
    .onError((error, c) => (error instanceof PnpRefusal ? toRefusalResponse(error) : answerControlError(error, c)))
    .put('/accounts', async (c) => c.json(pnp.putAccount(pnpAccountSchema.parse(await c.req.json())).settings()))
    .patch('/accounts/:name', async (c) => {
      const account = accountOf(c.req.param('name'));
      const changes = z.record(z.string(), z.unknown()).parse(await c.req.json());
      account.change(pnpAccountSchema.parse({ ...account.settings(), ...changes, account: account.name }));
      return c.json(account.settings());
    })
    .get('/tokens', (c) => c.json(pnp.tokenCalls()))
    .post('/tokens/expire', (c) => {
      pnp.expireTokens();
      return c.body(null, 204);
    })
    .post('/cache/clear', (c) => {
      pnp.clearCache();
      return c.body(null, 204);
    })
    .get('/orders', (c) => {
      const orders = [...accountOf(c.req.query('account')).index.orders.values()];
      return c.json({ orders: orders.map(({ orderId, status, history }) => ({ orderId, status, history })) });
    })
    .get('/orders/:id', (c) => c.json(orderOf(c).order))
    .post('/orders/:id/import', (c) => {
      const id = c.req.param('id');
      const order = accountOf(c.req.query('account')).importByHand(id);
      if (order === undefined) throw refusals.order(id);
      return c.json(order);
    })
    .post('/orders/:id/returns', async (c) => {
      const { account, order } = orderOf(c);
      return c.json(account.bringBack(order, returnBody.parse(await c.req.json()).items));
    })
    .post('/orders/:id/status', async (c) => {
      const { account, order } = orderOf(c);
      account.moveTo(order, statusBody.parse(await c.req.json()).status);
      return c.json(order);
    });
}
