import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { openReplayWorkshop } from '../ingress/replay-workshop.ts';
import { testRedis } from '../support/redis.ts';
import { openEndpointServer, type EndpointServer } from '../workers/endpoint-server.ts';
import { commandsBeside } from './commands-beside.ts';

const redis = await testRedis();
const { ingress, subscribe, happen, work } = await openReplayWorkshop(redis.url);
let server: EndpointServer;
let endpointId: string;
let key: string;
let since: string;

const packline = commandsBeside(work);
beforeEach(async () => {
  const tenant = await ingress.tenant();
  ({ key } = tenant);
  vi.stubEnv('PACKLINE_BASE_URL', ingress.url);
  vi.stubEnv('PACKLINE_API_KEY', key);
  server = await openEndpointServer();
  ({ id: endpointId } = await subscribe(tenant.merchantId, server.url));
  since = new Date(ingress.clock.now()).toISOString();
  await ingress.request('POST', `/v1/endpoints/${endpointId}/disable`, { key });
  for (const code of ['one', 'two']) await happen(tenant.merchantId, code);
  await ingress.request('POST', `/v1/endpoints/${endpointId}/enable`, { key });
});
afterEach(() => {
  vi.unstubAllEnvs();
});

test('events are listed, and what would be sent again is said before anything is', async () => {
  const listed = await packline('events', 'list', '--since', since, '--type', 'order.problem');
  expect(listed.stdout.trim().split('\n')).toHaveLength(2);
  const planned = await packline('events', 'replay', '--since', since, '--plan', '--rate', '1');
  expect(planned).toMatchObject({ code: 0 });
  expect(planned.stdout).toContain(`to ${endpointId}: 2 events, 2 s at 1/s`);
  expect(planned.stdout).toContain('2 order.problem');
  const { stdout } = await packline('events', 'replay', '--since', since, '--plan', '--json', '--endpoint', endpointId);
  expect(JSON.parse(stdout)).toMatchObject([{ endpointId, count: 2 }]);
  expect(server.attempts).toEqual([]);
});

test('who enables an endpoint reads what it has missed, and the command that says what would be sent', async () => {
  const { stdout } = await packline('endpoints', 'enable', endpointId);
  const [, command = ''] = /missed 2 events; .*: packline (.*)/.exec(stdout) ?? [];
  expect((await packline(...command.split(' '))).stdout).toContain(`to ${endpointId}: 2 events`);
  expect(server.attempts).toEqual([]);
});

test('what was missed is sent again and followed to its end: 0 when all of it is there, 3 when some is not', async () => {
  const done = await packline('events', 'replay', '--since', since);
  expect(done).toMatchObject({ code: 0 });
  expect(done.stdout).toMatch(/completed\n {2}2 made, 2 delivered, 0 failed, 0 dropped/);
  expect(server.attempts.map(({ code }) => code)).toEqual(['one', 'two']);
  server.answer = ({ code }) => (code === 'two' ? 410 : 200);
  const partly = await packline('events', 'replay', '--since', since, '--include-delivered', '--json');
  expect(partly.code).toBe(3);
  const [{ id }] = JSON.parse(partly.stdout) as [{ id: string }];
  expect(await packline('replays', 'watch', id)).toMatchObject({ code: 3 });
  const canceled = await packline('replays', 'cancel', id);
  expect(canceled).toMatchObject({ code: 1 });
  expect(canceled.stderr).toContain('replay.state');
  expect((await packline('replays', 'list')).stdout).toContain(id);
});

test('a time without a zone, and a rate that is none, are wrong usage', async () => {
  expect((await packline('events', 'replay', '--since', '2026-01-15T08:00:00')).code).toBe(2);
  expect((await packline('events', 'replay', '--since', since, '--rate', '0')).code).toBe(2);
  expect((await packline('events', 'replay')).code).toBe(2);
});
