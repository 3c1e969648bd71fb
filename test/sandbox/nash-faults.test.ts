import { expect, test } from 'vitest';
import {
  deliveryOf,
  dispatchOrder,
  errorOf,
  eventually,
  makeOrder,
  startNash,
  startReceiver,
  type NashHarness,
} from './nash-harness.ts';

const upsert = (nash: NashHarness, externalId = 'o-1') =>
  nash.call('POST', `/v1/order/external-identifier/${externalId}`, makeOrder(externalId));
const addFault = (nash: NashHarness, rule: Record<string, unknown>) => nash.control('POST', '/faults', rule);
const effectsOf = (nash: NashHarness, externalId = 'o-1') => nash.sandbox.books.effectsOf('org_demo', externalId);

test('a status fault answers in place of the effect, as often as it was asked to', async () => {
  const nash = await startNash();
  await addFault(nash, {
    match: { partner: 'nash', method: 'post', path: '/v1/order' },
    times: 2,
    fault: { kind: 'status', status: 409, code: 'LOCK_ACQUISITION_FAILURE' },
  });
  for (let times = 0; times < 2; times += 1) {
    const answer = await upsert(nash);
    expect([answer.status, errorOf(answer).code]).toEqual([409, 'LOCK_ACQUISITION_FAILURE']);
  }
  expect(effectsOf(nash)).toEqual({});
  expect((await upsert(nash)).status).toBe(200);
  expect((await nash.control('GET', '/books')).body).toMatchObject({ faults: { status: 2 } });
  expect((await nash.control('GET', '/faults')).body).toMatchObject({ faults: [{ times: 2, applied: 2 }] });
});

test('a status fault can come after the effect, with a body of its own', async () => {
  const nash = await startNash();
  await addFault(nash, { fault: { kind: 'status', status: 502, body: { oops: true }, afterEffect: true } });
  const answer = await upsert(nash);
  expect([answer.status, answer.body]).toEqual([502, { oops: true }]);
  expect(effectsOf(nash)).toEqual({ 'order.created': 1 });
});

test('dropBefore cuts the connection before the effect and dropAfter after it', async () => {
  const nash = await startNash();
  await addFault(nash, { times: 1, fault: { kind: 'dropBefore' } });
  await expect(upsert(nash)).rejects.toThrow('fetch failed');
  expect(effectsOf(nash)).toEqual({});
  await addFault(nash, { times: 1, fault: { kind: 'dropAfter' } });
  await expect(upsert(nash)).rejects.toThrow('fetch failed');
  expect(effectsOf(nash)).toEqual({ 'order.created': 1 });
  expect(nash.sandbox.books.report().requests.map(({ status }) => status)).toEqual([null, null]);
  expect((await upsert(nash)).status).toBe(200);
});

test('hang answers nobody, applies nothing, and does not hold up the close', async () => {
  const nash = await startNash();
  await addFault(nash, { fault: { kind: 'hang' } });
  const impatient = new AbortController();
  const hanging = fetch(`${nash.url}/nash/v1/orders`, {
    headers: { authorization: 'Bearer nash_demo_key' },
    signal: impatient.signal,
  });
  await eventually(() => expect(nash.sandbox.books.report().faults).toEqual({ hang: 1 }));
  impatient.abort();
  await expect(hanging).rejects.toThrow(/abort/i);
  const pending = upsert(nash);
  await eventually(() => expect(nash.sandbox.books.report().faults).toEqual({ hang: 2 }));
  expect(effectsOf(nash)).toEqual({});
  // The sandbox closes when the test is over, and with it this request.
  pending.catch(() => undefined);
});

test('garbage is a 200 that is no JSON', async () => {
  const nash = await startNash();
  await addFault(nash, { fault: { kind: 'garbage' } });
  const answer = await upsert(nash);
  expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
  expect(answer.body).toContain('<html>');
  expect(effectsOf(nash)).toEqual({});
});

test('an injected rate limit says when to come back, or not, and is no violation', async () => {
  const nash = await startNash();
  await addFault(nash, { times: 1, fault: { kind: 'rateLimit', retryAfterSeconds: 7 } });
  await addFault(nash, {
    times: 1,
    match: { path: '/v1/**/o-2' },
    fault: { kind: 'rateLimit', retryAfterSeconds: null },
  });
  expect([
    (await upsert(nash)).headers.get('retry-after'),
    (await upsert(nash, 'o-2')).headers.get('retry-after'),
  ]).toEqual(['7', null]);
  expect(nash.sandbox.books.report().violations).toEqual([]);
});

test('a delay holds the request up and then lets it through', async () => {
  const nash = await startNash();
  await addFault(nash, { fault: { kind: 'delay', ms: 60 } });
  const startedAt = performance.now();
  expect((await upsert(nash)).status).toBe(200);
  expect(performance.now() - startedAt).toBeGreaterThanOrEqual(55);
});

test('a rule meets only its method, path and organisation, and is gone when cleared', async () => {
  const nash = await startNash();
  const fault = { kind: 'status', status: 500 };
  for (const match of [
    { method: 'GET' },
    { path: '/v1/inventory' },
    { path: '/v1/*' },
    { org: 'org_b' },
    { partner: 'vtex' },
  ])
    await addFault(nash, { match, fault });
  expect((await upsert(nash)).status).toBe(200);
  expect((await nash.call('GET', '/v1/order/o-1')).status).toBe(500);
  expect((await nash.control('DELETE', '/faults')).status).toBe(204);
  expect((await nash.call('GET', '/v1/order/o-1')).status).toBe(200);
});

test('a rule about a SKU meets only requests that carry it, and answers as Nash does for an item that it does not know', async () => {
  const nash = await startNash();
  const fault = { kind: 'status', status: 422, code: 'VALIDATION_ERRORS' };
  await addFault(nash, { match: { partner: 'nash', sku: 'A-1' }, fault });
  const send = (externalId: string, subItems: { sku: string; substitution?: unknown }[]) =>
    nash.call('POST', `/v1/order/external-identifier/${externalId}`, {
      ...makeOrder(externalId),
      items: [{ subItems: subItems.map((item) => ({ description: item.sku, count: 1, ...item })) }],
    });
  const refused = await send('o-1', [{ sku: 'B-2' }, { sku: 'A-1' }]);
  expect([refused.status, errorOf(refused)]).toEqual([
    422,
    expect.objectContaining({
      code: 'VALIDATION_ERRORS',
      fields: { 'items.0.subItems.1.sku': 'item is not known' },
    }),
  ]);
  const asSubstitute = { preference: 'substitute', substituteItems: [{ sku: 'A-1', quantity: 1 }] };
  expect(errorOf(await send('o-2', [{ sku: 'B-2', substitution: asSubstitute }]))).toMatchObject({
    fields: { 'items.0.subItems.0.substitution.substituteItems.0.sku': 'item is not known' },
  });
  expect((await send('o-3', [{ sku: 'B-2' }, { sku: 'A-10' }])).status).toBe(200);
  expect((await nash.call('GET', '/v1/orders')).status).toBe(200);
  expect(effectsOf(nash)).toEqual({});
  expect((await nash.control('GET', '/faults')).body).toMatchObject({ faults: [{ applied: 2 }] });
});

test('a rule about a SKU may meet a part of the requests that carry it, and draws for no others', async () => {
  const nash = await startNash({ seed: 3 });
  const rule = { match: { sku: '100001' }, probability: 0.5, fault: { kind: 'status', status: 422 } };
  await addFault(nash, rule);
  const statuses: number[] = [];
  for (let n = 0; n < 20; n += 1) statuses.push((await upsert(nash, `o-${n}`)).status);
  expect(new Set(statuses)).toEqual(new Set([200, 422]));
});

async function statusesUnder(seed: number): Promise<number[]> {
  const nash = await startNash({ seed });
  await addFault(nash, { probability: 0.5, fault: { kind: 'status', status: 500 } });
  const statuses: number[] = [];
  for (let times = 0; times < 20; times += 1) statuses.push((await nash.call('GET', '/v1/orders')).status);
  return statuses;
}

test('a probable fault follows the seed', async () => {
  const statuses = await statusesUnder(3);
  expect(new Set(statuses)).toEqual(new Set([200, 500]));
  expect(await statusesUnder(3)).toEqual(statuses);
});

test('a wrong rule is refused', async () => {
  const nash = await startNash();
  expect((await addFault(nash, { fault: { kind: 'earthquake' } })).status).toBe(422);
  expect((await addFault(nash, { match: { pathh: '/' }, fault: { kind: 'hang' } })).status).toBe(422);
  // Webhooks are not looked into: the rule would never meet anything.
  for (const rule of [
    { match: { sku: 'A-1', event: 'delivery.*' }, fault: { kind: 'delay', ms: 1 } },
    { match: { sku: 'A-1' }, fault: { kind: 'dropWebhook' } },
  ])
    expect((await addFault(nash, rule)).status).toBe(422);
});

test('a webhook can be duplicated, dropped and delayed by its event', async () => {
  const nash = await startNash();
  const receiver = await startReceiver();
  await nash.control('POST', '/nash/endpoints', { url: receiver.url });
  await addFault(nash, { match: { event: 'delivery.created' }, fault: { kind: 'duplicate', copies: 3 } });
  await addFault(nash, { match: { event: 'task.*' }, fault: { kind: 'dropWebhook' } });
  await addFault(nash, { match: { event: 'delivery.not_assigned_driver' }, fault: { kind: 'delay', ms: 50 } });
  await dispatchOrder(nash, 'o-1');
  await nash.control('POST', '/nash/jobs/o-1/advance', { to: 'assigned_driver' });
  await eventually(() => expect(receiver.received).toHaveLength(5));
  const events = receiver.received.map(({ body }) => `${body.type}.${body.event}`);
  expect(events.toSorted()).toEqual([
    'delivery.assigned_driver', 'delivery.created', 'delivery.created', 'delivery.created', 'delivery.not_assigned_driver',
  ]); // prettier-ignore
  expect(events.at(-1)).toBe('delivery.not_assigned_driver');
  const copies = receiver.received.filter(({ body }) => body.event === 'created');
  expect(new Set(copies.map(({ headers }) => headers['svix-id'])).size).toBe(1);
  expect(nash.sandbox.books.report().faults).toEqual({ duplicate: 1, dropWebhook: 2, delay: 1 });
});

test('webhooks of a window arrive all, and in another order', async () => {
  const nash = await startNash({ seed: 5 });
  const receiver = await startReceiver();
  await nash.control('POST', '/nash/endpoints', { url: receiver.url });
  await addFault(nash, { match: { event: 'delivery.*' }, fault: { kind: 'reorder', windowMs: 100 } });
  await dispatchOrder(nash, 'o-1');
  await nash.control('POST', '/nash/jobs/o-1/advance', { to: 'dropoff_complete' });
  await eventually(() => expect(receiver.received.filter(({ body }) => body.type === 'delivery')).toHaveLength(11));
  const arrived = receiver.received.filter(({ body }) => body.type === 'delivery').map(({ body }) => body.event);
  const said = deliveryOf((await nash.call('GET', '/v1/jobs/external_identifier/o-1')).body).statusHistory;
  expect(arrived.toSorted()).toEqual(said.map(({ status }) => status).toSorted());
  expect(arrived).not.toEqual(said.map(({ status }) => status));
});
