import { expect, test } from 'vitest';
import * as z from 'zod';
import { hearHookKeys } from '../../src/domain/hook-keys.ts';
import { createRsaSigner } from '../../src/sandbox/carriers/sign-hook.ts';
import { commit } from '../../src/store/commit.ts';
import { leaseEntries } from '../../src/store/entries.ts';
import { hookKeysWrites, readHookKeys } from '../../src/store/hook-keys.ts';
import { startIngress } from '../support/ingress.ts';
import { testRedis } from '../support/redis.ts';

const redis = await testRedis();
const ingress = await startIngress(redis.url);
const { request, store, clock } = ingress;
const ConnectionSchema = z.looseObject({ id: z.string(), webhookUrl: z.string() });
const KeySchema = z.looseObject({ kid: z.string(), n: z.string(), e: z.string() });
const body = JSON.stringify({ resource_type: 'API_TRACK', data: { tracking_number: 'N1', events: [] } });

async function connected() {
  const { key } = await ingress.tenant();
  const json = { connector: 'shipengine', name: 'ShipEngine', settings: { apiKey: 'shipengine_key' } };
  const { id, webhookUrl } = ConnectionSchema.parse((await request('POST', '/v1/connections', { key, json })).body);
  const signer = createRsaSigner();
  const path = new URL(webhookUrl).pathname;
  const hook = (changes: Record<string, string> = {}, raw = body) => {
    const headers = signer.headers({ body, url: webhookUrl, secret: '', nowMs: clock.now() });
    return request('POST', path, { raw, headers: { 'content-type': 'application/json', ...headers, ...changes } });
  };
  /** The list is read, with the keys of so many of the signer's. */
  const list = async () => {
    const listed = signer.jwks().keys.map((one) => KeySchema.parse(one));
    const known = hearHookKeys(await readHookKeys(store, id), listed, clock.now());
    await commit(store, { writes: hookKeysWrites(store, id, known) });
  };
  const readings = async () => {
    const { entries } = await leaseEntries(store, { room: 10_000, leaseMs: 600_000 });
    return entries.filter(({ job, payload }) => job === 'hook-keys-read' && JSON.stringify(payload).includes(id));
  };
  return { hook, list, readings, signer };
}

test('a hook whose key we have not read is asked to come again, and the list is read once for all of them', async () => {
  const { hook, list, readings } = await connected();
  const replies = await Promise.all(Array.from({ length: 20 }, () => hook()));
  for (const reply of replies) {
    expect(reply.status).toBe(503);
    expect(reply.body).toMatchObject({ code: 'webhook.keys_unread', retryable: true });
  }
  expect(await readings()).toHaveLength(1);
  await list();
  expect((await hook()).status).toBe(200);
});

test('a key that replaces another is read when its first hook comes; hooks of the one before are believed beside it', async () => {
  const { hook, list, readings, signer } = await connected();
  await list();
  const before = signer.headers({ body, url: '', secret: '', nowMs: clock.now() });
  signer.rotate();
  clock.advance(120_000);
  expect((await hook()).status).toBe(503);
  expect(await readings()).toHaveLength(1);
  await list();
  expect((await hook()).status).toBe(200);
  expect((await hook(before)).status).toBe(200);
});

test('a key that is on no list is refused, however its hooks insist, and the list is read at most once a minute', async () => {
  const { hook, list, readings } = await connected();
  await list();
  const nobody = { 'x-shipengine-rsa-sha256-key-id': 'nobody' };
  expect((await hook(nobody)).status).toBe(401);
  expect(await readings()).toEqual([]);
  clock.advance(120_000);
  for (let time = 0; time < 5; time += 1) expect((await hook(nobody)).status).toBe(503);
  expect(await readings()).toHaveLength(1);
});

test('a known key with another body or none of its signature is refused at once, and reads nothing', async () => {
  const { hook, list, readings } = await connected();
  await list();
  clock.advance(120_000);
  expect((await hook({}, body.replace('N1', 'N2'))).status).toBe(401);
  expect((await hook({ 'x-shipengine-rsa-sha256-signature': 'AAAA' })).status).toBe(401);
  expect(await readings()).toEqual([]);
});

test('keys that were on the list a day ago, and not since, are believed no more: the hook waits until they can be read', async () => {
  const { hook, list } = await connected();
  await list();
  clock.advance(23 * 3_600_000);
  expect((await hook()).status).toBe(200);
  clock.advance(2 * 3_600_000);
  expect((await hook()).status).toBe(503);
});
