import { expect, test } from 'vitest';
import * as z from 'zod';
import { startIngress } from '../support/ingress.ts';
import { testRedis } from '../support/redis.ts';
import { sampleOrder } from '../support/sample-order.ts';

const redis = await testRedis();
const ingress = await startIngress(redis.url);
const { request } = ingress;
const tenant = () => ingress.tenant();
const idOf = (body: unknown): string => z.looseObject({ id: z.string() }).parse(body).id;

test('equal external ids of two systems are two orders, each found by it', async () => {
  const { key } = await tenant();
  const connected = await request('POST', '/v1/connections', {
    key,
    json: { connector: 'generic', kind: 'oms', name: 'Till', settings: {} },
  });
  expect(connected).toMatchObject({ status: 201, body: { kind: 'oms', webhookUrl: null } });
  const connectionId = idOf(connected.body);
  const json = sampleOrder({ externalId: 'same-id' });

  const generic = await request('POST', '/v1/orders', { key, json, headers: { 'Idempotency-Key': '1' } });
  const headers = { 'Idempotency-Key': '2', 'Packline-Connection': connectionId };
  const ofTill = await request('POST', '/v1/orders', { key, json, headers });
  const again = await request('POST', '/v1/orders', { key, json, headers: { ...headers, 'Idempotency-Key': '3' } });

  expect([generic.status, ofTill.status, again.status]).toEqual([202, 202, 200]);
  expect(idOf(ofTill.body)).not.toBe(idOf(generic.body));
  expect(idOf(again.body)).toBe(idOf(ofTill.body));
  const found = await request('GET', '/v1/orders?externalId=same-id', { key });
  const { data } = z.looseObject({ data: z.array(z.looseObject({ id: z.string() })) }).parse(found.body);
  expect(data.map(({ id }) => id)).toEqual([idOf(generic.body), idOf(ofTill.body)]);
});

test('an order cannot come from a connection of another kind, of another merchant, or of none', async () => {
  const { key } = await tenant();
  const stranger = await tenant();
  const theirs = await request('POST', '/v1/connections', {
    key: stranger.key,
    json: { connector: 'generic', name: 'Theirs', settings: {} },
  });
  for (const named of [idOf(theirs.body), 'con_01jd3xk5q8h2v4m6n7p9r0stwz', 'nonsense']) {
    const headers = { 'Idempotency-Key': named, 'Packline-Connection': named };
    const answer = await request('POST', '/v1/orders', { key, json: sampleOrder(), headers });
    expect(answer).toMatchObject({
      status: 400,
      body: { code: 'request.invalid', errors: [{ parameter: 'Packline-Connection' }] },
    });
  }
});

test('a connection that calls nobody cannot be tested, and takes no orders', async () => {
  const { key } = await tenant();
  const input = { connector: 'generic', name: 'Till', settings: {} };
  const { body } = await request('POST', '/v1/connections', { key, json: input });
  expect(await request('POST', `/v1/connections/${idOf(body)}/test`, { key })).toMatchObject({
    status: 409,
    body: { code: 'connection.unsupported' },
  });
  expect(
    await request('POST', '/v1/connections', { key, json: { ...input, routing: [{ storeLocationIds: ['s'] }] } }),
  ).toMatchObject({ status: 400, body: { errors: [{ pointer: '/routing' }] } });
  expect(await request('POST', '/v1/connections', { key, json: { ...input, kind: 'carrier' } })).toMatchObject({
    status: 400,
    body: { errors: [{ pointer: '/kind' }] },
  });
});
