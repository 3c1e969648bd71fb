import * as z from 'zod';
import { IdSchema, idPrefixes } from '../../domain/ids.ts';
import type { StoreDeps } from '../../store/deps.ts';
import { findEverywhere } from '../../store/find-everywhere.ts';
import { readConnection } from '../../store/connections.ts';
import { readEndpoint } from '../../store/endpoints.ts';
import { nameOfFacility } from '../../domain/facility.ts';
import { readFacility } from '../../store/facilities.ts';
import { readDelivery, readEvent } from '../../store/events.ts';
import { readIssue } from '../../store/issues.ts';
import { readOrder, type StoredOrder } from '../../store/orders.ts';
import { findByPartnerId } from '../../store/search.ts';
import { ok } from '../answer.ts';
import { defineRoute, type Route } from '../define-route.ts';
import { findPart, shownParts, type ShownPart } from '../find-part.ts';
import { PageSchema } from '../views/page.ts';

const hitKinds = [
  'order',
  'event',
  'delivery',
  'issue',
  'endpoint',
  'connection',
  'worksheet',
  'shipment',
  'facility',
] as const;
type HitKind = (typeof hitKinds)[number];

const HitSchema = z
  .strictObject({
    kind: z.enum(hitKinds),
    id: z.string(),
    matched: z.enum(['id', 'externalId', 'partnerId']).meta({ description: 'What of it was searched for' }),
    title: z.string().meta({ description: 'For people' }),
    orderId: IdSchema('order').nullable().meta({ description: 'The order that it is about' }),
    url: z.string().nullable().meta({ description: 'Where it is read; null for what is only listed' }),
  })
  .meta({ id: 'SearchHit' });
type Hit = z.infer<typeof HitSchema>;

const hitsMax = 20;

const toOrderHit = ({ order }: StoredOrder, matched: Hit['matched']): Hit => ({
  kind: 'order',
  id: order.id,
  matched,
  title: `${order.externalId}, ${order.status}`,
  orderId: order.id,
  url: `/v1/orders/${order.id}`,
});

type Found = { title: string; orderId: string | null; url: string | null };

/** What has this id, if it is this merchant's. */
const readers: Record<
  Exclude<HitKind, 'order'>,
  (s: StoreDeps, merchantId: string, id: string) => Promise<Found | null>
> = {
  event: async (store, merchantId, id) => {
    const event = await readEvent(store, id);
    return event?.merchantId === merchantId
      ? { title: event.type, orderId: event.orderId, url: `/v1/events/${id}` }
      : null;
  },
  delivery: async (store, merchantId, id) => {
    const delivery = await readDelivery(store, id);
    if (delivery?.merchantId !== merchantId) return null;
    const { type, status, orderId } = delivery;
    return { title: `${type}, ${status}`, orderId, url: `/v1/deliveries/${id}/attempts` };
  },
  issue: async (store, merchantId, id) => {
    const issue = await readIssue(store, id);
    return issue?.merchantId === merchantId ? { title: issue.title, orderId: null, url: `/v1/issues/${id}` } : null;
  },
  endpoint: async (store, merchantId, id) => {
    const endpoint = await readEndpoint(store, merchantId, id);
    if (endpoint === null) return null;
    return { title: endpoint.description ?? 'endpoint', orderId: null, url: `/v1/endpoints/${id}` };
  },
  connection: async (store, merchantId, id) => {
    const connection = await readConnection(store, merchantId, id);
    return connection && { title: connection.name, orderId: null, url: `/v1/connections/${id}` };
  },
  worksheet: readPart,
  shipment: readPart,
  facility: async (store, merchantId, id) => {
    const facility = await readFacility(store, merchantId, id);
    return facility && { title: nameOfFacility(facility), orderId: null, url: `/v1/facilities/${id}` };
  },
};

/** Worksheets and shipments that a partner calls by what was searched for, or by something that begins so. */
const toPartHits = ({ order }: StoredOrder, text: string): Hit[] =>
  shownParts(order)
    .filter(({ externalId, serviceId }) =>
      [externalId, serviceId].some((name) => name?.toLowerCase().startsWith(text.toLowerCase()) === true),
    )
    .map((part) => ({ kind: part.kind, id: part.id, matched: 'partnerId', ...aboutPart(order.id, part) }));

const aboutPart = (orderId: string, { kind, id, status }: ShownPart): Found => ({
  title: `${kind}, ${status}`,
  orderId,
  url: `/v1/${kind}s/${id}`,
});

async function readPart(store: StoreDeps, merchantId: string, id: string): Promise<Found | null> {
  const found = await findPart(store, merchantId, id);
  return found && aboutPart(found.stored.order.id, found.part);
}

async function findById(store: StoreDeps, merchantId: string, id: string): Promise<Hit[]> {
  const kind = hitKinds.find((one) => id.startsWith(`${idPrefixes[one]}_`));
  if (kind === undefined || !IdSchema(kind).safeParse(id).success) return [];
  if (kind === 'order') {
    const stored = await readOrder(store, id);
    return stored?.order.merchantId === merchantId ? [toOrderHit(stored, 'id')] : [];
  }
  const found = await readers[kind](store, merchantId, id);
  return found === null ? [] : [{ kind, id, matched: 'id', ...found }];
}

const getSearch = defineRoute({
  method: 'get',
  path: '/v1/search',
  summary: 'Find something by any id',
  description:
    'By an id of Packline, by the id that an order has at its OMS, or by the beginning of an id that a fulfilment system gave to an order, its job, its worksheet or its delivery. People are not searched for.',
  tag: 'Search',
  scope: 'read',
  query: z.strictObject({
    q: z
      .string()
      .trim()
      .min(3)
      .max(200)
      .meta({ examples: ['ord_01jd3xk5q8h2v4m6n7p9r0stwz'] }),
  }),
  answers: { 200: { description: `At most ${hitsMax}, the closest first`, schema: PageSchema(HitSchema) } },
  async handle({ store, merchantId, query: { q } }) {
    const [byId, byExternalId, partners] = await Promise.all([
      findById(store, merchantId, q),
      findEverywhere(store, merchantId, q),
      findByPartnerId(store, merchantId, { text: q, limit: hitsMax }),
    ]);
    const byPartnerId = await Promise.all(partners.map((id) => readOrder(store, id)));
    const hits = [
      ...byId,
      ...byExternalId.map((stored) => toOrderHit(stored, 'externalId')),
      ...byPartnerId.flatMap((stored) =>
        stored === null ? [] : [toOrderHit(stored, 'partnerId'), ...toPartHits(stored, q)],
      ),
    ];
    const first = hits.filter(({ id }, at) => hits.findIndex((hit) => hit.id === id) === at);
    return ok({ data: first.slice(0, hitsMax), nextCursor: null });
  },
});

export const searchRoutes: readonly Route[] = [getSearch];
