import { decodeJwt, SignJWT } from 'jose';
import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { ownEvidence, learn } from '../../src/domain/order-change.ts';
import type { Evidence } from '../../src/domain/evidence.ts';
import { vocabularies } from '../../src/connectors/registry.ts';
import { deliveryWork } from '../../src/queues/delivery-attempt.ts';
import { changeOrder } from '../../src/store/change-order.ts';
import { commit, type CommitPlan } from '../../src/store/commit.ts';
import { readOrder, requireOrder } from '../../src/store/orders.ts';
import { openPerson } from '../../src/store/persons.ts';
import { adminKey, startIngress } from '../support/ingress.ts';
import { testRedis } from '../support/redis.ts';
import { sampleOrder } from '../support/sample-order.ts';

const redis = await testRedis();
const ingress = await startIngress(redis.url, { settings: { ratePerSecond: 1_000, rateBurst: 1_000 } });
const few = await startIngress(redis.url, { settings: { ratePerSecond: 1, rateBurst: 3, bodyBytesMax: 512 } });
const { request, clock, store } = ingress;
const root = '/compat/vtex-pick-and-pack';
const TokenSchema = z.strictObject({ message: z.literal('success'), data: z.string() });

async function tokenOf(key: string): Promise<string> {
  const reply = await request('POST', `${root}/token`, { json: { apiKey: key } });
  return TokenSchema.parse(reply.body).data;
}

let count = 0;
async function client(scopes: readonly string[] = ['operate']) {
  const { key, merchantId } = await ingress.tenant(scopes);
  const token = await tokenOf(key);
  const call = (method: string, path: string, options: Parameters<typeof request>[2] = {}) =>
    request(method, `${root}${path}`, { key: token, ...options });
  return { key, merchantId, token, call };
}
type Client = Awaited<ReturnType<typeof client>>;

/** An order of this merchant, and what has been heard of it. */
async function order({ key }: Client, evidence: readonly Partial<Evidence>[] = [], externalId?: string) {
  count += 1;
  const given = sampleOrder({ externalId: externalId ?? `15097505160${String(count).padStart(2, '0')}-01` });
  const headers = { 'Idempotency-Key': `order-${count}` };
  const made = z.looseObject({ id: z.string() }).parse((await request('POST', '/v1/orders', { key, json: given, headers })).body); // prettier-ignore
  await hear(made.id, evidence);
  return { id: made.id, externalId: given.externalId };
}

async function hear(orderId: string, evidence: readonly Partial<Evidence>[]): Promise<void> {
  const at = new Date(clock.now()).toISOString();
  const heard = evidence.map((one) => ({ ...ownEvidence('submitted', at), ...one }));
  await change(orderId, (stored) => learn({ order: stored, happenings: [] }, heard, vocabularies, at).order);
}

type Stored = NonNullable<Awaited<ReturnType<typeof readOrder>>>['order'];
const change = (orderId: string, make: (order: Stored) => Stored) =>
  changeOrder(store, orderId, { commit: (plan: CommitPlan) => commit(store, plan), work: deliveryWork }, ({ order: stored }) => ({ order: make(stored) })); // prettier-ignore
const invoiced = { code: 'invoiced' };
const courier = (code: string, id = 'DLV_1') => ({ system: 'nash', subject: `delivery:${id}`, code });
const codeOf = ({ body }: { body: unknown }) => z.looseObject({ code: z.string() }).parse(body).code;
const versionOf = async (id: string) => (await readOrder(store, id))?.order.version;

describe('a token', () => {
  test('is good for fifteen minutes, then the client is told in VTEX’s own words that it is over', async () => {
    const mine = await client();
    const { externalId } = await order(mine);
    const { exp = 0, iat = 0, hostname } = decodeJwt(mine.token);
    expect(exp - iat).toBe(900);
    expect(hostname).toBe(mine.merchantId);
    clock.advance(899_000);
    expect((await mine.call('GET', `/v1/orders/${externalId}`)).status).toBe(200);
    clock.advance(1_000);
    const late = await mine.call('GET', `/v1/orders/${externalId}`);
    expect(late.status).toBe(403);
    expect(late.body).toMatchObject({ code: 'EXPIRED_TOKEN', reason: 'Expired token' });
    const legacy = await mine.call('GET', `/legacy/picking-tracking/${externalId}`);
    expect([legacy.status, legacy.body]).toMatchObject([401, { code: '1000', message: 'Internal server' }]);
  });

  test('is taken with and without `Bearer` before it', async () => {
    const mine = await client();
    const { externalId } = await order(mine);
    for (const authorization of [mine.token, `Bearer ${mine.token}`, `bearer ${mine.token}`]) {
      const headers = { Authorization: authorization };
      expect((await mine.call('GET', `/v1/orders/${externalId}`, { key: undefined, headers })).status).toBe(200);
    }
  });

  test('that we did not sign, or not with this algorithm, or that is no token, opens nothing', async () => {
    const mine = await client();
    const { externalId } = await order(mine);
    const claims = { hostname: mine.merchantId, username: 'key_x', exp: 4_000_000_000, iss: 'packline', aud: 'vtex-pick-and-pack' }; // prettier-ignore
    const forged = await new SignJWT(claims).setProtectedHeader({ alg: 'HS256' }).sign(Buffer.alloc(32, 7));
    const encode = (part: unknown) => Buffer.from(JSON.stringify(part)).toString('base64url');
    const unsigned = `${encode({ alg: 'none' })}.${encode(claims)}.x`;
    const altered = mine.token.replace(/^[^.]+\.[^.]+/, `${encode({ alg: 'HS256' })}.${encode(claims)}`);
    for (const token of [forged, unsigned, altered, mine.key, 'x', '']) {
      const reply = await mine.call('GET', `/v1/orders/${externalId}`, { key: token });
      expect([token, reply.status]).toEqual([token, 401]);
      expect(reply.body).toMatchObject({ message: 'Unauthorized' });
    }
  });

  test('ends with its key', async () => {
    const mine = await client();
    const { externalId } = await order(mine);
    const keys = await request('GET', `/v1/merchants/${mine.merchantId}/api-keys`, { key: adminKey });
    const { data } = z.looseObject({ data: z.array(z.looseObject({ id: z.string() })) }).parse(keys.body);
    for (const { id } of data)
      await request('DELETE', `/v1/merchants/${mine.merchantId}/api-keys/${id}`, { key: adminKey });
    clock.advance(2_001);
    expect((await mine.call('GET', `/v1/orders/${externalId}`)).status).toBe(401);
  });

  test('is given for a merchant’s key alone', async () => {
    const bodies = [{ apiKey: 'pl_none' }, { apiKey: adminKey }, { apiKey: '' }];
    for (const json of bodies) expect((await request('POST', `${root}/token`, { json })).status).toBe(401);
    for (const json of [{}, { apiKey: 7 }, []]) {
      expect((await request('POST', `${root}/token`, { json })).status).toBe(400);
    }
  });

  test('may do what its key may', async () => {
    const reader = await client(['read']);
    const { key } = await client();
    expect(key).not.toBe(reader.key);
    const refused = await reader.call('PATCH', '/v1/orders/1/tracking', { json: {} });
    expect([refused.status, codeOf(refused)]).toEqual([403, 'auth.scope']);
    expect((await reader.call('GET', '/v1/orders/1')).status).toBe(403);
  });
});

describe('what is not there', () => {
  test('is answered with the documented codes, and another merchant’s as if there were none', async () => {
    const [mine, theirs] = [await client(), await client()];
    const { externalId } = await order(theirs, [courier('assigned_driver')]);
    const seen = async (path: string, headers: Record<string, string> = {}) => {
      const { body } = await theirs.call('GET', path, { headers });
      return z.array(z.looseObject({ worksheetId: z.string().optional(), facilityId: z.string().optional(), id: z.string() })).parse(body)[0]; // prettier-ignore
    };
    const worksheet = await seen(`/v1/worksheets?orderId=${externalId}`);
    const shipment = await seen(`/v1/shipments?orderId=${externalId}`);
    const internal = { 'X-PNP-FilterMethod': 'BY_INTERNAL_ID' };
    const external = { 'X-PNP-FilterMethod': 'BY_EXTERNAL_ID' };
    const cases = [
      ['GET', `/v1/orders/${externalId}`, {}, 403, 'SHR0007B'],
      ['PATCH', `/v1/orders/${externalId}/tracking`, {}, 403, 'SHR0007B'],
      ['GET', `/v1/worksheets?orderId=${externalId}`, {}, 403, 'SHR0007B'],
      ['GET', `/v1/worksheets/${worksheet?.worksheetId}`, {}, 404, 'WORK0001B'],
      ['GET', `/v1/facilities/${worksheet?.facilityId}`, {}, 404, 'FAC0001B'],
      ['GET', `/v1/shipments?orderId=${externalId}`, {}, 403, 'SHP0003B'],
      ['GET', `/v1/shipments/${shipment?.id}`, internal, 404, 'TRP0005E'],
      ['GET', '/v1/shipments/DLV_1', external, 404, 'TRP0005E'],
      ['GET', `/legacy/picking-tracking/${externalId}`, {}, 400, '1002'],
    ] as const;
    for (const [method, path, headers, status, code] of cases) {
      const reply = await mine.call(method, path, { headers });
      expect([path, reply.status, codeOf(reply)]).toEqual([path, status, code]);
      const own = await theirs.call(method, path, { headers });
      expect([path, own.status]).toEqual([path, method === 'PATCH' ? 404 : 200]);
    }
  });

  test.each([
    ['/v1/worksheets', 'GEN0001B'],
    ['/v1/worksheets?orderId=', 'GEN0001B'],
    ['/v1/shipments', 'ORD0001B'],
    ['/v1/shipments?x=1', 'ORD0001B'],
  ])('%s wants an orderId', async (path, code) => {
    const reply = await (await client()).call('GET', path);
    expect([reply.status, codeOf(reply)]).toEqual([400, code]);
  });

  test('is picked at the facility that the merchant has mapped to its store', async () => {
    const mine = await client();
    const given = await order(mine);
    const { order: stored } = await requireOrder(store, given.id);
    const address = { street: 'Rua Um', city: 'Rio de Janeiro', state: 'RJ', postalCode: '20010-000', country: 'BRA' };
    const json = { name: 'Store one', storeLocationId: stored.storeLocationId, address };
    const facilityOf = async () => {
      const [row] = z.array(z.looseObject({ facilityId: z.string() })).parse((await mine.call('GET', `/v1/worksheets?orderId=${given.externalId}`)).body); // prettier-ignore
      return (await mine.call('GET', `/v1/facilities/${row?.facilityId}`)).body;
    };
    expect(await facilityOf()).toMatchObject({ name: stored.storeLocationId, address: '-', city: '-' });
    await request('POST', '/v1/facilities', { key: mine.key, json });
    expect(await facilityOf()).toMatchObject({
      name: 'Store one',
      address: 'Rua Um',
      number: '-',
      city: 'Rio de Janeiro',
    });
  });

  test('is not found by ids that were nearly right', async () => {
    const mine = await client();
    const { externalId } = await order(mine);
    const [row] = z.array(z.looseObject({ worksheetId: z.string(), facilityId: z.string() })).parse((await mine.call('GET', `/v1/worksheets?orderId=${externalId}`)).body); // prettier-ignore
    if (row === undefined) throw new Error('there is a worksheet');
    const wrong = ['0', '-1', '1e3', `${row.worksheetId}0`, `0${row.worksheetId}`, String(BigInt(row.worksheetId) + 1n), '9'.repeat(39)]; // prettier-ignore
    for (const id of wrong) expect((await mine.call('GET', `/v1/worksheets/${id}`)).status).toBe(404);
    for (const id of ['zz', `${row.facilityId}00`, row.facilityId.slice(1), 'f'.repeat(32)]) {
      expect((await mine.call('GET', `/v1/facilities/${id}`)).status).toBe(404);
    }
    const headers = { 'X-PNP-FilterMethod': 'BY_INTERNAL_ID' };
    for (const id of ['x', '00000000-0000-0000-0000-000000000000', 'ffffffff-ffff-ffff-ffff-ffffffffffff']) {
      expect((await mine.call('GET', `/v1/shipments/${id}`, { headers })).status).toBe(404);
    }
    expect((await mine.call('GET', '/v1/shipments/x')).status).toBe(400);
  });

  test('is another context to the legacy API, while no fulfilment system has the order', async () => {
    const mine = await client();
    const { externalId } = await order(mine);
    const reply = await mine.call('GET', `/legacy/picking-tracking/${externalId}`);
    expect([reply.status, codeOf(reply)]).toEqual([404, '1001']);
  });
});

describe('PATCH tracking', () => {
  const tracking = {
    deliveredDate: '2026-01-13T02:00:00.000Z',
    events: [{ city: 'São Paulo', state: 'SP', description: 'Delivery', date: '2026-01-10T00:00:00.000Z' }],
  };

  test('of an order that is not invoiced is refused with ORA0001B, and changes nothing', async () => {
    const mine = await client();
    const { id, externalId } = await order(mine, [courier('dropoff_enroute')]);
    const version = await versionOf(id);
    const reply = await mine.call('PATCH', `/v1/orders/${externalId}/tracking`, { json: tracking });
    expect([reply.status, codeOf(reply)]).toEqual([404, 'ORA0001B']);
    expect(await versionOf(id)).toBe(version);
  });

  test('delivers the order, tells its events, and keeps what it was told sealed', async () => {
    const mine = await client();
    const { id, externalId } = await order(mine, [courier('dropoff_enroute'), invoiced]);
    const reply = await mine.call('PATCH', `/v1/orders/${externalId}/tracking`, { json: tracking });
    expect([reply.status, reply.body]).toEqual([200, { ...tracking, orderId: externalId }]);
    const stored = await readOrder(store, id);
    expect(stored?.order).toMatchObject({ status: 'DELIVERED' });
    expect(stored?.order.evidence).toContainEqual(
      expect.objectContaining({ system: 'packline', code: 'delivered', occurredAt: tracking.deliveredDate }),
    );
    expect(stored && openPerson(store, stored, 'current')?.trackingEvents).toEqual(tracking.events);
    expect(JSON.stringify(await redis.client.hgetall(store.keys.order(id)))).not.toContain('São Paulo');
    const timeline = await request('GET', `/v1/orders/${id}/timeline`, { key: mine.key });
    expect(timeline.text).toContain('order.deliveryReported');
    const [row] = z.array(z.looseObject({ id: z.string() })).parse((await mine.call('GET', `/v1/shipments?orderId=${externalId}`)).body); // prettier-ignore
    const headers = { 'X-PNP-FilterMethod': 'BY_INTERNAL_ID' };
    const shipment = await mine.call('GET', `/v1/shipments/${row?.id}`, { headers });
    expect(shipment.body).toMatchObject({ notes: [{ content: 'Delivery (São Paulo, SP)' }] });
  });

  test('repeated, and twenty times at once, is done once', async () => {
    const mine = await client();
    const { id, externalId } = await order(mine, [courier('dropoff_enroute'), invoiced]);
    const before = (await versionOf(id)) ?? 0;
    const send = (json: unknown) => mine.call('PATCH', `/v1/orders/${externalId}/tracking`, { json });
    const replies = await Promise.all(Array.from({ length: 20 }, () => send(tracking)));
    expect(new Set(replies.map(({ status }) => status))).toEqual(new Set([200]));
    clock.advance(5_000);
    for (const json of [tracking, {}, { deliveredDate: null, events: [] }]) expect((await send(json)).status).toBe(200);
    expect(await versionOf(id)).toBe(before + 1);
    const news = { events: [...tracking.events, { ...tracking.events[0], description: 'Signed for' }] };
    expect((await send(news)).status).toBe(200);
    expect(await versionOf(id)).toBe(before + 2);
    const stored = await readOrder(store, id);
    expect(stored && openPerson(store, stored, 'current')?.trackingEvents).toHaveLength(2);
  });

  test('without a body delivers now', async () => {
    const mine = await client();
    const { id, externalId } = await order(mine, [courier('assigned_driver'), invoiced]);
    expect((await mine.call('PATCH', `/v1/orders/${externalId}/tracking`)).status).toBe(200);
    const now = new Date(clock.now()).toISOString();
    expect((await readOrder(store, id))?.order.evidence).toContainEqual(
      expect.objectContaining({ code: 'delivered', occurredAt: now }),
    );
  });

  test('leaves work for the OMS that the order came from, in the same commit', async () => {
    const mine = await client();
    const { id, externalId } = await order(mine, [courier('dropoff_enroute'), invoiced]);
    await change(id, (stored) => ({ ...stored, oms: { connector: 'vtex', state: 'invoiced' } }));
    expect((await mine.call('PATCH', `/v1/orders/${externalId}/tracking`, { json: {} })).status).toBe(200);
    const jobs = await redis.client.hkeys(store.keys.entries);
    expect(jobs.filter((name) => name.startsWith(`oms-update.${id}.`))).toHaveLength(1);
  });
});

test('an id that orders of two sources have names none of them; each is named by its own', async () => {
  const mine = await client();
  const settings = { account: 'twice', appKey: 'vtexappkey-twice-AAAAAA', appToken: 'x' };
  const oms = await request('POST', '/v1/connections', { key: mine.key, json: { connector: 'vtex', name: 'OMS', settings } }); // prettier-ignore
  const { id: connectionId } = z.looseObject({ id: z.string() }).parse(oms.body);
  const one = await order(mine, [invoiced], 'same-id');
  const headers = { 'Idempotency-Key': 'of-the-oms', 'Packline-Connection': connectionId };
  await request('POST', '/v1/orders', { key: mine.key, json: sampleOrder({ externalId: 'same-id' }), headers });
  const reply = await mine.call('PATCH', '/v1/orders/same-id/tracking', { json: {} });
  expect([reply.status, codeOf(reply)]).toEqual([409, 'order.ambiguous']);
  expect((await mine.call('GET', `/v1/orders/${one.id}`)).body).toMatchObject({ orderId: 'same-id' });
});

test('limits are those of the API: requests of a key, and the size of a body', async () => {
  const { key } = await few.tenant();
  const made = await few.request('POST', `${root}/token`, { json: { apiKey: key } });
  const token = TokenSchema.parse(made.body).data;
  const large = await few.request('PATCH', `${root}/v1/orders/1/tracking`, { key: token, json: { events: [], x: 'x'.repeat(600) } }); // prettier-ignore
  expect([large.status, codeOf(large)]).toEqual([413, 'request.too_large']);
  const replies = [];
  for (let sent = 0; sent < 4; sent += 1) replies.push(await few.request('GET', `${root}/v1/orders/1`, { key: token }));
  expect(replies.map(({ status }) => status)).toEqual([403, 403, 429, 429]);
  expect(replies.at(-1)?.headers.get('retry-after')).toBe('1');
  const tokens = [];
  for (let sent = 0; sent < 3; sent += 1) tokens.push(await few.request('POST', `${root}/token`, { json: { apiKey: key } })); // prettier-ignore
  expect(tokens.map(({ status }) => status)).toEqual([200, 200, 429]);
});
