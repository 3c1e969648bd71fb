import * as z from 'zod';
import { IdSchema } from '../../domain/ids.ts';
import { InstantSchema } from '../../domain/time.ts';
import { openRequest, requireService } from '../../store/services.ts';
import { ok } from '../answer.ts';
import { defineRoute, type Route } from '../define-route.ts';

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

const ServiceSchema = z
  .strictObject({
    id: IdSchema('service'),
    connectionId: IdSchema('connection'),
    status: z.string(),
    handover: z.enum(['waiting', 'announced', 'booked', 'refused']),
    confirmedAt: InstantSchema.nullable().meta({ description: 'When its carrier was first heard of' }),
    trackingNumber: text,
    trackingUrl: text,
    version: z.int(),
    request: RequestSchema.nullable(),
    createdAt: InstantSchema,
    updatedAt: InstantSchema,
  })
  .meta({ id: 'Service' });

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
    const { id, connectionId, status, handover, confirmedAt, booking, trackingUrl, version, createdAt, updatedAt } =
      stored.service;
    return ok({
      id,
      connectionId,
      status,
      handover,
      confirmedAt,
      trackingNumber: booking?.trackingNumber ?? null,
      trackingUrl,
      version,
      request: await openRequest(store, stored),
      createdAt,
      updatedAt,
    });
  },
});

export const serviceRoutes: readonly Route[] = [getService];
