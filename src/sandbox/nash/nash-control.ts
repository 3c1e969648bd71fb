import { Hono } from 'hono';
import { z } from 'zod';
import { answerControlError } from '../control-error.ts';
import { mergeSettings } from '../merge-settings.ts';
import type { Books } from '../books.ts';
import { answersSchema } from './answers.ts';
import { makeCatalogControl } from './catalog-control.ts';
import { deliveryStatuses } from './delivery-path.ts';
import { toJobBody, type Job } from './job-view.ts';
import type { Nash } from './nash.ts';
import { NashRefusal, missing, toRefusalResponse } from './nash-refusal.ts';
import { toNashTime } from './nash-time.ts';
import { toOrderBody } from './order-view.ts';
import { organisationSchema } from './organisations.ts';
import { pickInstructionsSchema } from './pick-instructions.ts';
import { readBody } from './read-request.ts';
import type { Tenant } from './tenant.ts';
import { webhookSecretSchema } from './webhooks.ts';

const endpointBody = z.strictObject({
  orgId: z.string().optional(),
  url: z.url(),
  secret: webhookSecretSchema.optional(),
  eventTypes: z.array(z.string()).optional(),
});

const statusSchema = z.enum(deliveryStatuses);
const advanceBody = z.strictObject({ to: statusSchema, direct: z.boolean().default(false) });
const placeBody = z.strictObject({ lat: z.number().min(-90).max(90), lng: z.number().min(-180).max(180) });
const reassignBody = z.strictObject({ status: statusSchema.default('canceled_by_provider') });

/** What has no place in Nash's API: its portal, its couriers' hands, and the truth. Mounted under `/_sandbox/nash`. */
export function makeNashControl(nash: Nash, books: Books): Hono {
  const tenantOf = (orgId: string | undefined): Tenant => {
    const tenant = nash.tenant(orgId);
    if (tenant === undefined) throw missing('organisation', orgId ?? '');
    return tenant;
  };
  /** By job id, or by external identifier: the organisation is known by who has it. */
  const jobOf = (id: string, orgId: string | undefined): { tenant: Tenant; job: Job } => {
    const tenant = tenantOf(orgId);
    const job = tenant.jobs.list().findLast((other) => other.id === id || other.externalIdentifier === id);
    if (job === undefined) throw missing('job', id);
    return { tenant, job };
  };
  const bodyOf = (job: Job) => ({ job: toJobBody(job, nash.answers.spelling) });

  return new Hono()
    .onError((error, c) => (error instanceof NashRefusal ? toRefusalResponse(error) : answerControlError(error, c)))
    .route('/catalog', makeCatalogControl(tenantOf, books))
    .post('/organisations', async (c) => {
      const { organisation, webhooks } = nash.putOrganisation(await readBody(c, organisationSchema));
      return c.json({ ...organisation, endpoints: webhooks.endpoints });
    })
    .post('/endpoints', async (c) => {
      const { orgId, ...endpoint } = await readBody(c, endpointBody);
      return c.json(tenantOf(orgId).webhooks.register(endpoint));
    })
    .get('/endpoints', (c) => c.json({ endpoints: tenantOf(c.req.query('org')).webhooks.endpoints }))
    .delete('/endpoints/:id', (c) => {
      const { endpoints } = tenantOf(c.req.query('org')).webhooks;
      const index = endpoints.findIndex(({ id }) => id === c.req.param('id'));
      if (index < 0) throw missing('endpoint', c.req.param('id'));
      // Attempts in flight look at the endpoint itself, so that its retries end too.
      for (const endpoint of endpoints.splice(index, 1)) endpoint.disabled = true;
      return c.body(null, 204);
    })
    .post('/picks', async (c) => {
      const instructions = await readBody(c, pickInstructionsSchema);
      tenantOf(instructions.orgId).jobs.instruct(instructions);
      return c.json(instructions);
    })
    .post('/answers', async (c) => c.json(mergeSettings(answersSchema, nash.answers, await c.req.json())))
    .post('/jobs/:id/advance', async (c) => {
      const { tenant, job } = jobOf(c.req.param('id'), c.req.query('org'));
      const { to, direct } = await readBody(c, advanceBody);
      return c.json(bodyOf(tenant.jobs.advance(job, to, { direct })));
    })
    .post('/jobs/:id/locate', async (c) => {
      const { tenant, job } = jobOf(c.req.param('id'), c.req.query('org'));
      return c.json(bodyOf(tenant.jobs.locate(job, await readBody(c, placeBody))));
    })
    .post('/jobs/:id/reassign', async (c) => {
      const { tenant, job } = jobOf(c.req.param('id'), c.req.query('org'));
      const { status } = await readBody(c, reassignBody);
      return c.json(bodyOf(tenant.jobs.reassign(job, status)));
    })
    .get('/orders/:externalId', (c) => {
      const externalId = c.req.param('externalId');
      const { organisation, orders, jobs, webhooks } = tenantOf(c.req.query('org'));
      const found = orders.list().filter((order) => order.fields.externalId === externalId);
      if (found.length === 0) throw missing('order', externalId);
      const ids = new Set(found.map(({ id }) => id));
      return c.json({
        effects: books.effectsOf(organisation.orgId, externalId),
        orders: found.map((order) => ({ ...toOrderBody(order), fields: order.fields })),
        jobs: jobs
          .list()
          .filter((job) => ids.has(job.orderId))
          .map((job) => toJobBody(job, nash.answers.spelling)),
        messages: webhooks.messages
          .filter((message) => message.tags.some((tag) => ids.has(tag)))
          .map(({ id, eventType, at }) => ({
            id,
            eventType,
            at: toNashTime(at),
            attempts: webhooks.attempts.filter(({ msgId }) => msgId === id),
          })),
      });
    });
}
