import { Hono, type Context } from 'hono';
import { z } from 'zod';
import { toFacility } from './facility-view.ts';
import { shipmentFilters } from './order-index.ts';
import { toOrderBody } from './order-view.ts';
import type { PnpAccount } from './pnp-account.ts';
import type { PnpEnv } from './pnp-env.ts';
import type { PnpOrder } from './pnp-order.ts';
import { refusals } from './pnp-refusal.ts';
import type { ReadCache } from './read-cache.ts';
import { toShipment, toShipmentSummary, toShipped } from './shipment-view.ts';
import { toWorksheet, toWorksheetSummary } from './worksheet-view.ts';

/** "All fields are optional", and so is the body. */
const trackingBody = z.object({
  deliveredDate: z.iso.datetime({ offset: true }).nullish(),
  events: z
    .array(z.object({ city: z.string(), state: z.string(), description: z.string(), date: z.string() }))
    .optional(),
});
const filterSchema = z.enum(shipmentFilters);

interface RoutesDeps {
  cache: ReadCache;
  /** How many times faster than life the cache goes stale. */
  speed: number;
  accounts: () => Iterable<PnpAccount>;
}

/** Pick and Pack API: the seven operations behind the token. */
export function makeApiRoutes({ cache, speed, accounts }: RoutesDeps): Hono<PnpEnv> {
  const orderOf = ({ index }: PnpAccount, id: string): PnpOrder => {
    const order = index.orders.get(id);
    if (order === undefined) throw refusals.order(id);
    return order;
  };
  /** What is named by an id of its own: another account's is there, and forbidden. */
  const find = (
    mine: PnpAccount,
    look: (account: PnpAccount) => PnpOrder | undefined,
    no: { missing: () => Error; foreign: (order: PnpOrder) => Error },
  ): PnpOrder => {
    const own = look(mine);
    if (own !== undefined) return own;
    for (const account of accounts()) {
      const order = look(account);
      if (order !== undefined) throw no.foreign(order);
    }
    throw no.missing();
  };
  const answerCached = (c: Context<PnpEnv>, key: string, read: (account: PnpAccount) => unknown): Response => {
    const account = c.get('account');
    const json = cache.through(`${account.name} ${key}`, account.settings().cacheMs / speed, () => read(account));
    return c.body(json, 200, { 'content-type': 'application/json' });
  };

  return (
    new Hono<PnpEnv>()
      .get('/orders/:id', (c) => {
        const id = c.req.param('id');
        return answerCached(c, `order ${id}`, (account) =>
          toOrderBody(orderOf(account, id), account.settings().statusStyle),
        );
      })
      .patch('/orders/:id/tracking', async (c) => {
        const account = c.get('account');
        const order = orderOf(account, c.req.param('id'));
        const tracking = readTracking(await c.req.text());
        if (order.invoices.length === 0) throw refusals.notInvoiced();
        account.setDelivered(order, {
          deliveredDate: tracking.deliveredDate ?? null,
          events: tracking.events ?? [],
        });
        return c.json({ ...tracking, orderId: order.orderId });
      })
      .get('/worksheets/:id', (c) => {
        const id = c.req.param('id');
        return answerCached(c, `worksheet ${id}`, (account) => {
          const order = find(account, ({ index }) => index.byWorksheet(id), {
            missing: () => refusals.worksheet(id),
            foreign: ({ orderId }) => refusals.order(orderId),
          });
          return toWorksheet(order, account.settings());
        });
      })
      .get('/worksheets', (c) => {
        const id = c.req.query('orderId') ?? '';
        if (id === '') throw refusals.worksheetsQuery();
        return answerCached(c, `worksheets ${id}`, (account) => [
          toWorksheetSummary(orderOf(account, id), account.settings()),
        ]);
      })
      .get('/facilities/:id', (c) => {
        const id = c.req.param('id');
        return answerCached(c, `facility ${id}`, (account) =>
          toFacility(
            find(account, ({ index }) => index.byFacility(id), {
              missing: () => refusals.facility(id),
              foreign: () => refusals.foreignFacility(id),
            }),
          ),
        );
      })
      .get('/shipments/:id', (c) => {
        const id = c.req.param('id');
        const filter = filterSchema.safeParse(c.req.header('x-pnp-filtermethod')).data;
        if (filter === undefined) throw refusals.body('Header X-PNP-FilterMethod is required');
        return answerCached(c, `shipment ${filter} ${id}`, (account) => {
          const order = find(account, ({ index }) => index.byShipment(id, filter), {
            missing: () => refusals.shipment(id),
            foreign: () => refusals.foreignShipment(id),
          });
          const shipped = toShipped(order).find(({ shipment }) => shipment.id === id || shipment.serviceId === id);
          if (shipped === undefined) throw refusals.shipment(id);
          return toShipment(shipped, account.settings());
        });
      })
      // The one read that is not cached.
      .get('/shipments', (c) => {
        const id = c.req.query('orderId') ?? '';
        if (id === '') throw refusals.shipmentsQuery();
        const account = c.get('account');
        const order = account.index.orders.get(id);
        if (order === undefined) throw refusals.shipmentsOfOrder(id);
        return c.json(toShipped(order).map((shipped) => toShipmentSummary(shipped, account.settings())));
      })
  );
}

function readTracking(text: string): z.output<typeof trackingBody> {
  try {
    return trackingBody.parse(text === '' ? {} : JSON.parse(text));
  } catch {
    throw refusals.body('Invalid body');
  }
}
