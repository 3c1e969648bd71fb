import { createBullBoard } from '@bull-board/api';
import { HonoAdapter } from '@bull-board/hono';
import { serveStatic } from '@hono/node-server/serve-static';
import { Queue } from 'bullmq';
import { expect, test } from 'vitest';
import { toShownData } from '../../src/ops/queue-board.ts';
import { judgeBoardRequest } from '../../src/ops/queue-desk.ts';
import { createKeys } from '../../src/store/keys.ts';
import { makeFailedJob } from '../support/failed-job.ts';
import { startConsole } from '../support/console.ts';
import { testRedis } from '../support/redis.ts';

const { url: redisUrl, client } = await testRedis();
const site = await startConsole(redisUrl);
const orderId = 'ord_01jd3xk5q8h2v4m6n7p9r0stwz';
const queue = new Queue('fulfilment-submit', { connection: client, prefix: createKeys(0).queuePrefix });
const viewer = await site.logIn('looker', 'viewer');
const operator = await site.logIn('fixer', 'operator');

test('of all that bull-board can do, only retrying one job gets through', () => {
  const server = new HonoAdapter(serveStatic);
  createBullBoard({ queues: [], serverAdapter: server });
  const acts = server.registerPlugin().routes.filter(({ path }) => path.startsWith('/api/'));
  const changing = acts.filter(({ method }) => method !== 'GET');
  expect(changing.length).toBeGreaterThan(15);
  const through = changing.filter(({ method, path }) => judgeBoardRequest(method, path) !== 'none');
  expect(through.map(({ path }) => path)).toEqual(['/api/queues/:queueName/:jobId/retry']);
  const looks = acts.filter(({ method, path }) => method === 'GET' && judgeBoardRequest(method, path) === 'none');
  expect(looks.map(({ path }) => path)).toEqual(['/api/queues/:queueName/workers']);
});

test('nobody sees the queues without a login, and no page of another site acts there', async () => {
  const stranger = await site.visit().get('/ops/queues');
  expect([stranger.status, stranger.headers.get('location')]).toEqual([303, '/ops/login?next=%2Fops%2Fqueues']);
  expect((await site.visit().get('/ops/queues/api/queues')).status).toBe(401);
  const foreign = await operator.post('/ops/queues/api/queues/sweep/1/retry', {}, { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' }); // prettier-ignore
  expect(foreign.status).toBe(403);
});

test('the board loads nothing from elsewhere, and has a policy of its own', async () => {
  const { text, headers, status } = await viewer.get('/ops/queues');
  expect([status, text.includes('__UI_CONFIG__')]).toEqual([200, true]);
  expect(text).not.toMatch(/(?:src|href)="(?:https?:)?\/\//);
  expect(headers.get('content-security-policy')).toContain("style-src 'self' 'unsafe-inline'");
  expect((await viewer.get('/ops')).headers.get('content-security-policy')).not.toContain('unsafe-inline');
  const script = /src="(static\/js\/main[^"]+)"/.exec(text)?.[1] ?? '';
  expect((await viewer.get(`/ops/queues/${script}`)).status).toBe(200);
});

test('of a job only references are shown, and where to read on', async () => {
  const entries = [{ id: `fulfilment-submit.${orderId}`, attempt: 2, lostRuns: 0, phone: '+49 171 0000000' }];
  const job = await queue.add('fulfilment-submit', { entries, email: 'ann@canary.example' }, { attempts: 1 });
  const { text } = await viewer.get(`/ops/queues/api/queues/fulfilment-submit/${job.id ?? ''}`);
  expect(text).not.toMatch(/canary|0000000/);
  expect(JSON.parse(text)).toMatchObject({
    job: { data: { entries: [{ attempt: 2 }] }, externalUrl: { href: `/ops/queues/of/${orderId}` } },
  });
  expect((await viewer.get(`/ops/queues/of/${orderId}`)).status).toBe(404);
  expect(toShownData({ entries: [{ id: 'ann@canary.example' }, 'x', null], more: 1 })).toEqual({
    entries: [{ id: '[redacted]', attempt: 0, lostRuns: 0 }],
  });
});

const put = async (visitor: typeof viewer, path: string) => {
  const headers = { origin: site.url, cookie: `packline=${visitor.cookies.get('packline') ?? ''}` };
  const response = await fetch(`${site.url}/ops/queues/api/queues/${path}`, { method: 'PUT', headers });
  return { status: response.status, text: await response.text() };
};

test('a viewer may not retry; an operator may, through the API, and it is written down', async () => {
  const jobId = await makeFailedJob(client, 'fulfilment-submit', { reason: 'ann@canary.example' });
  const listed = await viewer.get('/ops/queues/api/queues?activeQueue=fulfilment-submit&status=failed');
  expect([listed.status, listed.text.includes('canary'), listed.text.includes('see the log')]).toEqual([
    200,
    false,
    true,
  ]);
  const refused = await put(viewer, `fulfilment-submit/${jobId}/retry`);
  expect([refused.status, JSON.parse(refused.text)]).toMatchObject([403, { error: 'The key may not do this' }]);
  for (const act of [
    'fulfilment-submit/obliterate',
    'fulfilment-submit/empty',
    'fulfilment-submit/retry/failed',
    'pause',
  ])
    expect((await put(operator, act)).status).toBe(404);
  expect(await put(operator, `fulfilment-submit/${jobId}/retry`)).toEqual({ status: 204, text: '' });
  expect(await queue.getFailedCount()).toBe(0);
  const again = await put(operator, `fulfilment-submit/${jobId}/retry`);
  expect([again.status, JSON.parse(again.text)]).toEqual([
    409,
    { error: 'The job has not failed', message: expect.any(String) },
  ]);
  expect((await put(operator, `nothing/${jobId}/retry`)).status).toBe(404);
  const told = (await site.audit()).filter(({ operation }) => operation === 'POST /v1/queues/:queue/jobs/:jobId/retry');
  expect(told.map(({ status }) => status)).toEqual([404, 409, 202, 403]);
  expect(told[2]).toMatchObject({ on: [`fulfilment-submit/${jobId}`], through: 'console' });
  await queue.close();
});
