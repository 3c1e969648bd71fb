import * as z from 'zod';
import type { CourierPosition } from '../../../domain/courier-position.ts';
import { toCode } from './statuses.ts';
import { HookSchema, snakeKeys } from './wire.ts';

/** Nash names the members in two ways: `courierLocation.lat` in its jobs, `coordinates.latitude` in its fleet's. */
const PlaceSchema = z
  .object({
    lat: z.number().optional(),
    lng: z.number().optional(),
    latitude: z.number().optional(),
    longitude: z.number().optional(),
  })
  .transform(({ lat, lng, latitude = lat, longitude = lng }) => ({ latitude, longitude }))
  .pipe(z.object({ latitude: z.number().min(-90).max(90), longitude: z.number().min(-180).max(180) }));

const DeliverySchema = z.object({
  id: z.string().min(1).max(200),
  is_active: z.boolean().nullish().catch(null),
  courier_location: PlaceSchema.nullish().catch(null),
});
const TaskSchema = z.object({ delivery: DeliverySchema.nullish().catch(null) });
const ConfigurationSchema = z.object({
  package: z.object({ external_identifier: z.string().nullish() }).nullish().catch(null),
  tasks: z.array(TaskSchema).nullish().catch(null),
  delivery: DeliverySchema.nullish().catch(null),
});
const JobSchema = z.object({
  external_identifier: z.string().nullish(),
  job_configurations: z.array(ConfigurationSchema),
});

const mark = Buffer.from('courier_location');

/**
 * Where couriers are, from a `courier_location` hook (Nash, "Webhooks"): for each delivery under way its order's reference and
 * the place, and nothing of who drives. Null for every other hook, which is seen without parsing it as a rule. What has no
 * place, or cannot be read, is an empty list: the next position comes in seconds.
 */
export function readPositions(body: Uint8Array, at: string): readonly CourierPosition[] | null {
  if (!Buffer.from(body.buffer, body.byteOffset, body.byteLength).includes(mark)) return null;
  const hook = HookSchema.safeParse(parseJson(body)).data;
  if (hook === undefined || toCode(hook.type) !== 'courier_location') return null;
  const job = JobSchema.safeParse(snakeKeys(hook.data)).data;
  if (job === undefined) return [];
  const found = new Map<string, CourierPosition>();
  for (const part of job.job_configurations) {
    const externalRef = part.package?.external_identifier ?? job.external_identifier ?? '';
    for (const delivery of [...(part.tasks ?? []).map((task) => task.delivery), part.delivery]) {
      if (externalRef === '' || !delivery?.courier_location || delivery.is_active === false) continue;
      found.set(delivery.id, { externalRef, deliveryId: delivery.id, ...delivery.courier_location, at });
    }
  }
  return [...found.values()];
}

function parseJson(body: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(body).toString('utf8'));
  } catch {
    return undefined;
  }
}
