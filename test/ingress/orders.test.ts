import { expect, test } from 'vitest';
import * as z from 'zod';
import { startIngress } from '../support/ingress.ts';
import { testRedis } from '../support/redis.ts';
import { sampleOrder } from '../support/sample-order.ts';

const redis = await testRedis();
const ingress = await startIngress(redis.url);
const { request } = ingress;
const OrderSchema = z.looseObject({ id: z.string(), status: z.string() });

let count = 0;
const nextKey = (): string => `key-${(count += 1)}`;
const post = (key: string, json: unknown, idempotencyKey: string) =>
  request('POST', '/v1/orders', { key, json, headers: { 'Idempotency-Key': idempotencyKey } });

test('an order is accepted with its id and location, and reads back as it was sent', async () => {
  const { key } = await ingress.tenant();
  const input = sampleOrder();

  const posted = await post(key, input, nextKey());

  expect(posted.status).toBe(202);
  const { id } = OrderSchema.parse(posted.body);
  expect(posted.headers.get('location')).toBe(`/v1/orders/${id}`);
  const read = await request('GET', `/v1/orders/${id}`, { key });
  expect(read.body).toEqual(posted.body);
  expect(read.body).toMatchObject({ ...input, status: 'RECEIVED', invoiceStatus: 'notInvoiced', version: 1 });
});
