import { Hono } from 'hono';
import { z } from 'zod';
import { isTerminal, type DeliveryStatus } from './delivery-path.ts';
import { toJobBody, type Job } from './job-view.ts';
import { currentTask } from './jobs.ts';
import type { NashAnswers } from './answers.ts';
import type { NashEnv } from './nash-env.ts';
import { NashRefusal, missing } from './nash-refusal.ts';
import { readBody } from './read-request.ts';
import type { Tenant } from './tenant.ts';

/** OpenAPI `DeliveryStatusUpdateValue`, "ordered roughly chronologically". */
const statuses = [
  'not_assigned_driver', 'assigned_driver', 'pickup_enroute', 'pickup_arrived', 'pickup_complete', 'dropoff_enroute',
  'dropoff_arrived', 'dropoff_complete', 'failed', 'canceled_by_provider', 'return_in_progress', 'return_arrived',
  'returned_to_store',
] as const satisfies readonly DeliveryStatus[]; // prettier-ignore

const failureCodes = [
  'customer_unavailable', 'address_not_found', 'out_of_service_area', 'damage_in_transit', 'item_unavailable',
  'age_verification_failed', 'no_capacity', 'other',
] as const; // prettier-ignore

const text = z.string().nullish();
/** OpenAPI `BulkDeliveryUpdateItem`. */
const itemSchema = z.object({
  deliveryId: text,
  packageExternalIdentifier: text,
  status: z.enum(statuses).nullish(),
  coordinates: z.object({ latitude: z.number().min(-90).max(90), longitude: z.number().min(-180).max(180) }).nullish(),
  courier: z.object({ name: text, phoneNumber: text, externalId: text }).nullish(),
  failure: z.object({ code: z.enum(failureCodes), reason: text }).nullish(),
  pickupEta: text,
  dropoffEta: text,
  externalDeliveryId: text,
});
const bulkSchema = z.object({ deliveries: z.array(itemSchema).min(1).max(100) });
type Item = z.output<typeof itemSchema>;

/** `/v1/fleet/deliveries` (OpenAPI tag Fleet): a bad item does not affect the others. */
export const fleetRoutes = new Hono<NashEnv>().patch('/v1/fleet/deliveries', async (c) => {
  const { deliveries } = await readBody(c, bulkSchema);
  const { tenant, answers } = c.var;
  const results = deliveries.map((item) => {
    const key = item.deliveryId ?? item.packageExternalIdentifier ?? '';
    try {
      const job = update(tenant, answers, item, key);
      const [configuration] = Object(toJobBody(job, answers.spelling)).jobConfigurations;
      return { deliveryId: key, success: true, errorCode: null, errorMessage: null, delivery: configuration.delivery };
    } catch (error) {
      if (!(error instanceof NashRefusal)) throw error;
      return { deliveryId: key, success: false, errorCode: error.code, errorMessage: error.message, delivery: null };
    }
  });
  return c.json({ results });
});

function update({ jobs }: Tenant, answers: NashAnswers, item: Item, key: string): Job {
  const { deliveryId, packageExternalIdentifier, status } = item;
  if ((deliveryId ?? null) === null ? !packageExternalIdentifier : (packageExternalIdentifier ?? null) !== null) {
    throw new NashRefusal(400, 'BAD_REQUEST', 'Provide exactly one of deliveryId and packageExternalIdentifier');
  }
  const injected = answers.refusedDeliveries[key];
  if (injected !== undefined) throw new NashRefusal(409, injected, 'Injected by the sandbox');
  const job = jobs
    .list()
    .findLast(
      (one) => one.externalIdentifier === packageExternalIdentifier || currentTask(one).delivery.id === deliveryId,
    );
  if (job === undefined) throw missing('delivery', key);
  // "Only available for deliveries fulfilled by your own fleet"; the code is not documented, this one is the list's for it.
  if (answers.fleet === 'third_party') {
    throw new NashRefusal(400, 'DISALLOWED_OPERATION', 'This delivery is not fulfilled by your own fleet');
  }
  if (status === null || status === undefined) return job;
  const now = currentTask(job).delivery.status;
  if (isTerminal(now) || placeOf(status) <= placeOf(now)) {
    throw new NashRefusal(409, 'INVALID_STATE_TRANSITION', `The delivery is ${now}: it cannot become ${status}`);
  }
  return jobs.report(job, status);
}

const order: readonly string[] = statuses;
const placeOf = (status: string): number => order.indexOf(status);
