/** `POST /in/{token}`: whose hook it is says the URL, and its signature says that it is theirs. */
import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import * as z from 'zod';
import { makeWebhookSecret, signWebhook } from '../../src/platform/signature.ts';
import { countEntries } from '../../src/store/entries.ts';
import type { Reply } from '../support/checked-request.ts';
import { makeCarrierSenders, type Sender } from './carrier-senders.ts';
import { runContract } from './running-contract.ts';

const { ingress } = await runContract();
const { request, clock } = ingress;

const newKey = (): string => randomBytes(24).toString('base64url');
const byKey =
  (settings: (key: string) => Record<string, unknown>): Sender['make'] =>
  () => {
    const key = newKey();
    return { settings: settings(key), prove: () => ({ 'x-packline-key': key }) };
  };
const senders: Readonly<Record<string, Sender>> = {
  nash: {
    body: JSON.stringify({ type: 'delivery', event: 'completed', data: {} }),
    make: () => {
      const secret = makeWebhookSecret(randomBytes(32));
      const prove = (body: string, id: string) => {
        const seconds = Math.floor(clock.now() / 1_000);
        return { 'svix-id': id, 'svix-timestamp': String(seconds), 'svix-signature': signWebhook(secret, id, seconds, body) }; // prettier-ignore
      };
      return { settings: { apiKey: 'nash_key', webhookSecret: secret }, prove };
    },
  },
  vtex: {
    body: JSON.stringify({ Domain: 'Fulfillment', OrderId: 'v1-01', State: 'ready-for-handling', LastChange: '2026-01-15T00:00:00Z' }), // prettier-ignore
    make: byKey((hookKey) => ({ account: 'acme', appKey: 'key', appToken: 'token', hookKey })),
  },
  'vtex-pick-and-pack': {
    body: JSON.stringify({ orderId: 'v1-01', oldStatus: 'READY_FOR_PICKING', newStatus: 'PICKING', hostname: 'acme' }),
    make: byKey((webhookKey) => ({ account: 'acme', apiKey: 'key', webhookKey })),
  },
  ...makeCarrierSenders(clock),
};

const ConnectorsSchema = z.looseObject({ data: z.array(z.looseObject({ id: z.string(), capabilities: z.array(z.string()) })) }); // prettier-ignore
const ConnectionSchema = z.looseObject({ webhookUrl: z.string() });

async function connect(connector: string, settings: Record<string, unknown>): Promise<string> {
  const { key } = await ingress.tenant();
  const made = await request('POST', '/v1/connections', { key, json: { connector, name: connector, settings } });
  return new URL(ConnectionSchema.parse(made.body).webhookUrl).pathname;
}
function comparable({ status, headers, body }: Reply): unknown {
  const { instance: _, traceId: __, ...rest } = z.record(z.string(), z.unknown()).parse(body);
  return { status, names: [...headers.keys()], body: rest };
}

test('every connector that takes hooks stands here', async () => {
  const { key } = await ingress.tenant();
  const { data } = ConnectorsSchema.parse((await request('GET', '/v1/connectors', { key })).body);
  const taking = data.filter(({ capabilities }) => capabilities.includes('webhooks')).map(({ id }) => id);
  expect(taking.sort()).toEqual(Object.keys(senders).sort());
});

test.each(Object.entries(senders))(
  'a hook of %s that another merchant signed is refused like one that nobody did',
  async (connector, { body, make }) => {
    const [theirs, own] = [make(), make()];
    const path = await connect(connector, theirs.settings);
    const ownPath = await connect(connector, own.settings);
    const before = await countEntries(ingress.store);
    const ask = (at: string, headers: Record<string, string>) => request('POST', at, { raw: body, headers });

    const foreign = await ask(path, own.prove(body, 'msg_1'));
    const random = await ask(path, make().prove(body, 'msg_1'));
    const unsigned = await ask(path, {});
    expect(foreign.status).toBe(401);
    expect(comparable(foreign)).toEqual(comparable(random));
    expect(comparable(foreign)).toEqual(comparable(unsigned));
    // A token that nobody has is no door at all, however well the hook is signed.
    const nowhere = await Promise.all([own, theirs].map(({ prove }) => ask(`/in/${newKey()}`, prove(body, 'msg_1'))));
    expect(nowhere.map(({ status }) => status)).toEqual([404, 404]);
    expect(await countEntries(ingress.store)).toEqual(before);

    expect((await ask(path, theirs.prove(body, 'msg_1'))).status).toBe(200);
    // The same message id is another message elsewhere.
    expect((await ask(ownPath, own.prove(body, 'msg_1'))).status).toBe(200);
    expect((await countEntries(ingress.store)).waiting).toBe(before.waiting + 2);
  },
);

test('a token for hooks is given to whom the connection names, and to nobody else', async () => {
  const client = { hookClientId: newKey(), hookClientSecret: newKey() };
  const path = await connect('ups', { clientId: 'id', clientSecret: 'secret', ...client });
  const ask = (secret: string, at = path) =>
    request('POST', `${at}/oauth/token`, {
      raw: 'grant_type=client_credentials',
      headers: {
        'content-type': 'application/x-www-form-urlencoded',
        authorization: `Basic ${Buffer.from(`${client.hookClientId}:${secret}`).toString('base64')}`,
      },
    });
  const given = await ask(client.hookClientSecret);
  expect(given).toMatchObject({ status: 200, body: { token_type: 'Bearer' } });
  expect(given.headers.get('cache-control')).toBe('no-store');
  const { access_token: token } = z.looseObject({ access_token: z.string() }).parse(given.body);
  const headers = { authorization: `Bearer ${token}`, 'x-api-key': client.hookClientId };
  const raw = JSON.stringify({ trackingNumber: '1Z999AA10123456784', activityStatus: { type: 'I', code: 'DP' } });
  expect((await request('POST', path, { raw, headers })).status).toBe(200);

  expect(await ask(newKey())).toMatchObject({ status: 401, body: { error: 'invalid_client' } });
  expect((await ask(client.hookClientSecret, `/in/${newKey()}`)).status).toBe(404);
  const other = senders['nash']?.make().settings ?? {};
  expect((await ask(client.hookClientSecret, await connect('nash', other))).status).toBe(404);
  // Whoever guesses is not listened to for long.
  const guesses: number[] = [];
  for (let guess = 0; guess < 60; guess += 1) guesses.push((await ask(newKey())).status);
  expect(guesses.filter((status) => status === 429).length).toBeGreaterThan(5);
});
