import { Webhook } from 'standardwebhooks';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { verifyAsymmetric } from '../../src/platform/asymmetric-signature.ts';
import type { ReceivedWebhook } from '../../src/sandbox/subscribers.ts';
import { startPackline } from '../support/packline.ts';
import { testRedis } from '../support/redis.ts';
import { sampleOrder } from '../support/sample-order.ts';

const { url } = await testRedis();
const packline = await startPackline({ redisUrl: url });
afterAll(() => packline.close());
const waiting = { timeout: 20_000, interval: 50 };

interface Subscription {
  id: string;
  secret: string;
  publicKey: string | null;
  received: () => Promise<ReceivedWebhook[]>;
}
async function subscribe(name: string, asked: object): Promise<Subscription> {
  const made = await packline.call('POST', '/v1/endpoints', {
    url: `${packline.sandboxUrl}/subscribers/${name}`,
    ...asked,
  });
  expect(made.status).toBe(201);
  const { id, secret, publicKey } = made.body;
  return {
    id: String(id),
    secret: String(secret),
    publicKey: typeof publicKey === 'string' ? publicKey : null,
    // Oldest first.
    received: async () =>
      ((await packline.control('GET', `/subscribers/${name}`))['received'] as ReceivedWebhook[]).toReversed(),
  };
}
async function deliverOrder(externalId: string): Promise<string> {
  const answer = await packline.call('POST', '/v1/orders', sampleOrder({ externalId }), {
    'idempotency-key': externalId,
  });
  const id = String(answer.body['id']);
  await vi.waitFor(
    async () => expect((await packline.call('GET', `/v1/orders/${id}`)).body).toMatchObject({ status: 'DELIVERED' }),
    waiting,
  );
  return id;
}
const act = (id: string, what: string, body?: object) => packline.call('POST', `/v1/endpoints/${id}/${what}`, body);
const has = (subscription: Subscription, count: number): Promise<ReceivedWebhook[]> =>
  vi.waitFor(async () => {
    const received = await subscription.received();
    expect(received.length).toBeGreaterThanOrEqual(count);
    return received;
  }, waiting);

describe('one order, told to five systems', () => {
  it('reaches each as it asked for it', async () => {
    const delivered = { all: [{ path: '/data/newStatus', op: 'eq', value: 'DELIVERED' }] };
    const full = await subscribe('full', { headers: { Authorization: 'Bearer erp', 'X-Shop': '7' } });
    const thin = await subscribe('thin', { payload: 'thin', eventTypes: ['order.status_changed'] });
    const pickAndPack = await subscribe('pick-and-pack', { payload: 'vtex-pick-and-pack' });
    const last = await subscribe('last', { filter: delivered });
    const signed = await subscribe('signed', { signatures: ['v1', 'v1a'], eventTypes: ['order.imported'] });
    const id = await deliverOrder('told-to-five');

    const inFull = await vi.waitFor(async () => {
      const received = await full.received();
      expect(received.some(({ text }) => text.includes('"newStatus":"DELIVERED"'))).toBe(true);
      return received;
    }, waiting);
    expect(inFull[0]).toMatchObject({
      body: { type: 'order.imported' },
      headers: { authorization: 'Bearer erp', 'x-shop': '7' },
    });
    const changes = inFull.filter(({ text }) => text.includes('"order.status_changed"'));

    for (const { body } of await has(thin, changes.length)) {
      expect(body).toEqual({
        type: expect.any(String),
        timestamp: expect.any(String),
        data: { orderId: id, externalId: 'told-to-five', version: expect.any(Number) },
      });
    }
    const told = await has(pickAndPack, changes.length);
    expect(told.map(({ body }) => body)).toEqual(
      changes.map(({ body }) => {
        const { oldStatus, newStatus } = (body as { data: { oldStatus: string; newStatus: string } }).data;
        const was = oldStatus === 'RECEIVED' ? 'PENDING' : oldStatus;
        return { orderId: 'told-to-five', oldStatus: was, newStatus, hostname: packline.merchantId };
      }),
    );
    expect((await has(last, 1)).map(({ body }) => body)).toMatchObject([{ data: { newStatus: 'DELIVERED' } }]);

    const [imported] = await has(signed, 1);
    const { headers = {}, text = '' } = imported ?? {};
    const webhook = {
      id: headers['webhook-id'],
      timestamp: headers['webhook-timestamp'],
      signature: headers['webhook-signature'],
      body: Buffer.from(text),
      nowMs: Date.now(),
    };
    expect(verifyAsymmetric({ ...webhook, publicKeys: [signed.publicKey ?? ''] })).toMatchObject({ ok: true });
    expect(new Webhook(signed.secret).verify(text, headers)).toMatchObject({ type: 'order.imported' });
  });
});

describe('while secrets are rotated', () => {
  it('the reference library verifies with every secret whose overlap is not over, and with no other', async () => {
    const subscription = await subscribe('rotating', { payload: 'thin' });
    const secrets = [subscription.secret];
    const held = async (): Promise<boolean[]> => {
      const count = (await subscription.received()).length;
      await act(subscription.id, 'test');
      const { headers = {}, text = '' } = (await has(subscription, count + 1)).at(-1) ?? {};
      return secrets.map((secret) => {
        try {
          new Webhook(secret).verify(text, headers);
          return true;
        } catch {
          return false;
        }
      });
    };
    const rotate = async (overlapHours: number): Promise<void> => {
      const rotated = await act(subscription.id, 'rotate-secret', { overlapHours });
      secrets.push(String(rotated.body['secret']));
    };
    expect(await held()).toEqual([true]);
    await rotate(24);
    await rotate(168);
    expect(await held()).toEqual([true, true, true]);
    await rotate(0);
    expect(await held()).toEqual([false, false, false, true]);
  });
});

describe('an endpoint’s rate', () => {
  it('is exceeded in no second where its webhooks arrive', async () => {
    const subscription = await subscribe('slowly', { rateLimitPerSecond: 5, ordered: false });
    await Promise.all(Array.from({ length: 16 }, () => act(subscription.id, 'test')));
    const arrivals = (await has(subscription, 16)).map(({ arrivedAt }) => arrivedAt);
    const most = Math.max(...arrivals.map((from) => arrivals.filter((at) => at >= from && at < from + 1_000).length));
    expect(most).toBeLessThanOrEqual(5);
    expect(Math.max(...arrivals) - Math.min(...arrivals)).toBeGreaterThanOrEqual(3_000);
  });
});

describe('a test event', () => {
  it('comes in the form that the endpoint asked for', async () => {
    const subscription = await subscribe('tested', { payload: 'vtex-pick-and-pack' });
    expect((await act(subscription.id, 'test')).status).toBe(202);
    expect((await has(subscription, 1))[0]?.body).toMatchObject({
      orderId: 'packline-test',
      newStatus: 'READY_FOR_PICKING',
    });
  });
});
