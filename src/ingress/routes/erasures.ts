import * as z from 'zod';
import { IdSchema } from '../../domain/ids.ts';
import type { Order } from '../../domain/order.ts';
import type { Service } from '../../domain/service.ts';
import { endsService } from '../../domain/service-status.ts';
import { RecipientSchema } from '../../domain/order-input.ts';
import { isTerminal } from '../../domain/order-status.ts';
import { listConnections } from '../../store/connections.ts';
import type { StoreDeps } from '../../store/deps.ts';
import { erasedParts, erasePersons, foreseeErasures } from '../../store/erasures.ts';
import { findByPerson } from '../../store/find-by-person.ts';
import { findIssuesWithHooks } from '../../store/held-hooks.ts';
import { eraseHooks, findWaitingHooks } from '../../store/hook-erasures.ts';
import { requireOrder, type StoredOrder } from '../../store/orders.ts';
import { isErased, type PersonQuery } from '../../store/persons.ts';
import { eraseServices, findServicesByPerson } from '../../store/service-erasures.ts';
import type { StoredService } from '../../store/services.ts';
import { ok } from '../answer.ts';
import { defineRoute, type Route } from '../define-route.ts';
import type { IngressDeps } from '../deps.ts';
import { makeRefusal } from '../problem.ts';

const { email, phone } = RecipientSchema.shape;

const ErasureInputSchema = z
  .strictObject({
    orderId: IdSchema('order').optional(),
    email,
    phone,
    force: z.boolean().default(false).meta({ description: 'Also of orders that are still on their way' }),
    dryRun: z.boolean().default(false).meta({ description: 'Only say what would be erased' }),
  })
  .refine((input) => [input.orderId, input.email, input.phone].filter((given) => given !== undefined).length === 1, {
    message: 'name one of orderId, email and phone',
  })
  .meta({ id: 'ErasureInput' });
type ErasureInput = z.infer<typeof ErasureInputSchema>;

const NotErasedSchema = z.strictObject({
  orderId: z.union([IdSchema('order'), z.null()]),
  where: z.string().meta({ description: 'A partner, an issue, or `backups`' }),
  reason: z.string(),
});

const ErasureSchema = z
  .strictObject({
    dryRun: z.boolean(),
    erased: z.array(
      z.strictObject({
        orderId: IdSchema('order').optional(),
        serviceId: IdSchema('service').optional().meta({ description: 'Of one that belongs to none of your orders' }),
        where: z.array(z.enum(erasedParts)).meta({
          description:
            'The person and its key, a waiting amendment, kept webhooks, what the fulfilment system showed of it, free text in events and what subscribers answered to them, the search index',
        }),
      }),
    ),
    webhooks: z.int().meta({
      description: 'Webhooks about no order that waited and named the person by e-mail address or phone: their bytes',
    }),
    notErased: z.array(NotErasedSchema).meta({ description: 'Where the person still is, out of Packline’s reach' }),
  })
  .meta({ id: 'Erasure' });

/** All found, or none: an order that does not exist is said, a person without orders is none. */
async function find(store: StoreDeps, merchantId: string, input: ErasureInput): Promise<StoredOrder[]> {
  if (input.orderId !== undefined) return [await requireOrder(store, input.orderId, merchantId)];
  if (input.email !== undefined) return findByPerson(store, merchantId, { email: input.email });
  return findByPerson(store, merchantId, { phone: input.phone ?? '' });
}

function toQuery({ email: byEmail, phone: byPhone }: ErasureInput): PersonQuery | null {
  if (byEmail !== undefined) return { email: byEmail };
  return byPhone === undefined ? null : { phone: byPhone };
}

/** Last-mile services of this person that belong to none of the orders; those that do are erased with them. */
async function findServices(
  store: StoreDeps,
  merchantId: string,
  input: ErasureInput,
  orders: readonly StoredOrder[],
): Promise<StoredService[]> {
  const query = toQuery(input);
  if (query === null) return [];
  const known = new Set(orders.map(({ order }) => order.externalId));
  return (await findServicesByPerson(store, merchantId, query)).filter(({ service }) => !known.has(service.orderId));
}

/** Whoever brings the goods needs to know to whom: an order on its way keeps its person unless somebody insists. */
function refuseOpen(orders: readonly StoredOrder[], services: readonly StoredService[]): void {
  const open = [
    ...orders.filter((stored) => !isErased(stored)).map(({ order: { id, status } }) => ({ id, status, isOver: isTerminal(status) })), // prettier-ignore
    ...services.map(({ service: { id, status } }) => ({ id, status, isOver: endsService(status) })),
  ].filter(({ isOver }) => !isOver);
  if (open.length === 0) return;
  const shown = open.slice(0, 20).map(({ id, status }) => `${id} (${status})`);
  throw makeRefusal(
    'order.state',
    `nothing was erased: ${open.length} of ${orders.length + services.length} orders are not at their end: ${shown.join(', ')}. ` +
      'Wait, cancel them, or send `force`; an order without its person can be neither submitted nor amended',
  );
}

async function listNotErased(
  { connectors }: IngressDeps,
  store: StoreDeps,
  { merchantId, orders, services }: { merchantId: string; orders: readonly Order[]; services: readonly Service[] },
): Promise<z.infer<typeof NotErasedSchema>[]> {
  const titleOf = (connector: string): string => connectors.get(connector)?.title ?? connector;
  const partners = orders.flatMap(({ id: orderId, externalId, oms, fulfilment }) => [
    ...(fulfilment === undefined
      ? []
      : [{ orderId, where: titleOf(fulfilment.connector), reason: `was told of it as ${fulfilment.externalRef}` }]),
    ...(oms === undefined ? [] : [{ orderId, where: titleOf(oms.connector), reason: `it is ${externalId} there` }]),
  ]);
  const connections = services.length === 0 ? [] : await listConnections(store, merchantId);
  const platforms = services.map(({ connectionId, orderId }) => {
    const { connector = 'lastMile' } = connections.find(({ id }) => id === connectionId) ?? {};
    return { orderId: null, where: titleOf(connector), reason: `it is ${orderId} there` };
  });
  const connectionIds = new Set(
    orders.flatMap(({ source, fulfilment }) => [source, fulfilment?.connectionId ?? source]),
  );
  const issues = (await findIssuesWithHooks(store, merchantId, connectionIds)).map((where) => ({
    orderId: null,
    where,
    reason: 'holds webhooks that could not be worked off and may name the person: retry them',
  }));
  const backups = {
    orderId: null,
    where: 'backups',
    reason:
      'what was copied from Redis before, and its append-only file until it is rewritten, keep it sealed with its key',
  };
  return orders.length + services.length === 0 ? [] : [...partners, ...platforms, ...issues, backups];
}

const postErasure = defineRoute({
  method: 'post',
  path: '/v1/erasures',
  summary: 'Erase a person',
  description:
    'Of one order, or of all orders and last-mile services with this e-mail address or phone number (with its country code, as it stands there). The orders stay, without their person. It is for good, and a restored backup does not bring it back. Asked again, nothing more is erased.',
  tag: 'Erasures',
  scope: 'operate',
  body: ErasureInputSchema,
  // Doing it twice is doing it once; a key would leave a digest of the address behind.
  idempotency: 'none',
  answers: { 200: { description: 'What was erased, and what is left elsewhere', schema: ErasureSchema } },
  problems: ['order.not_found', 'order.state', 'order.contended', 'secrets.cannot_open'],
  async handle({ deps, store, merchantId, body, log }) {
    const found = await find(store, merchantId, body);
    const services = await findServices(store, merchantId, body, found);
    if (!body.force) refuseOpen(found, services);
    // Before the orders: what they are found by is erased with these.
    const hooks = await findWaitingHooks(store, merchantId, { orders: found, query: toQuery(body) });
    if (!body.dryRun) await eraseHooks(store, merchantId, hooks);
    const erased = body.dryRun
      ? await foreseeErasures(store, found)
      : await erasePersons(store, deps.erasureLog, found);
    const ids = body.dryRun ? services.map(({ service }) => service.id) : await eraseServices(store, deps.erasureLog, services); // prettier-ignore
    const all = [...erased, ...ids.map((serviceId) => ({ serviceId, where: ['services' as const] }))];
    if (!body.dryRun) for (const one of all) log.info({ merchantId, ...one }, 'person.erased');
    const about = { merchantId, orders: found.map(({ order }) => order), services: services.map(({ service }) => service) }; // prettier-ignore
    return ok({
      dryRun: body.dryRun,
      erased: all,
      webhooks: hooks.length,
      notErased: await listNotErased(deps, store, about),
    });
  },
});

export const erasureRoutes: readonly Route[] = [postErasure];
