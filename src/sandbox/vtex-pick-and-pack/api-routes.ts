import { Hono } from 'hono';
import { z } from 'zod';
import { toOrderBody } from './order-view.ts';
import { facilityOf, type PnpOrder } from './pnp-order.ts';
import type { PnpAccount } from './pnp-account.ts';
import type { PnpEnv } from './pnp-env.ts';
import { refusals } from './pnp-refusal.ts';
import type { ReadCache } from './read-cache.ts';
import { isShipped, toShipment, toShipmentSummary } from './shipment-view.ts';
import { toWorksheet, toWorksheetSummary } from './worksheet-view.ts';

const trackingBody = z.object({
  deliveredDate: z.iso.datetime({ offset: true }).nullish(),
  events: z
    .array(z.object({ city: z.string(), state: z.string(), description: z.string(), date: z.string() }))
    .optional(),
});

/** Pick and Pack API: the seven operations behind the token. */
export function makeApiRoutes(cache: ReadCache, speed: number): Hono<PnpEnv> {
  const orderOf = (account: PnpAccount, id: string): PnpOrder => {
    const order = account.orders.get(id);
    if (order === undefined) throw refusals.order(id);
    return order;
  };
  const cached = (account: PnpAccount, key: string, read: () => unknown): unknown => {
    const { account: name, cacheMs } = account.settings();
    return cache.through(`${name} ${key}`, cacheMs / speed, read);
  };

  return (
    new Hono<PnpEnv>()
      .get('/orders/:id', (c) => {
        const account = c.get('account');
        const id = c.req.param('id');
        return c.json(cached(account, `order ${id}`, () => toOrderBody(orderOf(account, id), account.settings())));
      })
      .patch('/orders/:id/tracking', async (c) => {
        const account = c.get('account');
        const order = orderOf(account, c.req.param('id'));
        const read = trackingBody.safeParse(await c.req.json().catch(() => undefined));
        if (!read.success) throw refusals.body('Invalid body');
        if (order.invoices.length === 0) throw refusals.notInvoiced();
        account.setDelivered(order, read.data.deliveredDate ?? null);
        return c.json({ ...read.data, orderId: order.orderId });
      })
      .get('/worksheets/:id', (c) => {
        const account = c.get('account');
        const id = c.req.param('id');
        const order = [...account.orders.values()].find(({ worksheetId }) => worksheetId === id);
        if (order === undefined) throw refusals.worksheet(id);
        return c.json(cached(account, `worksheet ${id}`, () => toWorksheet(order, account.settings().account)));
      })
      .get('/worksheets', (c) => {
        const account = c.get('account');
        const id = c.req.query('orderId');
        if (id === undefined) throw refusals.worksheetsQuery();
        return c.json(
          cached(account, `worksheets ${id}`, () => [
            toWorksheetSummary(orderOf(account, id), account.settings().account),
          ]),
        );
      })
      .get('/facilities/:id', (c) => {
        const account = c.get('account');
        const id = c.req.param('id');
        const order = [...account.orders.values()].find(({ facilityId }) => facilityId === id);
        if (order === undefined) throw refusals.facility(id);
        return c.json(cached(account, `facility ${id}`, () => toFacility(order.warehouseId)));
      })
      .get('/shipments/:id', (c) => {
        const account = c.get('account');
        const id = c.req.param('id');
        const filter = c.req.header('x-pnp-filtermethod');
        if (filter !== 'BY_INTERNAL_ID' && filter !== 'BY_EXTERNAL_ID') {
          throw refusals.body('Header X-PNP-FilterMethod is required');
        }
        const order = [...account.orders.values()].find(
          ({ shipment }) => (filter === 'BY_INTERNAL_ID' ? shipment?.id : shipment?.serviceId) === id,
        );
        if (order === undefined || !isShipped(order)) throw refusals.shipment(id);
        return c.json(cached(account, `shipment ${filter} ${id}`, () => toShipment(order, account.settings().account)));
      })
      // The one read that is not cached.
      .get('/shipments', (c) => {
        const account = c.get('account');
        const id = c.req.query('orderId');
        if (id === undefined) throw refusals.shipmentsQuery();
        const order = account.orders.get(id);
        if (order === undefined) throw refusals.shipmentsOfOrder(id);
        return c.json(isShipped(order) ? [toShipmentSummary(order, account.settings().account)] : []);
      })
  );
}

const toFacility = (warehouseId: string) => ({
  id: facilityOf(warehouseId),
  name: warehouseId,
  address: 'Rua Exemplo',
  number: '1',
  addressComplement: '',
  neighborhood: 'Centro',
  city: 'Rio de Janeiro',
  state: 'RJ',
  country: 'BRA',
  postalCode: '20010-000',
  reference: '',
  location: { latitude: -22.9, longitude: -43.2 },
  contactInformation: { name: 'Store', email: 'store@example.com', phone: '+552100000000' },
});
