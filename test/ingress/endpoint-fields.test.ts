import { describe, expect, it, test } from 'vitest';
import * as z from 'zod';
import { readEndpoint } from '../../src/store/endpoints.ts';
import { whereIs } from '../store/everything-in-redis.ts';
import { startIngress } from '../support/ingress.ts';
import { testRedis } from '../support/redis.ts';

const redis = await testRedis();
const ingress = await startIngress(redis.url, { settings: { ratePerSecond: 1_000, rateBurst: 10_000 } });
const { request, store } = ingress;
const url = 'https://hooks.acme.com/packline';
const MadeSchema = z.looseObject({ id: z.string(), secret: z.string() });
const KeysSchema = z.looseObject({ publicKey: z.string().nullable(), previousKeys: z.array(z.looseObject({})) });
const filter = { all: [{ path: '/data/newStatus', op: 'in', value: ['DELIVERED', 'RETURNED'] }] };
const everything = {
  url,
  eventTypes: ['order.status_changed'],
  filter,
  description: 'ERP',
  headers: { Authorization: 'Bearer s3cr3t-of-theirs', 'X-Team': 'shop' },
  payload: 'thin',
  signatures: ['v1', 'v1a'],
  ordered: false,
  rateLimitPerSecond: 20,
  concurrency: 3,
  autoDisable: false,
};

async function subscribe(key: string, json: object = { url }) {
  const made = await request('POST', '/v1/endpoints', { key, json });
  expect(made.status, made.text).toBe(201);
  const { id, secret } = MadeSchema.parse(made.body);
  return { id, secret, path: `/v1/endpoints/${id}`, made };
}
const laneOf = (id: string) => redis.client.hgetall(`${store.keys.tag}:lane-state:endpoint.${id}`);

describe('an endpoint', () => {
  it('has what nothing was said about as it is most useful', async () => {
    const { key } = await ingress.tenant();
    const { path } = await subscribe(key);
    expect((await request('GET', path, { key })).body).toMatchObject({
      eventTypes: [],
      filter: null,
      description: null,
      headerNames: [],
      payload: 'full',
      signatures: ['v1'],
      publicKey: null,
      previousKeys: [],
      ordered: true,
      rateLimitPerSecond: null,
      concurrency: 10,
      autoDisable: true,
      disabledNote: null,
      disabledAt: null,
      missedFrom: null,
      missedUntil: null,
      missedEvents: 0,
    });
  });

  it('has all that was said about it, but that the values of its headers are shown to nobody', async () => {
    const { key, merchantId } = await ingress.tenant();
    const { path, id, made } = await subscribe(key, everything);
    const { headers, ...shown } = everything;
    const read = await request('GET', path, { key });
    expect(read.body).toMatchObject({ ...shown, headerNames: ['authorization', 'x-team'] });
    expect(read.body).toMatchObject({ publicKey: expect.stringMatching(/^whpk_/) });
    expect(made.text + read.text).not.toContain('s3cr3t');
    expect(await whereIs(redis.client, ['s3cr3t-of-theirs'])).toEqual([]);
    const endpoint = await readEndpoint(store, merchantId, id);
    expect(endpoint?.headers).toEqual({ authorization: headers.Authorization, 'x-team': 'shop' });
  });

  it('is changed field by field; what is not named stays', async () => {
    const { key, merchantId } = await ingress.tenant();
    const { path, id } = await subscribe(key, everything);
    const changes: [object, object][] = [
      [{ filter: null }, { filter: null, payload: 'thin' }],
      [{ headers: { 'X-Other': 'b' } }, { headerNames: ['x-other'], description: 'ERP' }],
      [{ payload: 'full' }, { payload: 'full', headerNames: ['x-other'] }],
      [{ signatures: ['v1'] }, { signatures: ['v1'], publicKey: null }],
      [{ ordered: true }, { ordered: true, concurrency: 3 }],
      [{ concurrency: 50 }, { concurrency: 50, rateLimitPerSecond: 20 }],
      [{ rateLimitPerSecond: null }, { rateLimitPerSecond: null, ordered: true }],
    ];
    for (const [change, wanted] of changes) {
      expect((await request('PATCH', path, { key, json: change })).body).toMatchObject({ id, url, ...wanted });
    }
    expect((await readEndpoint(store, merchantId, id))?.headers).toEqual({ 'x-other': 'b' });
  });

  it('tells its lane what it may do, in the same write', async () => {
    const { key } = await ingress.tenant();
    const { path, id } = await subscribe(key, everything);
    expect(await laneOf(id)).toMatchObject({ windows: '20/1000', cap: '3', interval: '52' });
    await request('PATCH', path, { key, json: { rateLimitPerSecond: 2, concurrency: 4 } });
    expect(await laneOf(id)).toMatchObject({ windows: '2/1000', cap: '4', interval: '520' });
    await request('PATCH', path, { key, json: { rateLimitPerSecond: null } });
    expect(await laneOf(id)).toEqual({ cap: '4' });
  });
});

describe('refused with a pointer', () => {
  const condition = { path: '/data/newStatus', op: 'eq', value: 'DELIVERED' };
  test.each([
    ['a field that no event has', { filter: { any: [{ ...condition, path: '/data/state' }] } }, '/filter/any/0/path'],
    ['a value that there is not', { filter: { all: [{ ...condition, value: 'DELIVERD' }] } }, '/filter/all/0/value'],
    ['an operator that there is not', { filter: { all: [{ ...condition, op: 'regex' }] } }, '/filter/all/0/op'],
    ['a filter of nothing', { filter: {} }, '/filter'],
    ['a filter that these types cannot meet', { filter, eventTypes: ['order.imported'] }, '/filter/all/0/path'],
    ['a reserved header', { headers: { 'Webhook-Id': 'x' } }, '/headers/Webhook-Id'],
    ['a header with a line break', { headers: { 'x-a': 'a\r\nb: c' } }, '/headers/x-a'],
    ['a form that there is not', { payload: 'slim' }, '/payload'],
    ['no signature', { signatures: [] }, '/signatures'],
    ['a signature twice', { signatures: ['v1', 'v1'] }, '/signatures'],
    ['a rate of nothing', { rateLimitPerSecond: 0 }, '/rateLimitPerSecond'],
    ['too many at once', { concurrency: 51 }, '/concurrency'],
    ['what VTEX’s form does not send', { payload: 'vtex-pick-and-pack', eventTypes: ['order.status_changed', 'order.problem'] }, '/eventTypes/1'],
  ])('is %s, when made and when changed', async (_what, json, pointer) => {
    const { key } = await ingress.tenant();
    const { path } = await subscribe(key);
    for (const reply of [
      await request('POST', '/v1/endpoints', { key, json: { url, ...json } }),
      await request('PATCH', path, { key, json }),
    ]) {
      expect(reply.status).toBe(400);
      expect(reply.body).toMatchObject({ code: 'request.invalid', errors: [{ pointer }] });
    }
  }); // prettier-ignore

  it('is also a change of one field that another does not allow', async () => {
    const { key } = await ingress.tenant();
    const { path } = await subscribe(key, { url, eventTypes: ['order.status_changed'], filter });
    const types = await request('PATCH', path, { key, json: { eventTypes: ['order.imported'] } });
    expect(types.body).toMatchObject({ errors: [{ pointer: '/filter/all/0/path' }] });
    await request('PATCH', path, { key, json: { payload: 'vtex-pick-and-pack' } });
    const more = await request('PATCH', path, { key, json: { eventTypes: ['order.problem'], filter: null } });
    expect(more.body).toMatchObject({ errors: [{ pointer: '/eventTypes/0' }] });
  });
});

describe('keys', () => {
  const rotate = async (key: string, path: string, overlapHours: number) => {
    const rotated = await request('POST', `${path}/rotate-secret`, { key, json: { overlapHours } });
    expect(rotated.status, rotated.text).toBe(201);
    return KeysSchema.parse(rotated.body);
  };

  it('before the present one are shown with the time that is left to them, and never for longer than the last overlap', async () => {
    const { key } = await ingress.tenant();
    const { path } = await subscribe(key, { url, signatures: ['v1a'] });
    const at = (hours: number) => new Date(ingress.clock.now() + hours * 3_600_000).toISOString();
    const first = (await request('GET', path, { key })).body;
    const { publicKey } = KeysSchema.parse(first);

    const once = await rotate(key, path, 24);
    expect(once.previousKeys).toEqual([{ publicKey, worksUntil: at(24) }]);
    expect(once.publicKey).not.toBe(publicKey);
    const twice = await rotate(key, path, 168);
    expect(twice.previousKeys).toEqual([
      { publicKey: once.publicKey, worksUntil: at(168) },
      { publicKey, worksUntil: at(24) },
    ]);
    const thrice = await rotate(key, path, 1);
    expect(thrice.previousKeys.map(({ worksUntil }) => worksUntil)).toEqual([at(1), at(1), at(1)]);
    expect((await request('GET', path, { key })).body).toMatchObject({ previousKeys: thrice.previousKeys });
    expect((await rotate(key, path, 0)).previousKeys).toEqual([]);
  });

  it('are eleven at the most; a shorter overlap makes room', async () => {
    const { key } = await ingress.tenant();
    const { path } = await subscribe(key);
    for (let n = 0; n < 10; n += 1) await rotate(key, path, 24);
    const full = await request('POST', `${path}/rotate-secret`, { key, json: {} });
    expect([full.status, full.body]).toEqual([409, expect.objectContaining({ code: 'endpoint.keys_full' })]);
    expect((await rotate(key, path, 0)).previousKeys).toEqual([]);
  });
});

describe('an endpoint that its merchant disables', () => {
  it('says why and since when, and forgets it when it is enabled', async () => {
    const { key } = await ingress.tenant();
    const { path } = await subscribe(key);
    const at = new Date(ingress.clock.now()).toISOString();
    const disabled = await request('POST', `${path}/disable`, { key, json: { note: 'ERP moves on Sunday' } });
    const why = { status: 'disabled', disabledReason: 'merchant', disabledNote: 'ERP moves on Sunday', disabledAt: at };
    expect(disabled.body).toMatchObject(why);
    ingress.clock.advance(60_000);
    expect((await request('POST', `${path}/disable`, { key })).body).toMatchObject(why);
    const noted = await request('POST', `${path}/disable`, { key, json: { note: 'and on Monday' } });
    expect(noted.body).toMatchObject({ ...why, disabledNote: 'and on Monday' });
    expect((await request('POST', `${path}/enable`, { key })).body).toMatchObject({
      status: 'enabled',
      disabledReason: null,
      disabledNote: null,
      disabledAt: null,
    });
    const long = await request('POST', `${path}/disable`, { key, json: { note: 'x'.repeat(201) } });
    expect(long.body).toMatchObject({ errors: [{ pointer: '/note' }] });
  });
});
