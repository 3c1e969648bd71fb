import { z } from 'zod';

const text = z.string().min(1);

/** "Update service": all keys are required, and all but two may be null. Cancel and hold have calls of their own. */
export const updateSchema = z.object({
  status: z.enum(['PENDING', 'ASSIGNED', 'PICKED', 'ON_ROUTE', 'INCIDENT', 'RETURNED', 'DELIVERED']),
  agent: z
    .object({
      id: text,
      name: text,
      identification: z.string().nullish(),
      phone: z.string().nullish(),
      email: z.string().nullish(),
      vehicle: z.enum(['SCOOTER', 'VAN', 'CAR', 'TRUCK', 'BIKE', 'WALK', 'DRONE']).nullish(),
    })
    .nullable(),
  trackingUrl: z.string(),
  totalDistanceTraveled: z.number().nullable(),
  rating: z.number().min(1).max(5).nullable(),
  shippingPrice: z.number().nullable(),
  shippingEstimatedDate: z.iso.datetime().nullable(),
});
export type Update = z.infer<typeof updateSchema>;

export const notesSchema = z.array(z.object({ type: z.enum(['ERROR', 'COMMENT']), note: text, author: text })).min(1);
/** The schema says `note`; its examples and the guide say `content`. */
export const evidencesSchema = z
  .array(z.object({ type: z.enum(['IMAGE', 'TEXT']), content: text, author: z.string().nullish() }))
  .min(1);
export const labelSchema = z.object({
  id: text,
  url: text,
  name: text,
  type: z.enum(['PDF', 'BASE64', 'TEXT', 'ZPL']),
});
/** "Base64 and text: 180 kB at most". */
export const labelBytesMax = 180_000;

const why = <T extends readonly [string, ...string[]]>(types: T) => z.object({ comment: text, type: z.enum(types) });
export const cancelSchema = why([
  'ERROR_CREATE_SERVICE',
  'END_CLIENT_CANCELED',
  'NO_THERE_DELIVERY_MAN_ASSIGN',
  'OTHER',
]);
export const holdSchema = why(['ERROR_CREATE_SERVICE', 'END_CLIENT_PAUSE', 'NO_THERE_DELIVERY_MAN_ASSIGN', 'OTHER']);

/** What a carrier answers to `POST /create-service`. */
export const createdSchema = z.object({
  status: z.string(),
  serviceId: text,
  shippingPrice: z.number().nullable(),
  metaData: z.record(z.string(), z.unknown()).nullable(),
  shippingEstimatedDate: z.string().nullable(),
  labels: z.array(labelSchema).nullable(),
});
