import { Queue } from 'bullmq';
import { expect, test } from 'vitest';
import { createKeys } from '../../src/store/keys.ts';
import { listAudit } from '../../src/store/audit.ts';
import { makeFailedJob } from '../support/failed-job.ts';
import { adminKey, startIngress } from '../support/ingress.ts';
import { testRedis } from '../support/redis.ts';

const { url, client } = await testRedis();
const ingress = await startIngress(url, { env: { PACKLINE_SHARDS: '2' } });
const retry = (queue: string, jobId: string, key = adminKey) =>
  ingress.request('POST', `/v1/queues/${queue}/jobs/${jobId}/retry`, { key });
const countOf = async (name: string, shard: number, state: 'failed' | 'wait'): Promise<number> => {
  const queue = new Queue(name, { connection: client, prefix: createKeys(shard).queuePrefix });
  const { [state]: count = 0 } = await queue.getJobCounts(state);
  await queue.close();
  return count;
};

test('a job that failed is handed over again, of the shard that its queue names, and of no other', async () => {
  const jobId = await makeFailedJob(client, 'order-import', { shard: 1 });
  expect(await retry('shard-0.order-import', jobId)).toMatchObject({ status: 404, body: { code: 'queue.job_not_found' } }); // prettier-ignore
  const queue = 'shard-1.order-import';
  expect(await retry(queue, jobId)).toMatchObject({ status: 202, body: { queue, jobId } });
  expect([await countOf('order-import', 1, 'failed'), await countOf('order-import', 1, 'wait')]).toEqual([0, 1]);
  const { lines } = await listAudit(ingress.deps, {}, { limit: 1 });
  expect(lines[0]).toMatchObject({ status: 202, on: [`${queue}/${jobId}`], merchantId: null });
});

test('what waits again has not failed, and of ten who ask at once one hands it over', async () => {
  const jobId = await makeFailedJob(client, 'sweep');
  const replies = await Promise.all(Array.from({ length: 10 }, () => retry('shard-0.sweep', jobId)));
  expect(replies.filter(({ status }) => status === 202)).toHaveLength(1);
  expect(replies.filter(({ status }) => status === 409)).toHaveLength(9);
  expect(await retry('shard-0.sweep', jobId)).toMatchObject({ status: 409, body: { code: 'queue.job_not_failed' } });
  expect(await countOf('sweep', 0, 'wait')).toBe(1);
});

test('a queue or job that there is not is said to be none, and what stands in its place is not told in the audit log', async () => {
  expect((await retry('sweep', '1')).body).toMatchObject({ code: 'queue.not_found' });
  expect((await retry('shard-0.sweep', '1')).body).toMatchObject({ code: 'queue.job_not_found' });
  expect((await retry('shard-0.sweep', 'ann@canary.example')).status).toBe(400);
  const { lines } = await listAudit(ingress.deps, {}, { limit: 3 });
  expect(lines.map(({ status, on }) => [status, on])).toEqual([[400, []], [404, []], [404, []]]); // prettier-ignore
});

test('jobs are of all merchants: a merchant’s key may not hand them over, and cannot learn which there are', async () => {
  const { key } = await ingress.tenant(['operate']);
  const jobId = await makeFailedJob(client, 'sweep');
  for (const [queue, id] of [
    ['shard-0.sweep', jobId],
    ['nothing', '1'],
  ] as const)
    expect(await retry(queue, id, key)).toMatchObject({ status: 403, body: { code: 'auth.installation' } });
  expect(await countOf('sweep', 0, 'failed')).toBe(1);
});
