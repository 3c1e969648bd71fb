import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import * as z from 'zod';
import { makeWebhookSecret, signWebhook } from '../../src/platform/signature.ts';
import { leaseEntries } from '../../src/store/entries.ts';
import { readMessage } from '../../src/store/inbox.ts';
import { adminKey, startIngress } from '../support/ingress.ts';
import { testRedis } from '../support/redis.ts';

const redis = await testRedis();
const ingress = await startIngress(redis.url, { settings: { ratePerSecond: 1_000, rateBurst: 10_000 } });
const { request, store, clock } = ingress;
const ConnectionSchema = z.looseObject({ id: z.string(), webhookUrl: z.string() });
const InboxSchema = z.looseObject({ inboxId: z.string(), connectionId: z.string() });
const secret = makeWebhookSecret(randomBytes(32));
const body = JSON.stringify({ type: 'delivery', event: 'completed', data: { note: 'canary-in-a-hook', text: 'é' } });

async function connected() {
  const { key, merchantId } = await ingress.tenant();
  const json = { connector: 'nash', name: 'Nash', settings: { apiKey: 'nash_key', webhookSecret: secret } };
  const made = await request('POST', '/v1/connections', { key, json });
  const { id, webhookUrl } = ConnectionSchema.parse(made.body);
  return { key, merchantId, connectionId: id, path: new URL(webhookUrl).pathname, location: `/v1/connections/${id}` };
}

function signed(id: string, raw: string = body, atMs = clock.now()): Record<string, string> {
  const seconds = Math.floor(atMs / 1000);
  return {
    'svix-id': id,
    'svix-timestamp': String(seconds),
    'svix-signature': signWebhook(secret, id, seconds, raw),
    'Content-Type': 'application/json',
  };
}

/** What lies in the lanes for a connection, taken out of them. */
async function workOf(connectionId: string) {
  const { entries } = await leaseEntries(store, { room: 10_000, leaseMs: 600_000 });
  return entries.flatMap(({ job, payload }) => {
    const inbox = InboxSchema.safeParse(payload).data;
    return job === 'fulfilment-read' && inbox?.connectionId === connectionId ? [inbox] : [];
  });
}

test('a signed webhook is stored byte by byte, and its work waits, before it is answered', async () => {
  const { path, connectionId } = await connected();
  const reply = await request('POST', path, { raw: body, headers: signed('msg_1') });
  expect(reply.status).toBe(200);
  expect(reply.body).toEqual({});
  const [work] = await workOf(connectionId);
  const message = await readMessage(store, work?.inboxId ?? '');
  expect(Buffer.from(message?.body ?? []).toString()).toBe(body);
  expect(await redis.client.hget(store.keys.inbox(work?.inboxId ?? ''), 'sealed')).not.toContain('canary');
});

test('the same message again changes nothing, and another body under its id only raises a warning', async () => {
  const { path, connectionId } = await connected();
  const repeats = await Promise.all(Array.from({ length: 20 }, () => request('POST', path, { raw: body, headers: signed('msg_2') }))); // prettier-ignore
  expect(new Set(repeats.map(({ status }) => status))).toEqual(new Set([200]));
  const other = body.replace('completed', 'failed');
  expect((await request('POST', path, { raw: other, headers: signed('msg_2', other) })).status).toBe(200);
  expect(await workOf(connectionId)).toHaveLength(1);
  expect(ingress.log.messages()).toContain('webhook.changed');
  const metrics = await request('GET', '/metrics', { key: adminKey });
  expect(metrics.text).toContain('packline_inbound_events_total{source="nash",result="duplicate"}');
});

test('an unknown token is a 404, whatever it is signed with', async () => {
  const reply = await request('POST', '/in/no-such-token', { raw: body, headers: signed('msg_3') });
  expect(reply.status).toBe(404);
  expect(reply.body).toMatchObject({ code: 'webhook.token_unknown' });
});

test('after a rotation the old URL works for a day, and then only the new one', async () => {
  const { key, location, path } = await connected();
  const rotated = await request('POST', `${location}/rotate-token`, { key });
  expect(rotated.status).toBe(201);
  const { webhookUrl } = z.looseObject({ webhookUrl: z.string() }).parse(rotated.body);
  const fresh = new URL(webhookUrl).pathname;
  expect(fresh).not.toBe(path);
  expect((await request('POST', path, { raw: body, headers: signed('msg_4') })).status).toBe(200);
  expect((await request('POST', fresh, { raw: body, headers: signed('msg_5') })).status).toBe(200);

  // Redis ends the old token's day by its own clock.
  const ttls = await Promise.all((await redis.client.keys('*:token:*')).map((name) => redis.client.ttl(name)));
  expect(ttls.filter((ttl) => ttl > 86_000)).toHaveLength(1);
  for (const name of await redis.client.keys('*:token:*')) {
    if ((await redis.client.ttl(name)) > 0) await redis.client.del(name);
  }
  expect((await request('POST', path, { raw: body, headers: signed('msg_6') })).status).toBe(404);
  expect((await request('POST', fresh, { raw: body, headers: signed('msg_6') })).status).toBe(200);
});

test('the URL of a deleted connection leads nowhere', async () => {
  const { key, location, path } = await connected();
  await request('DELETE', location, { key });
  expect((await request('POST', path, { raw: body, headers: signed('msg_7') })).status).toBe(404);
});

test('every kind of bad signature gets one and the same answer; the reason is for log and metrics', async () => {
  const { path, connectionId } = await connected();
  const good = signed('msg_8');
  const without = (name: string) => Object.fromEntries(Object.entries(good).filter(([header]) => header !== name));
  const bad: [string, Record<string, string>][] = [
    ['id_missing', without('svix-id')],
    ['timestamp_missing', without('svix-timestamp')],
    ['signature_missing', without('svix-signature')],
    ['signature_mismatch', { ...good, 'svix-signature': signed('msg_9')['svix-signature'] ?? '' }],
    ['signature_mismatch', signed('msg_8', `${body} `)],
    ['signature_malformed', { ...good, 'svix-signature': `${good['svix-signature']}, ${good['svix-signature']}` }],
    ['timestamp_too_old', signed('msg_8', body, clock.now() - 301_000)],
    ['timestamp_too_new', signed('msg_8', body, clock.now() + 302_000)],
    ['timestamp_malformed', { ...good, 'svix-timestamp': `${good['svix-timestamp']}abc` }],
  ];
  const answers = new Set<string>();
  for (const [reason, headers] of bad) {
    const reply = await request('POST', path, { raw: body, headers });
    expect(reply.status).toBe(401);
    const { instance: _, traceId: __, ...rest } = z.record(z.string(), z.unknown()).parse(reply.body);
    answers.add(JSON.stringify(rest));
    expect(ingress.log.lines().findLast(({ msg }) => msg === 'webhook.refused')).toMatchObject({ reason });
  }
  expect(answers.size).toBe(1);
  expect(await workOf(connectionId)).toEqual([]);
  expect((await request('GET', '/metrics', { key: adminKey })).text).toContain('packline_inbound_events_total{source="nash",result="refused_id_missing"}'); // prettier-ignore
});

test('bytes that differ where text would not are refused', async () => {
  const { path } = await connected();
  const withByte = (byte: number) => Uint8Array.from([...Buffer.from('{"a":"'), byte, ...Buffer.from('"}')]);
  const seconds = Math.floor(clock.now() / 1000);
  const headers = {
    'svix-id': 'msg_b',
    'svix-timestamp': String(seconds),
    'svix-signature': signWebhook(secret, 'msg_b', seconds, withByte(0xff)),
  };
  expect((await request('POST', path, { raw: withByte(0xfe), headers })).status).toBe(401);
  expect((await request('POST', path, { raw: withByte(0xff), headers })).status).toBe(200);
});

test('badly signed webhooks of one address are throttled before they are verified, connection by connection', async () => {
  const [attacked, calm] = [await connected(), await connected()];
  const bad = signed('msg_x', 'other');
  for (let sent = 0; sent < 50; sent += 1) {
    expect((await request('POST', attacked.path, { raw: body, headers: bad })).status).toBe(401);
  }
  const throttled = await request('POST', attacked.path, { raw: body, headers: bad });
  expect(throttled.status).toBe(429);
  expect(throttled.headers.get('retry-after')).toBe('1');
  expect((await request('POST', calm.path, { raw: body, headers: signed('msg_c') })).status).toBe(200);
  clock.advance(2_000);
  expect((await request('POST', attacked.path, { raw: body, headers: signed('msg_d') })).status).toBe(200);
});

test('a paused connection still takes webhooks', async () => {
  const { key, location, path, connectionId } = await connected();
  await request('POST', `${location}/pause`, { key });
  expect((await request('POST', path, { raw: body, headers: signed('msg_p') })).status).toBe(200);
  expect(await workOf(connectionId)).toHaveLength(1);
});

test('a connection without a signing secret believes nothing', async () => {
  const { key, location, path } = await connected();
  await request('PATCH', location, { key, json: { settings: { webhookSecret: null } } });
  expect((await request('POST', path, { raw: body, headers: signed('msg_s') })).status).toBe(401);
});

test('a webhook over the size limit is refused unread, an empty one is looked at', async () => {
  const { path } = await connected();
  const large = 'x'.repeat(1_048_577);
  expect((await request('POST', path, { raw: large, headers: signed('msg_l', large) })).status).toBe(413);
  expect((await request('POST', path, { raw: '', headers: signed('msg_e', '') })).status).toBe(200);
});

test('neither the token nor the body of a webhook ever reaches the log', async () => {
  const { path } = await connected();
  await request('POST', path, { raw: body, headers: signed('msg_q') });
  await request('POST', path, { raw: body, headers: signed('msg_r', 'other') });
  const lines = JSON.stringify(ingress.log.lines());
  expect(lines).toContain('/in/:token');
  expect(lines).not.toContain(path.slice('/in/'.length));
  expect(lines).not.toContain('canary-in-a-hook');
});
