import { expect, test } from 'vitest';
import { commit } from '../../src/store/commit.ts';
import { attemptWrites } from '../../src/store/delivery-attempts.ts';
import { readDelivery } from '../../src/store/events.ts';
import { startConsole } from '../support/console.ts';
import { canary, createOperator, isHarmless } from '../support/console-api.ts';
import { testRedis } from '../support/redis.ts';

const { url: redisUrl } = await testRedis();
const site = await startConsole(redisUrl);
const operator = await site.logIn('otto', 'operator');
const viewer = await site.logIn('vera', 'viewer');
const fields = { payload: 'full', 'signature:v1': 'yes', concurrency: '10' };

/** A merchant of a test's own: what others subscribed or announced is not seen there. */
async function openShop() {
  const { id } = await site.makeMerchant('A shop');
  const operate = createOperator(site, id);
  return {
    operate,
    webhooks: `/ops/m/${id}/webhooks`,
    subscribe: async (facts: object = {}): Promise<string> =>
      String((await operate('POST', '/v1/endpoints', { url: 'https://hooks.example/in', ...facts }))['id']),
  };
}

test('without an endpoint the page says how to make one, and a viewer sees who may', async () => {
  const { webhooks } = await openShop();
  const { text } = await viewer.get(webhooks);
  expect(text).toContain('No endpoint yet');
  expect(text).toContain('This needs the role operator; yours is viewer.');
});

test('an endpoint is subscribed by a form, and its secret is shown once, in no cookie and no address', async () => {
  const { webhooks, operate } = await openShop();
  const form = {
    ...fields,
    once: 'sub-1',
    url: 'https://hooks.example/new',
    'type:order.problem': 'yes',
    ordered: 'yes',
    rateLimitPerSecond: '5',
  };
  const made = await operator.post(`${webhooks}/create`, form);
  expect(made.status).toBe(200);
  const secret = /whsec_[\w+/=]+/.exec(made.text)?.[0] ?? '';
  expect(secret.length).toBeGreaterThan(20);
  expect([...operator.cookies.values()].join()).not.toContain(secret.slice(6, 20));
  expect(made.text).not.toContain('hx-trigger');
  const { text } = await operator.get(webhooks);
  expect(text).toContain('https://hooks.example/new');
  expect(text).not.toContain(secret);
  const { data } = (await operate('GET', '/v1/endpoints')) as { data: object[] };
  expect(data).toMatchObject([
    { eventTypes: ['order.problem'], ordered: true, rateLimitPerSecond: 5, signatures: ['v1'] },
  ]);
});

test('what the API refuses of an endpoint stands on the page, field by field, with what was typed', async () => {
  const { webhooks } = await openShop();
  const form = { ...fields, url: 'https://hooks.example/typed', concurrency: 'many' };
  const refused = await operator.post(`${webhooks}/create`, form);
  expect(refused.status).toBe(422);
  expect(refused.text).toContain('/concurrency');
  expect(refused.text).toContain('You can fix this');
  expect(refused.text).toContain('value="https://hooks.example/typed"');
  expect((await viewer.post(`${webhooks}/create`, form)).status).toBe(403);
});

test('a disabled endpoint is told of above all, with who can fix it, and can be enabled', async () => {
  const { webhooks, subscribe } = await openShop();
  const id = await subscribe({ url: 'https://hooks.example/stopped', description: canary });
  const page = `${webhooks}/endpoints/${id}`;
  expect((await operator.post(`${page}/disable`, { note: canary })).headers.get('location')).toBe(page);
  const [list, one] = [await viewer.get(webhooks), await viewer.get(page)];
  expect(list.text).toContain('Nothing is sent to one endpoint');
  expect(one.text).toContain('Somebody has disabled it here.');
  expect(one.text).toContain('You can fix this: enable it.');
  expect([list.text, one.text].map(isHarmless)).toEqual([true, true]);
  expect((await viewer.post(`${page}/enable`, {})).status).toBe(403);
  await operator.post(`${page}/enable`, {});
  expect((await viewer.get(page)).text).not.toContain('Nothing is sent to this endpoint');
});

test('an endpoint is changed, gets a new secret that is shown once, and is deleted', async () => {
  const { webhooks, operate, subscribe } = await openShop();
  const id = await subscribe({ url: 'https://hooks.example/changed', description: 'before', rateLimitPerSecond: 3 });
  const page = `${webhooks}/endpoints/${id}`;
  await operator.post(`${page}/change`, { ...fields, url: 'https://hooks.example/after', description: '' });
  expect(await operate('GET', `/v1/endpoints/${id}`)).toMatchObject({ url: 'https://hooks.example/after', description: null, rateLimitPerSecond: null, ordered: false }); // prettier-ignore
  const rotated = await operator.post(`${page}/rotate-secret`, { overlapHours: '1' });
  expect(rotated.text).toMatch(/whsec_[\w+/=]{20,}/);
  expect((await operator.get(page)).text).not.toContain('whsec_');
  const gone = await operator.post(`${page}/remove`, {});
  expect(gone.headers.get('location')).toBe(webhooks);
  expect((await operator.get(page)).status).toBe(404);
});

test('a test event leads to its delivery, whose attempts are shown with what others wrote, and which is sent again', async () => {
  const { webhooks, subscribe } = await openShop();
  const id = await subscribe();
  const sent = await operator.post(`${webhooks}/endpoints/${id}/test`, {});
  const page = sent.headers.get('location') ?? '';
  expect(page).toMatch(new RegExp(`^${webhooks}/deliveries/dlv_`));
  expect((await viewer.get(page)).text).toContain('None yet: it waits for its turn.');
  const store = site.base.stores[0];
  const delivery = store === undefined ? null : await readDelivery(store, page.split('/').at(-1) ?? '');
  if (store === undefined || delivery === null) throw new Error('no delivery');
  const timings = { dnsMs: 1, connectMs: 2, tlsMs: null, firstByteMs: 7, totalMs: 12 };
  const answer = {
    responseStatus: 503,
    responseHeaders: { 'x-note': canary },
    responseBody: canary,
    retryAfterMs: 5_000,
  };
  const exchange = { requestHeaders: { 'webhook-id': 'evt_1' }, ...answer, timings };
  const at = new Date(site.clock.now()).toISOString();
  const attempt = { at, attempt: 1, outcome: 'endpoint.status', failure: null, exchange };
  await commit(store, { writes: attemptWrites(store, { ...delivery, status: 'failed', attempts: 1 }, attempt) });
  const { text } = await viewer.get(page);
  for (const shown of ['503', '12 ms', 'webhook-id: evt_1', 'x-note: &lt;img', '5 s']) expect(text).toContain(shown);
  expect(text).toContain('&lt;img src=x');
  expect(isHarmless(text)).toBe(true);
  const again = await operator.post(`${page}/replay`, {});
  expect(again.headers.get('location')).toMatch(/deliveries\/dlv_/);
  expect(again.headers.get('location')).not.toBe(page);
});

test('deliveries are filtered by endpoint and status, and what filters say comes back as text', async () => {
  const { webhooks, subscribe } = await openShop();
  const id = await subscribe({ url: 'https://hooks.example/filtered' });
  for (const one of [id, await subscribe()]) await operator.post(`${webhooks}/endpoints/${one}/test`, {});
  const rows = async (query: string): Promise<number> =>
    [...(await viewer.get(`${webhooks}/deliveries${query}`)).text.matchAll(/deliveries\/dlv_/g)].length;
  expect(await rows(`?endpointId=${id}`)).toBe(1);
  expect(await rows(`?endpointId=${id}&status=delivered`)).toBe(0);
  expect(await rows('')).toBeGreaterThan(1);
  const { status, text } = await viewer.get(
    `${webhooks}/deliveries?endpointId=${encodeURIComponent(canary)}&cursor=${encodeURIComponent(canary)}`,
  );
  expect([status === 200 || status === 422, isHarmless(text)]).toEqual([true, true]);
});

test('what an endpoint has missed is counted first, then sent, and the replay can be canceled', async () => {
  const { webhooks, operate, subscribe } = await openShop();
  const other = await subscribe();
  const id = await subscribe({
    url: 'https://hooks.example/missing',
    eventTypes: ['endpoint.disabled'],
  });
  const page = `${webhooks}/endpoints/${id}`;
  const seenAt = new Date(site.clock.now()).toISOString();
  const nothing = await operator.post(`${page}/plan-recovery`, { hours: '1', seenAt });
  expect(nothing.text).toContain('It has missed nothing');
  await operate('POST', `/v1/endpoints/${id}/disable`, {});
  await operate('POST', `/v1/endpoints/${other}/disable`, {});
  await operate('POST', `/v1/endpoints/${id}/enable`, {});
  const planned = await operator.post(`${page}/plan-recovery`, { hours: '1', seenAt });
  expect(planned.text).toMatch(/[1-9]\d* events? would be sent/);
  const [, since = ''] =
    /name="since" value="([^"]+)"/.exec(planned.text.slice(planned.text.indexOf('would be sent'))) ?? [];
  const [, until = ''] = /name="until" value="([^"]+)"/.exec(planned.text) ?? [];
  const begun = await operator.post(`${page}/recover`, { since, until });
  const replay = begun.headers.get('location') ?? '';
  expect(replay).toMatch(/webhooks\/replays\/rpl_/);
  expect((await viewer.get(`${webhooks}/replays`)).text).toContain(replay);
  expect((await viewer.post(`${replay}/cancel`, {})).status).toBe(403);
  await operator.post(`${replay}/cancel`, {});
  expect((await viewer.get(replay)).text).toContain('Canceled');
});
