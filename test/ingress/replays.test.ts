import { beforeEach, describe, expect, it } from 'vitest';
import { testRedis } from '../support/redis.ts';
import { openEndpointServer, type EndpointServer } from '../workers/endpoint-server.ts';
import { openReplayWorkshop } from './replay-workshop.ts';

const redis = await testRedis();
const { ingress, subscribe, happen, work } = await openReplayWorkshop(redis.url);
const { request, clock } = ingress;
let key: string;
let merchantId: string;
let server: EndpointServer;
let endpointId: string;
beforeEach(async () => {
  ({ key, merchantId } = await ingress.tenant());
  server = await openEndpointServer();
  ({ id: endpointId } = await subscribe(merchantId, server.url));
});

const at = (ms: number): string => new Date(ms).toISOString();
const call = (method: string, path: string, json?: unknown) =>
  request(method, path, { key, ...(json === undefined ? {} : { json }) });
const get = async (path: string) => (await call('GET', path)).body as Record<string, unknown>;
const idsOf = async (path: string): Promise<string[]> =>
  ((await get(path))['data'] as { id: string }[]).map(({ id }) => id);
const act = (what: string) => call('POST', `/v1/endpoints/${endpointId}/${what}`);
const workAll = async (): Promise<void> => {
  for (let quiet = 0; quiet < 3;) quiet = (await work()) === 0 ? quiet + 1 : 0;
};
/** What happens while nobody is sent anything. */
async function miss(...codes: string[]): Promise<void> {
  await act('disable');
  for (const code of codes) await happen(merchantId, code);
  await act('enable');
}

describe('recovering an endpoint', () => {
  it('is planned first: how many, of which types, from when to when, how long, and some of them; nothing is sent', async () => {
    const sinceMs = clock.now();
    await miss('a', 'b', 'c');
    const planned = await call('POST', `/v1/endpoints/${endpointId}/recover`, {
      since: at(sinceMs),
      ratePerSecond: 2,
      plan: true,
    });
    expect(planned.status).toBe(200);
    expect(planned.body).toMatchObject({
      count: 3,
      complete: true,
      byType: { 'order.problem': 3 },
      byOutcome: { missing: 3 },
      wiped: 0,
      seconds: 2,
      ratePerSecond: 2,
      oldest: at(sinceMs),
      newest: at(sinceMs + 2),
      sample: [{ outcome: 'missing' }, {}, {}],
    });
    await workAll();
    expect(server.attempts).toEqual([]);
    expect(await idsOf('/v1/replays')).toEqual([]);
  });

  it('brings all of it, says how far it is, and finds nothing the next time', async () => {
    const sinceMs = clock.now();
    await miss('a', 'b', 'c');
    const begun = await call('POST', `/v1/endpoints/${endpointId}/recover`, { since: at(sinceMs) });
    expect(begun.status).toBe(202);
    expect(begun.body).toMatchObject({ status: 'running', expected: 3, remaining: 3, made: 0 });
    const { id } = begun.body as { id: string };
    await workAll();
    expect(server.attempts.map(({ code }) => code)).toEqual(['a', 'b', 'c']);
    expect(await get(`/v1/replays/${id}`)).toMatchObject({ status: 'completed', delivered: 3, remaining: 0 });
    expect(await idsOf(`/v1/deliveries?replayId=${id}`)).toHaveLength(3);
    const again = await call('POST', `/v1/endpoints/${endpointId}/recover`, { since: at(sinceMs), plan: true });
    expect(again.body).toMatchObject({ count: 0, oldest: null, seconds: 0 });
    expect((await call('POST', `/v1/replays/${id}/cancel`)).body).toMatchObject({ code: 'replay.state' });
  });

  it('is refused for a time of which nothing is kept, while one is under way, and while the endpoint is disabled', async () => {
    const oldestMs = clock.now() - ingress.store.retention.eventSeconds * 1_000;
    const ask = async (sinceMs: number) =>
      (await call('POST', `/v1/endpoints/${endpointId}/recover`, { since: at(sinceMs) })).body;
    // A plan of everything that is kept is carried out a moment later.
    expect(await ask(oldestMs - 60_000)).toMatchObject({ since: at(oldestMs) });
    expect(await ask(oldestMs - 3_600_001)).toMatchObject({ status: 422, code: 'replay.too_old', detail: expect.stringContaining(at(oldestMs)) }); // prettier-ignore
    expect(await ask(clock.now() + 60_000)).toMatchObject({ code: 'request.invalid', errors: [{ pointer: '/until' }] });
    await ask(clock.now());
    expect(await ask(clock.now())).toMatchObject({ status: 409, code: 'replay.running' });
    await act('disable');
    expect(await ask(clock.now())).toMatchObject({ code: 'endpoint.state' });
  });
});

describe('a replay by filter', () => {
  it('of a type and a time sends those, and canceled it sends no more', async () => {
    const until = at(clock.now() + 1);
    await miss('a', 'b');
    server.answer = () => 500;
    const { id } = (await call('POST', `/v1/endpoints/${endpointId}/replays`, { types: ['order.problem'], until }))
      .body as { id: string };
    await work();
    await work();
    const canceled = await call('POST', `/v1/replays/${id}/cancel`);
    expect(canceled.body).toMatchObject({ status: 'canceled', expected: 1, made: 1, underWay: 1 });
    await workAll();
    const sent = server.attempts.length;
    for (let n = 0; n < 10; n += 1) await work();
    expect(server.attempts).toHaveLength(sent);
    expect(server.attempts.every(({ code }) => code === 'a')).toBe(true);
    expect(await get(`/v1/replays/${id}`)).toMatchObject({ status: 'canceled', dropped: 1, underWay: 0 });
  });
});

describe('the log', () => {
  it('is searched by event, order, endpoint, status, type and time', async () => {
    server.answer = ({ code }) => (code === 'bad' ? 410 : 200);
    const startMs = clock.now();
    const good = await happen(merchantId, 'good');
    const other = await subscribe(merchantId, server.url);
    const bad = await happen(merchantId, 'bad');
    await workAll();
    // The endpoints that answer 410 are disabled, and told of to each other.
    const all = (query: string) => idsOf(`/v1/deliveries?${query}`);
    const list = (query: string) => all(`type=order.problem&${query}`);
    const [event = ''] = await idsOf(`/v1/events?orderId=${bad}`);
    expect(await list('')).toHaveLength(3);
    expect(await list(`endpointId=${other.id}`)).toHaveLength(1);
    expect(await list('status=failed')).toHaveLength(2);
    expect(await list(`status=delivered&endpointId=${endpointId}`)).toHaveLength(1);
    expect(await list(`orderId=${good}`)).toHaveLength(1);
    expect(await list(`eventId=${event}`)).toHaveLength(2);
    expect(await list(`eventId=${event}&endpointId=${other.id}&status=delivered`)).toEqual([]);
    expect(await all('type=order.imported')).toEqual([]);
    expect(await list(`until=${at(startMs + 1)}`)).toHaveLength(1);
    expect(await list(`since=${at(startMs + 1)}`)).toHaveLength(2);
    expect(await idsOf(`/v1/events?since=${at(startMs + 1)}&type=order.problem`)).toEqual([event]);
    expect(await get(`/v1/events/${event}`)).toMatchObject({
      body: { type: 'order.problem', data: { code: 'bad' } },
      deliveries: [{ status: 'failed' }, { status: 'failed' }],
    });
    await call('DELETE', `/v1/endpoints/${other.id}`);
    expect(await list('status=failed')).toHaveLength(2);
  });
});

describe('an event', () => {
  it('is sent again to the endpoints that have missed it, and to others only when asked', async () => {
    server.answer = () => 410;
    const orderId = await happen(merchantId, 'late');
    await workAll();
    await act('enable');
    server.answer = () => 200;
    const fresh = await subscribe(merchantId, server.url);
    const [event] = await idsOf(`/v1/events?orderId=${orderId}`);
    const replay = (json: object) => call('POST', `/v1/events/${event}/replay`, json);
    const places = [{ outcome: 'failed', endpointId }, { outcome: 'missing', endpointId: fresh.id }]; // prettier-ignore
    expect((await replay({ plan: true })).body).toMatchObject({ sent: places, skipped: [], deliveries: [] });
    server.attempts.length = 0;
    expect((await replay({})).status).toBe(202);
    expect((await replay({})).body).toMatchObject({ code: 'event.under_way' });
    await workAll();
    expect(server.attempts.map(({ eventId }) => eventId)).toEqual([event, event]);
    expect((await replay({})).body).toMatchObject({ code: 'event.under_way' });
    expect((await replay({ includeDelivered: true, endpointId })).body).toMatchObject({ sent: [{ endpointId }] });
  });

  it('whose payload was removed is neither shown nor sent, by itself or with others', async () => {
    server.answer = () => 500;
    const orderId = await happen(merchantId, 'private');
    await work();
    const [event] = await idsOf(`/v1/events?orderId=${orderId}`);
    const [delivery] = await idsOf(`/v1/deliveries?eventId=${event}`);
    expect((await call('DELETE', `/v1/events/${event}/payload`)).status).toBe(204);
    expect((await call('DELETE', `/v1/events/${event}/payload`)).status).toBe(204);
    const sent = server.attempts.length;
    for (let n = 0; n < 10; n += 1) await work();
    expect(server.attempts).toHaveLength(sent);
    expect(await get(`/v1/events/${event}`)).toMatchObject({ body: null, wipedAt: expect.any(String), deliveries: [{ status: 'dropped' }] }); // prettier-ignore
    expect(await get(`/v1/deliveries/${delivery}/attempts`)).toMatchObject({ data: [{ responseBody: null }, { outcome: 'payload_wiped' }] }); // prettier-ignore
    expect(await redis.client.keys(`*:event:${event}`)).toHaveLength(1);
    expect(await redis.client.get(ingress.store.keys.event(event ?? ''))).not.toContain('private');
    for (const path of [`/v1/events/${event}/replay`, `/v1/deliveries/${delivery}/replay`]) {
      expect((await call('POST', path)).body).toMatchObject({ status: 409, code: 'event.wiped' });
    }
    const plan = await call('POST', `/v1/endpoints/${endpointId}/replays`, { plan: true });
    expect(plan.body).toMatchObject({ count: 0, wiped: 1 });
  });
});
