import { beforeEach, expect, test } from 'vitest';
import * as z from 'zod';
import { leaseEntries } from '../../src/store/entries.ts';
import { plainSettings, trackOf } from '../connectors/carriers/generic-carrier/courier-settings.ts';
import { startIngress } from '../support/ingress.ts';
import { testRedis } from '../support/redis.ts';

const redis = await testRedis();
const ingress = await startIngress(redis.url, { settings: { ratePerSecond: 1_000, rateBurst: 10_000 } });
const { request, store } = ingress;

const IdSchema = z.looseObject({ id: z.string() });
const AskSchema = z.looseObject({ members: z.array(z.string()) });
let key = '';
beforeEach(async () => {
  ({ key } = await ingress.tenant(['operate', 'carrier', 'read']));
});

async function connect(settings: Record<string, unknown>): Promise<string> {
  const json = { connector: 'generic-carrier', name: 'Bay', settings };
  const { status, body } = await request('POST', '/v1/connections', { key, json });
  expect({ status, body }).toMatchObject({ status: 201 });
  return IdSchema.parse(body).id;
}
async function tell(): Promise<void> {
  const json = { carrier: 'bay', trackingNumber: 'PK1', status: 'IN_TRANSIT', occurredAt: '2026-01-14T09:00:00Z' };
  expect((await request('POST', '/v1/tracking-events', { key, json })).status).toBe(202);
}
const refresh = (number = 'PK1', as = key) => request('POST', `/v1/tracking/Bay/${number}/refresh`, { key: as });
const asks = async () => {
  const { entries } = await leaseEntries(store, { room: 1_000, leaseMs: 600_000 });
  return entries.filter(({ job }) => job === 'parcel-ask').map(({ payload }) => AskSchema.parse(payload));
};

test('a hundred who want to know at once ask its carrier once, out of turn, and the others are told how long to wait', async () => {
  const connectionId = await connect(plainSettings());
  await tell();
  await asks();
  const replies = await Promise.all(Array.from({ length: 100 }, () => refresh()));
  expect(replies.filter(({ status }) => status === 202)).toHaveLength(1);
  expect(replies.find(({ status }) => status === 202)?.body).toMatchObject({ trackingNumber: 'PK1', status: 'IN_TRANSIT' }); // prettier-ignore
  const refused = replies.filter(({ status }) => status === 429);
  expect(refused).toHaveLength(99);
  expect(refused[0]?.body).toMatchObject({ code: 'tracking.just_asked' });
  const waitSeconds = Number(refused[0]?.headers.get('retry-after'));
  expect(waitSeconds).toBeGreaterThan(30);
  expect(waitSeconds).toBeLessThanOrEqual(60);
  expect(await asks()).toMatchObject([{ connectionId, members: ['bay/PK1'], urgent: true }]);
});

test('who cannot be asked is not: a courier that only pushes, a paused connection, a parcel that nobody knows', async () => {
  expect((await refresh()).body).toMatchObject({ status: 404, code: 'tracking.not_found' });
  const webhook = { signature: { scheme: 'token', header: 'x-token' }, number: 'id', event: { code: 'code' } };
  const connectionId = await connect(plainSettings({ track: undefined, webhook, webhookSecret: 'a-secret-of-some-length' })); // prettier-ignore
  await tell();
  expect((await refresh()).body).toMatchObject({ status: 409, code: 'tracking.nobody_asked' });
  expect((await request('GET', '/v1/tracking/bay/PK1', { key })).body).toMatchObject({
    nextPollAt: null,
    connectionId,
  });
  const settings = { ...plainSettings(), track: trackOf() };
  expect((await request('PATCH', `/v1/connections/${connectionId}`, { key, json: { settings } })).status).toBe(200);
  await tell();
  await request('POST', `/v1/connections/${connectionId}/pause`, { key });
  expect((await refresh()).body).toMatchObject({ status: 409, code: 'tracking.nobody_asked' });
  expect((await asks()).filter(({ members }) => members.includes('bay/PK1'))).toEqual([]);
});
