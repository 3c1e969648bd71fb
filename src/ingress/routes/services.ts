import * as z from 'zod';
import { IdSchema } from '../../domain/ids.ts';
import { InstantSchema } from '../../domain/time.ts';
import { serviceStatuses } from '../../domain/service-status.ts';
import type { Service } from '../../domain/service.ts';
import { listServices } from '../../store/list-services.ts';
import { openRequest, requireService } from '../../store/services.ts';
import { ok } from '../answer.ts';
import { defineRoute, type Route } from '../define-route.ts';
import { PageSchema, pageQuery } from '../views/page.ts';

const text = z.string().nullable();
const number = z.number().nullable();
const PlaceSchema = z
  .strictObject({
    name: text,
    phone: text,
    email: text,
    address: text,
    addressComplement: text,
    number: text,
    neighborhood: text,
    reference: text,
    zipCode: text,
    city: text,
    state: text,
    country: text,
    location: z.strictObject({ latitude: z.number(), longitude: z.number() }).nullable(),
    at: InstantSchema.nullable().meta({ description: 'When it is to be there' }),
    window: z.strictObject({ from: InstantSchema.nullable(), until: InstantSchema.nullable() }),
    contactName: text,
    identification: text,
  })
  .meta({ id: 'ServicePlace' });
const ItemSchema = z.strictObject({ id: text, name: text, ean: text, refId: text, quantity: number, price: number, weightGrams: number }); // prettier-ignore
const RequestSchema = z
  .strictObject({
    orderId: z.string(),
    carrierId: z.string(),
    seller: text,
    type: text,
    carrierServiceType: text,
    paymentMethod: text,
    comments: text,
    orderValue: number,
    timezone: text,
    sender: PlaceSchema,
    receiver: PlaceSchema,
    packages: z.array(
      z.strictObject({
        id: z.string(),
        description: text,
        weightGrams: number,
        dimensions: z.strictObject({ height: number, length: number, width: number }),
        totalValue: number,
        categories: z.array(z.string()),
        items: z.array(ItemSchema),
      }),
    ),
  })
  .meta({
    id: 'ServiceRequest',
    description:
      'What the platform asks for, as it was understood; null: not said, or not readable. Null as a whole once its person was erased',
  });

const facts = {
  id: IdSchema('service'),
  connectionId: IdSchema('connection'),
  status: z.enum(serviceStatuses),
  handover: z.enum(['waiting', 'announced', 'booked', 'refused']),
  confirmedAt: InstantSchema.nullable().meta({ description: 'When its carrier was first heard of' }),
  trackingNumber: text,
  trackingUrl: text,
  version: z.int(),
  createdAt: InstantSchema,
  updatedAt: InstantSchema,
};
const ServiceSchema = z.strictObject({ ...facts, request: RequestSchema.nullable() }).meta({ id: 'Service' });
const ListedServiceSchema = z
  .strictObject({
    ...facts,
    orderId: z.string().meta({ description: 'The platform’s' }),
    carrierId: z.string(),
    type: text,
    packageIds: z.array(z.string()),
    carrierConnectionId: IdSchema('connection').nullable().meta({ description: 'Whose booking call is made' }),
    refusal: text.meta({ description: 'Why its carrier will not have it' }),
  })
  .meta({ id: 'ListedService', description: 'Without what is to be carried, from whom and to whom' });

const factsOf = (service: Service) => ({
  id: service.id,
  connectionId: service.connectionId,
  status: service.status,
  handover: service.handover,
  confirmedAt: service.confirmedAt,
  trackingNumber: service.booking?.trackingNumber ?? null,
  trackingUrl: service.trackingUrl,
  version: service.version,
  createdAt: service.createdAt,
  updatedAt: service.updatedAt,
});

function toListed(service: Service): z.infer<typeof ListedServiceSchema> {
  const { orderId, carrierId, type, packageIds, carrierConnectionId, refusal } = service;
  return { ...factsOf(service), orderId, carrierId, type, packageIds: [...packageIds], carrierConnectionId, refusal };
}

const getServices = defineRoute({
  method: 'get',
  path: '/v1/services',
  summary: 'List services, the newest first',
  description: 'What last-mile platforms have asked for, and how far it is. Names no person.',
  tag: 'Services',
  scope: 'read',
  query: z.strictObject({
    ...pageQuery('service'),
    status: z.enum(serviceStatuses).optional(),
    connectionId: IdSchema('connection').optional().meta({ description: 'The platform’s' }),
    orderId: z.string().min(1).max(200).optional().meta({ description: 'The order’s id at the platform' }),
    carrierId: z.string().min(1).max(200).optional().meta({ description: 'The carrier’s id at the platform' }),
    confirmed: z.enum(['true', 'false']).optional().meta({ description: 'Whether its carrier was heard of' }),
  }),
  answers: { 200: { description: 'A page', schema: PageSchema(ListedServiceSchema) } },
  async handle({ store, merchantId, query }) {
    const { cursor, limit, status, connectionId, orderId, carrierId, confirmed } = query;
    const isAs = <T>(wanted: T | undefined, is: T): boolean => wanted === undefined || wanted === is;
    const keep = (service: Service): boolean =>
      isAs(status, service.status) &&
      isAs(connectionId, service.connectionId) &&
      isAs(orderId, service.orderId) &&
      isAs(carrierId, service.carrierId) &&
      isAs(confirmed, service.confirmedAt === null ? 'false' : 'true');
    const { services, nextCursor } = await listServices(store, merchantId, { cursor, limit, keep });
    return ok({ data: services.map(toListed), nextCursor });
  },
});

const getService = defineRoute({
  method: 'get',
  path: '/v1/services/:serviceId',
  summary: 'Read a service that a last-mile platform asks for',
  description: 'With its addresses and contacts: what `service.requested` leaves out, for whoever carries it.',
  tag: 'Services',
  scope: 'carrier',
  params: z.strictObject({ serviceId: IdSchema('service') }),
  answers: { 200: { description: 'The service', schema: ServiceSchema } },
  problems: ['service.not_found'],
  async handle({ store, merchantId, params: { serviceId } }) {
    const stored = await requireService(store, serviceId, merchantId);
    return ok({ ...factsOf(stored.service), request: await openRequest(store, stored) });
  },
});

export const serviceRoutes: readonly Route[] = [getServices, getService];
