import { Hono } from 'hono';
import { z } from 'zod';
import { jobUpdateSchema } from './job-schema.ts';
import { toBatchJobBody, toJobBody, toJobListItem, type Job } from './job-view.ts';
import { currentTask } from './jobs.ts';
import type { NashEnv } from './nash-env.ts';
import { missing } from './nash-refusal.ts';
import { commaList, queryInt, queryTime, readBody, readQuery } from './read-request.ts';

const getQuery = z.object({ compressedPayload: z.stringbool().default(false) });

const listQuery = z.object({
  limit: queryInt(1, 100, 25),
  offset: queryInt(0, Number.MAX_SAFE_INTEGER, 0),
  sortDirection: z.enum(['ASC', 'DESC']).default('DESC'),
  startDate: queryTime.optional(),
  endDate: queryTime.optional(),
  deliveryStatuses: commaList.optional(),
  search: z.string().optional(),
});

/** `/v1/jobs…` (OpenAPI tag Job). There is no cancel by order: a dispatched order is cancelled by its job. */
export const jobRoutes = new Hono<NashEnv>()
  .get('/v1/jobs/external_identifier/:externalIdentifier', (c) => {
    const { tenant, answers } = c.var;
    const job = tenant.jobs.getByExternalIdentifier(c.req.param('externalIdentifier'));
    return c.json(toJobBody(job, answers.spelling, { compressed: false }));
  })
  .post('/v1/jobs/external_identifier/:externalIdentifier/cancel', (c) => {
    const { jobs } = c.get('tenant');
    const job = jobs.cancel(jobs.getByExternalIdentifier(c.req.param('externalIdentifier')));
    return c.json({ job: toJobBody(job, c.get('answers').spelling, { compressed: false }) });
  })
  .post('/v1/jobs/:jobId/cancel', (c) => {
    const { jobs } = c.get('tenant');
    const job = jobs.cancel(jobs.get(c.req.param('jobId')));
    return c.json({ job: toJobBody(job, c.get('answers').spelling, { compressed: false }) });
  })
  .post('/v1/jobs/:jobId/:objectId/cancel', (c) => {
    const { jobs } = c.get('tenant');
    const job = jobs.cancel(partOf(jobs.get(c.req.param('jobId')), c.req.param('objectId')));
    return c.json({ job: toJobBody(job, c.get('answers').spelling, { compressed: false }) });
  })
  .get('/v1/jobs/:id', (c) => {
    const { compressedPayload } = readQuery(c, getQuery);
    const job = c.get('tenant').jobs.get(c.req.param('id'));
    return c.json(toJobBody(job, c.get('answers').spelling, { compressed: compressedPayload }));
  })
  .patch('/v1/jobs/:id', async (c) => {
    const changes = await readBody(c, jobUpdateSchema);
    const { jobs } = c.get('tenant');
    const job = jobs.update(jobs.find(c.req.param('id')), changes);
    return c.json(toJobBody(job, c.get('answers').spelling, { compressed: false }));
  })
  .patch('/v1/jobs/:id/:configurationId', async (c) => {
    const changes = await readBody(c, jobUpdateSchema);
    const { jobs } = c.get('tenant');
    const job = jobs.update(partOf(jobs.find(c.req.param('id')), c.req.param('configurationId')), changes);
    return c.json(toBatchJobBody(job, c.get('answers').spelling));
  })
  .get('/v1/jobs', (c) => {
    const { limit, offset, sortDirection, startDate, endDate, deliveryStatuses, search } = readQuery(c, listQuery);
    const { jobs, now } = c.get('tenant');
    // Three days back by default, as documented.
    const from = (startDate ?? now() - 3 * 86_400_000) * 1000;
    const found = jobs
      .list()
      .filter(
        (job) =>
          job.createdAt >= from &&
          job.createdAt <= (endDate ?? Infinity) * 1000 &&
          (deliveryStatuses?.includes(currentTask(job).delivery.status) ?? true) &&
          (search === undefined || `${job.id} ${job.externalIdentifier ?? ''}`.includes(search)),
      );
    if (sortDirection === 'DESC') found.reverse();
    return c.json({
      results: found.slice(offset, offset + limit).map(toJobListItem),
      totalCount: found.length,
      limit,
      offset,
    });
  });

/** One order of a job, or one attempt at it. The jobs here have one order each, so its part is the whole. */
function partOf(job: Job, id: string): Job {
  if (id === job.configurationId || job.tasks.some((task) => task.id === id)) return job;
  throw missing('job configuration', id);
}
