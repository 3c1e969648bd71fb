import { Webhook } from 'standardwebhooks';
import { expect, test } from 'vitest';
import { z } from 'zod';
import {
  dispatchOrder,
  errorOf,
  eventually,
  jobOf,
  startNash,
  startReceiver,
  type NashHarness,
  type Receiver,
} from './nash-harness.ts';

const endpointSchema = z.object({ id: z.string(), secret: z.string(), disabled: z.boolean() });

const register = async (nash: NashHarness, { url }: Receiver, extra: Record<string, unknown> = {}) =>
  endpointSchema.parse((await nash.control('POST', '/nash/endpoints', { url, ...extra })).body);

const eventsOf = (receiver: Receiver): string[] => receiver.received.map(({ body }) => `${body.type}.${body.event}`);

const page = z.object({
  results: z.array(
    z.object({
      id: z.string(),
      eventType: z.string(),
      timestamp: z.string(),
      tags: z.array(z.string()),
      payload: z.unknown(),
    }),
  ),
  iterator: z.string().nullable(),
  done: z.boolean(),
});

const messagesOf = async (nash: NashHarness, query = '') =>
  page.parse((await nash.call('GET', `/v1/webhooks/messages${query}`)).body);

test('every status change is sent, signed so that the standardwebhooks library believes it', async () => {
  const nash = await startNash();
  const receiver = await startReceiver();
  const { secret } = await register(nash, receiver);
  const { id } = await dispatchOrder(nash, 'o-1');
  await nash.control('POST', `/nash/jobs/${id}/advance`, { to: 'assigned_driver' });
  await eventually(() => expect(receiver.received).toHaveLength(5));
  expect(eventsOf(receiver).sort()).toEqual([
    'delivery.assigned_driver', 'delivery.created', 'delivery.not_assigned_driver', 'task.created', 'task.running',
  ]); // prettier-ignore

  for (const { raw, headers } of receiver.received) {
    const signed = {
      'webhook-id': String(headers['svix-id']),
      'webhook-timestamp': String(headers['svix-timestamp']),
      'webhook-signature': String(headers['svix-signature']),
    };
    expect(new Webhook(secret).verify(raw, signed)).toEqual(JSON.parse(raw));
    expect(() => new Webhook(secret).verify(`${raw} `, signed)).toThrow();
    expect(signed['webhook-id']).toMatch(/^msg_/);
  }
  const assigned = receiver.received.find(({ body }) => body.event === 'assigned_driver');
  expect(jobOf(assigned?.body.data)).toMatchObject({
    id,
    jobConfigurations: [{ delivery: { status: 'assigned_driver' } }],
  });
});

test('a message is retried with the same id until it is taken', async () => {
  const nash = await startNash({ speed: 1_000_000 });
  const receiver = await startReceiver();
  const statuses = [500, 429, 408, 409, 204];
  receiver.answer = (before) => ({ status: statuses[before] ?? 204 });
  await register(nash, receiver, { eventTypes: ['delivery.created'] });
  await dispatchOrder(nash, 'o-1');
  await eventually(() => expect(nash.sandbox.books.report().counts['webhook.success']).toBe(1));
  expect(receiver.received).toHaveLength(5);
  expect(new Set(receiver.received.map(({ headers }) => headers['svix-id'])).size).toBe(1);
});

test('a message is given up after the eighth attempt', async () => {
  const nash = await startNash({ speed: 1_000_000 });
  const receiver = await startReceiver();
  receiver.answer = () => ({ status: 503 });
  await register(nash, receiver, { eventTypes: ['delivery.created'] });
  await dispatchOrder(nash, 'o-1');
  await eventually(() => expect(nash.sandbox.books.report().counts['webhook.exhausted']).toBe(1));
  expect(receiver.received).toHaveLength(8);
});

test('an endpoint that nobody listens at is tried again', async () => {
  const nash = await startNash({ speed: 1_000_000 });
  await nash.control('POST', '/nash/endpoints', { url: 'http://127.0.0.1:1/hook', eventTypes: ['delivery.created'] });
  await dispatchOrder(nash, 'o-1');
  await eventually(() =>
    expect(nash.sandbox.books.report().counts).toMatchObject({ 'webhook.fail': 8, 'webhook.exhausted': 1 }),
  );
});

test.each([400, 401, 404, 422])('a %i is final for the message and not for the endpoint', async (status) => {
  const nash = await startNash();
  const receiver = await startReceiver();
  receiver.answer = (before) => ({ status: before === 0 ? status : 200 });
  await register(nash, receiver, { eventTypes: ['delivery.created'] });
  await dispatchOrder(nash, 'o-1');
  await eventually(() => expect(nash.sandbox.books.report().counts['webhook.fail']).toBe(1));
  await dispatchOrder(nash, 'o-2');
  await eventually(() => expect(nash.sandbox.books.report().counts['webhook.success']).toBe(1));
  expect(new Set(receiver.received.map(({ headers }) => headers['svix-id'])).size).toBe(2);
});

test.each([
  ['a 410', { status: 410 }],
  ['the header webhook-delivery: disable', { status: 500, headers: { 'webhook-delivery': 'disable' } }],
])('%s disables the endpoint', async (_what, answer) => {
  const nash = await startNash();
  const receiver = await startReceiver();
  receiver.answer = () => answer;
  await register(nash, receiver, { eventTypes: ['delivery.created'] });
  await dispatchOrder(nash, 'o-1');
  await eventually(async () => {
    expect((await nash.control('GET', '/nash/endpoints')).body).toMatchObject({ endpoints: [{ disabled: true }] });
  });
  await dispatchOrder(nash, 'o-2');
  expect((await messagesOf(nash, '?eventTypes=delivery.created')).results).toHaveLength(2);
  expect(receiver.received).toHaveLength(1);
});

test('the header webhook-delivery: abort-message ends the retries of one message', async () => {
  const nash = await startNash();
  const receiver = await startReceiver();
  receiver.answer = () => ({ status: 500, headers: { 'webhook-delivery': 'abort-message' } });
  const { id } = await register(nash, receiver, { eventTypes: ['delivery.created'] });
  await dispatchOrder(nash, 'o-1');
  await eventually(() => expect(nash.sandbox.books.report().counts['webhook.fail']).toBe(1));
  expect((await nash.control('GET', '/nash/endpoints')).body).toMatchObject({ endpoints: [{ id, disabled: false }] });
});

test('catch-up pages through the log, newest first, without gaps or repeats', async () => {
  const nash = await startNash();
  await dispatchOrder(nash, 'o-1');
  await nash.control('POST', '/nash/jobs/o-1/advance', { to: 'dropoff_complete' });
  const whole = await messagesOf(nash, '?limit=250');
  expect(whole).toMatchObject({ done: true, iterator: null });
  expect(whole.results).toHaveLength(14);
  expect(whole.results.map(({ timestamp }) => timestamp)).toEqual(
    whole.results
      .map(({ timestamp }) => timestamp)
      .toSorted()
      .reverse(),
  );
  expect(whole.results[0]).toMatchObject({
    // The log is Svix's, whose times bear their zone.
    timestamp: expect.stringMatching(/Z$/),
    eventType: 'delivery.dropoff_complete',
    payload: { type: 'delivery', event: 'dropoff_complete' },
  });

  const ids: string[] = [];
  let iterator: string | null = '';
  while (iterator !== null) {
    const part = await messagesOf(nash, `?limit=4&withContent=false${iterator === '' ? '' : `&iterator=${iterator}`}`);
    expect(part.results.every(({ payload }) => payload === null)).toBe(true);
    expect(part.done).toBe(part.iterator === null);
    ids.push(...part.results.map(({ id }) => id));
    iterator = part.iterator;
  }
  expect(ids).toEqual(whole.results.map(({ id }) => id));
});

test('catch-up filters by tag, event type and time', async () => {
  let nowMs = Date.UTC(2026, 0, 15);
  const nash = await startNash({ clock: { now: () => nowMs } });
  const first = await dispatchOrder(nash, 'o-1');
  nowMs += 60_000;
  await dispatchOrder(nash, 'o-2');
  expect((await messagesOf(nash, `?tag=${first.id}`)).results).toHaveLength(2);
  expect((await messagesOf(nash, '?eventTypes=delivery.created,delivery.failed')).results).toHaveLength(2);
  expect((await messagesOf(nash, '?after=2026-01-15T00:00:30Z')).results).toHaveLength(2);
  expect((await messagesOf(nash, '?before=2026-01-15T00:00:30&eventTypes=task.created')).results).toHaveLength(1);
  expect((await nash.call('GET', '/v1/webhooks/messages?limit=251')).status).toBe(422);
});

test('a replay sends the same message again to the endpoints it was for', async () => {
  const nash = await startNash();
  const receiver = await startReceiver();
  const { id: endpointId } = await register(nash, receiver, { eventTypes: ['delivery.created'] });
  await nash.control('POST', '/faults', { match: { event: 'delivery.created' }, fault: { kind: 'dropWebhook' } });
  const { id: jobId } = await dispatchOrder(nash, 'o-1');
  const [message] = (await messagesOf(nash, '?eventTypes=delivery.created')).results;

  const byTag = await nash.call('POST', '/v1/webhooks/messages/replay', { tag: jobId, eventType: 'delivery.created' });
  expect(byTag.body).toMatchObject({
    msgId: message?.id, eventType: 'delivery.created', total: 1, succeeded: 1, failed: 0, results: [{ endpointId, success: true }],
  }); // prettier-ignore
  await eventually(() => expect(receiver.received).toHaveLength(1));

  for (let times = 0; times < 2; times += 1) {
    await nash.call('POST', '/v1/webhooks/messages/replay', { msgId: message?.id, idempotencyKey: 'once' });
  }
  await eventually(() => expect(receiver.received).toHaveLength(2));
  expect(receiver.received.map(({ headers }) => headers['svix-id'])).toEqual([message?.id, message?.id]);
  await eventually(async () => {
    expect((await nash.call('GET', `/v1/webhooks/messages/${message?.id}/attempts`)).body).toMatchObject({
      results: [
        { msgId: message?.id, endpointId, status: 'success', responseStatusCode: 204, triggerType: 'manual' },
        { triggerType: 'manual' },
      ],
      done: true,
    });
  });
  expect(errorOf(await nash.call('POST', '/v1/webhooks/messages/replay', { tag: jobId })).code).toBe('BAD_REQUEST');
  expect(errorOf(await nash.call('POST', '/v1/webhooks/messages/replay', { msgId: 'msg_none' })).code).toBe(
    'MISSING_RESOURCE',
  );
});

test('the event types are the whole catalog while an endpoint wants all, else those that are wanted', async () => {
  const nash = await startNash();
  const receiver = await startReceiver();
  const types = async () => (await nash.call('GET', '/v1/webhooks/event-types')).body;
  expect(await types()).toMatchObject({
    source: 'catalog',
    eventTypes: expect.arrayContaining(['delivery.items_pick_complete']),
  });
  await register(nash, receiver, { eventTypes: ['delivery.dropoff_complete'] });
  expect(await types()).toEqual({ source: 'org_active', eventTypes: ['delivery.dropoff_complete'] });
});

test('an organisation sees its own messages only, and an endpoint that is removed gets no more', async () => {
  const nash = await startNash();
  const receiver = await startReceiver();
  await nash.control('POST', '/nash/organisations', { orgId: 'org_b', apiKey: 'key-b', webhookUrl: receiver.url });
  await dispatchOrder(nash, 'o-1');
  const other = page.parse((await nash.call('GET', '/v1/webhooks/messages', undefined, { apiKey: 'key-b' })).body);
  expect(other.results).toEqual([]);

  const { id } = await register(nash, receiver);
  await dispatchOrder(nash, 'o-2');
  await eventually(() => expect(receiver.received).toHaveLength(2));
  expect((await nash.control('DELETE', `/nash/endpoints/${id}`)).status).toBe(204);
  await dispatchOrder(nash, 'o-3');
  expect((await messagesOf(nash)).results).toHaveLength(6);
  expect(receiver.received).toHaveLength(2);
});

test('a secret that cannot sign is refused when it is registered', async () => {
  const nash = await startNash();
  expect(
    (await nash.control('POST', '/nash/endpoints', { url: 'http://127.0.0.1:9', secret: 'whsec_short' })).status,
  ).toBe(422);
});
