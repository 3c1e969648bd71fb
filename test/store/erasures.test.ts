import { appendFile, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import type { OrderHappening } from '../../src/domain/events.ts';
import type { OrderInput } from '../../src/domain/order-input.ts';
import { generateWebhookSecret } from '../../src/platform/signature.ts';
import { openPrivateLog, type PrivateLog } from '../../src/platform/private-log.ts';
import { deliveryWork } from '../../src/queues/delivery-attempt.ts';
import { findByExternalId } from '../../src/store/accept-order.ts';
import { changeOrder } from '../../src/store/change-order.ts';
import { commit } from '../../src/store/commit.ts';
import { listDeliveries, listEvents } from '../../src/store/delivery-log.ts';
import type { StoreDeps } from '../../src/store/deps.ts';
import { createEndpoint } from '../../src/store/endpoints.ts';
import { erasePersons, foreseeErasures } from '../../src/store/erasures.ts';
import { eventWrites } from '../../src/store/events.ts';
import { attemptWrites, readAttempts } from '../../src/store/delivery-attempts.ts';
import { findByPerson } from '../../src/store/find-by-person.ts';
import { claimIdempotencyKey } from '../../src/store/idempotency.ts';
import { acceptMessage, droppedWrites, keptWithWrites } from '../../src/store/inbox.ts';
import { createMerchant } from '../../src/store/merchants.ts';
import { readTimeline, requireOrder } from '../../src/store/orders.ts';
import { findOrderKey, openPerson, resealPerson } from '../../src/store/persons.ts';
import { replayErasures } from '../../src/store/replay-erasures.ts';
import { present } from './present.ts';
import { createFakeClock } from '../support/fake-clock.ts';
import { whereOpened } from '../support/opened-redis.ts';
import { temporaryFolder } from '../support/own-redis.ts';
import { testRedis } from '../support/redis.ts';
import { sampleOrder } from '../support/sample-order.ts';
import { createTestStore } from '../support/test-store.ts';
import { acceptSample, postSample } from './accept-sample.ts';

const { client } = await testRedis();
const folder = await temporaryFolder();
const clock = createFakeClock();
const canaries = ['Canário', 'ana.canary', '61400000002', 'Wharf', 'ring twice'];
let store: StoreDeps;
let log: PrivateLog;
let merchantId: string;
let logs = 0;
beforeEach(async () => {
  await client.flushdb();
  store = await createTestStore(client, clock);
  log = openPrivateLog(join(folder, `home-${(logs += 1)}`, 'erasures.log'));
  merchantId = (await createMerchant(store, 'Market', 0)).id;
});

const accept = (externalId: string, order: Partial<OrderInput> = {}) =>
  acceptSample(store, externalId, { merchantId, order });
const erase = async (...ids: string[]) =>
  erasePersons(store, log, await Promise.all(ids.map((id) => requireOrder(store, id))));
const options = { commit: (plan: Parameters<typeof commit>[1]) => commit(store, plan), work: deliveryWork };
const who = (email: string, phone?: string): OrderInput['recipient'] => ({
  ...sampleOrder().recipient,
  email,
  ...(phone === undefined ? {} : { phone }),
});
const idsOf = async (query: Parameters<typeof findByPerson>[2], of = merchantId) =>
  (await findByPerson(store, of, query)).map(({ order }) => order.id).sort();

describe('the orders of a person', () => {
  it('are found by e-mail and by phone, however they are spelt, and by nobody else’s', async () => {
    const one = await accept('one');
    const two = await accept('two', { recipient: who('ANA.canary@example.com', '+61 (400) 000-002') });
    const other = await accept('other', { recipient: who('bob@example.com', '+61400000003') });
    const both = [one.id, two.id].sort();
    expect(await idsOf({ email: ' Ana.Canary@EXAMPLE.com ' })).toEqual(both);
    expect(await idsOf({ phone: '0061 400 000 002' })).toEqual(both);
    expect(await idsOf({ email: 'bob@example.com' })).toEqual([other.id]);
    expect(await idsOf({ email: 'nobody@example.com' })).toEqual([]);
    expect(await idsOf({ phone: '+' })).toEqual([]);
    expect(await idsOf({ email: 'ana.canary@example.com' }, `mer_${'1'.repeat(26)}`)).toEqual([]);
  });

  it('are those whose person it is now, or will be with an amendment that waits', async () => {
    const { id } = await accept('one');
    const amendTo = (email: string, which: 'person' | 'pendingPerson') =>
      changeOrder(store, id, options, (stored) => {
        const person = openPerson(store, stored, 'current');
        if (person === null) throw new Error('there is no person');
        const sealed = resealPerson(store, stored, { ...person, recipient: { ...person.recipient, email } });
        return { order: stored.order, [which]: sealed };
      });
    await amendTo('carla@example.com', 'pendingPerson');
    expect(await idsOf({ email: 'carla@example.com' })).toEqual([id]);
    expect(await idsOf({ email: 'ana.canary@example.com' })).toEqual([id]);
    await amendTo('dora@example.com', 'person');
    expect(await idsOf({ email: 'dora@example.com' })).toEqual([id]);
    expect(await idsOf({ email: 'ana.canary@example.com' })).toEqual([]);
    await erase(id);
    expect(await client.exists(store.keys.persons(merchantId))).toBe(0);
  });
});

describe('an erased order', () => {
  it('holds nothing of its person that anybody with Redis and the master key could open, and goes on', async () => {
    const { id } = await accept('one');
    const work = { id: 'w', job: 'fulfilment-read', lane: 'free', class: 'orders', payload: {} } as const;
    await acceptMessage(store, {
      merchantId,
      connectionId: 'con_1',
      messageId: 'msg_1',
      body: Buffer.from('{"dropoff":"Canary Wharf Lane"}'),
      work: () => work,
    });
    const inboxId = (await client.keys('*:inbox:*'))[0]?.split(':').at(-1) ?? '';
    await changeOrder(store, id, options, (stored) => ({
      order: stored.order,
      pendingPerson: resealPerson(store, stored, { recipient: who('amended.canary@example.com'), lineNotes: {} }),
      writes: keptWithWrites(store, stored, inboxId),
    }));
    const act = { owner: merchantId, route: `POST /v1/orders/${id}/cancel`, key: 'k', fingerprint: 'f', orderId: id };
    const claimed = await claimIdempotencyKey(store, act);
    if (claimed.state !== 'claimed') throw new Error('the key was not to be had');
    await claimed.complete({ status: 202, headers: {}, body: JSON.stringify(sampleOrder()) });
    expect(await claimIdempotencyKey(store, act)).toMatchObject({ state: 'done' });
    const before = await whereOpened(client, store, canaries);
    for (const canary of canaries) expect(before).toContain(`${canary} in ${store.keys.order(id)}`);
    expect(before).toContainEqual(expect.stringMatching(/Wharf in .*:inbox:/));
    expect(before).toContainEqual(expect.stringMatching(/Wharf in .*:act$/));

    const where = ['person', 'amendment', 'webhooks', 'index'];
    expect(await foreseeErasures(store, [await requireOrder(store, id)])).toEqual([{ orderId: id, where }]);
    expect(await erase(id)).toEqual([{ orderId: id, where }]);
    expect(await whereOpened(client, store, [...canaries, 'amended.canary'])).toEqual([]);
    expect(await claimIdempotencyKey(store, act)).toEqual({ state: 'erased' });
    const stored = await requireOrder(store, id);
    expect(stored.order).toMatchObject({ id, externalId: 'one', version: 3 });
    expect(openPerson(store, stored, 'current')).toBeNull();
    expect((await readTimeline(store, id)).at(-1)).toMatchObject({ what: 'person.erased' });
  });

  it('keeps nothing that somebody wrote of it in words of his own: why it was canceled, why goods came back', async () => {
    const { id } = await accept('one');
    const at = '2026-01-15T00:00:00.000Z';
    const reason = 'Canário did not ring twice';
    const back = { id: 'ret_1', items: [{ lineId: '1', quantity: 1, reason }], reason, toldBy: [], invoiceIds: [], requestedAt: at }; // prettier-ignore
    await changeOrder(store, id, options, ({ order }) => ({
      order: { ...order, cancellation: { state: 'requested', requestedAt: at, reason }, returns: [back] },
    }));
    expect(await whereOpened(client, store, ['ring twice'])).toContain(`ring twice in ${store.keys.order(id)}`);
    await erase(id);
    expect(await whereOpened(client, store, canaries)).toEqual([]);
    const { order } = await requireOrder(store, id);
    expect(order).toMatchObject({ cancellation: { state: 'requested' }, returns: [{ items: [{ lineId: '1', quantity: 1 }] }] }); // prettier-ignore
  });

  it('keeps no bytes of a webhook that comes later, nor the answer of an act that was under way', async () => {
    const { id } = await accept('one');
    const act = { owner: merchantId, route: `POST /v1/orders/${id}/cancel`, key: 'k', fingerprint: 'f', orderId: id };
    const claimed = await claimIdempotencyKey(store, act);
    await erase(id);
    if (claimed.state === 'claimed') await claimed.complete({ status: 202, headers: {}, body: 'Canário' });
    expect((await claimIdempotencyKey(store, act)).state).toBe('claimed');
    expect(keptWithWrites(store, await requireOrder(store, id), 'inb_1')).toEqual(
      droppedWrites(store, merchantId, 'inb_1'),
    );
  });

  it('is erased once: asked again there is nothing to do, and nothing to write down', async () => {
    const { id } = await accept('one');
    await erase(id);
    const [before, lines] = [await requireOrder(store, id), await log.read()];
    expect(await erase(id)).toEqual([]);
    expect(await requireOrder(store, id)).toEqual(before);
    expect(await log.read()).toEqual(lines);
  });

  it('is not taken in again when it is posted again, and a guess at what was posted is not confirmed', async () => {
    const { id } = await accept('one');
    await erase(id);
    const posted = { merchantId, idempotencyKey: 'another', order: { externalId: 'one' } };
    expect(await postSample(store, posted)).toEqual({ outcome: 'different', orderId: id });
    expect(await findByExternalId(store, merchantId, 'generic', 'one')).toBe(id);
  });

  it('wins against a change that was under way: the change sees that there is nobody any more', async () => {
    const { id } = await accept('one');
    let looks = 0;
    await changeOrder({ ...store }, id, options, async (stored) => {
      looks += 1;
      if (looks === 1) await erase(id);
      const person = openPerson(store, stored, 'current');
      return person === null ? null : { order: stored.order, person: resealPerson(store, stored, person) };
    });
    expect(looks).toBe(2);
    expect(await client.hkeys(store.keys.order(id))).toHaveLength(2);
  });
});

describe('the log outside of Redis', () => {
  it('is written first, line by line, for its owner only, and names no person', async () => {
    const [one, two] = [await accept('one'), await accept('two', { recipient: who('bob@example.com') })];
    await erase(one.id);
    await appendFile(log.path, '{"at":"2026-01-15T0');
    await erase(two.id);
    const text = await readFile(log.path, 'utf8');
    expect(text.split('\n').map((line) => line.slice(0, 20))).toEqual([
      '{"at":"2026-01-15T00',
      '{"at":"2026-01-15T0',
      '{"at":"2026-01-15T00',
      '',
    ]);
    for (const canary of [...canaries, 'bob@', 'one"', 'generic']) expect(text).not.toContain(canary);
    expect((await stat(log.path)).mode & 0o777).toBe(0o600);
    expect(await replayErasures(client, [store], await log.read())).toEqual({ lines: 2, applied: 0, unreadable: [2] });
  });

  it('is believed over Redis: what it cannot write is not erased', async () => {
    const { id } = await accept('one');
    const broken = { ...log, append: () => Promise.reject(new Error('no space left')) };
    await expect(erasePersons(store, broken, [await requireOrder(store, id)])).rejects.toThrow('no space left');
    expect(openPerson(store, await requireOrder(store, id), 'current')).not.toBeNull();
  });

  it('brings its erasures to a Redis that was restored from before them, once', async () => {
    const [kept, gone, crashed] = [await accept('kept'), await accept('gone'), await accept('crashed')];
    const dumps = await Promise.all(
      (await client.keys('*')).map(async (key) => [key, await client.dumpBuffer(key)] as const),
    );
    await erase(gone.id);
    // Of this one the process died between the log and Redis.
    const dead = { ...store, generation: 'no Redis at all' };
    await expect(erasePersons(dead, log, [await requireOrder(store, crashed.id)])).rejects.toThrow();
    const late = await accept('late');
    await erase(late.id);
    await client.flushdb();
    for (const [key, dump] of dumps) await client.restore(key, 0, dump ?? Buffer.alloc(0));
    expect(openPerson(store, await requireOrder(store, gone.id), 'current')).not.toBeNull();

    expect(await replayErasures(client, [store], await log.read())).toEqual({ lines: 3, applied: 3, unreadable: [] });
    for (const { id } of [gone, crashed]) {
      expect(openPerson(store, await requireOrder(store, id), 'current')).toBeNull();
    }
    expect(openPerson(store, await requireOrder(store, kept.id), 'current')).not.toBeNull();
    // Accepted and erased after the backup: this Redis never heard of it, and does not take it in again.
    const again = { merchantId, idempotencyKey: 'again', order: { externalId: 'late' } };
    expect(await postSample(store, again)).toEqual({ outcome: 'different', orderId: late.id });
    expect(await replayErasures(client, [store], await log.read())).toMatchObject({ applied: 0 });
  });

  it('finds an erased order that came again before the log did', async () => {
    const { id } = await accept('one');
    await erase(id);
    await client.flushdb();
    store = await createTestStore(client, clock);
    await client.hset('{pl:g}:merchants', merchantId, JSON.stringify({ id: merchantId, shard: 0 }));
    const again = await accept('one');
    expect(again.id).not.toBe(id);
    expect(await replayErasures(client, [store], await log.read())).toMatchObject({ applied: 1 });
    expect(openPerson(store, await requireOrder(store, again.id), 'current')).toBeNull();
  });

  it('of a merchant that this Redis does not know says nothing', async () => {
    const { id } = await accept('one');
    await erase(id);
    await client.flushdb();
    expect(await replayErasures(client, [store], await log.read())).toEqual({ lines: 1, applied: 0, unreadable: [] });
    expect(await client.dbsize()).toBe(0);
  });
});

describe('the log of an erased order', () => {
  it('keeps its events, which are still delivered, without what people wrote and subscribers answered', async () => {
    const { id: orderId } = await accept('one');
    const { id: otherId } = await accept('two');
    const facts = { url: 'https://subscriber.example/', eventTypes: [], description: null };
    const endpoint = await createEndpoint(store, merchantId, facts, generateWebhookSecret());
    for (const id of [orderId, otherId]) {
      const data = { orderId: id, externalId: 'x', version: 1, reason: 'Ana Canário moved away' };
      const happenings: OrderHappening[] = [{ type: 'order.canceled', data }];
      await commit(store, eventWrites(store, { id, merchantId }, happenings, [endpoint], deliveryWork));
      const { items } = await listDeliveries(store, merchantId, { limit: 1, subjectId: id });
      const at = '2026-01-15T00:00:00.000Z';
      const timings = { dnsMs: null, connectMs: null, tlsMs: null, firstByteMs: 1, totalMs: 1 };
      const answered = {
        requestHeaders: {},
        responseStatus: 500,
        responseHeaders: { 'x-of': 'Canário' },
        responseBody: 'no Canário here',
      };
      const exchange = { ...answered, retryAfterMs: null, timings };
      const line = { at, attempt: 1, outcome: 'http_500', failure: 'http_5xx', exchange } as const;
      for (const delivery of items) await commit(store, { writes: attemptWrites(store, delivery, line) });
    }
    expect(await foreseeErasures(store, [await requireOrder(store, orderId)])).toMatchObject([{ where: ['person', 'deliveries', 'index'] }]); // prettier-ignore
    expect(await erase(orderId)).toMatchObject([{ where: ['person', 'deliveries', 'index'] }]);
    const logOf = async (id: string) => {
      const events = (await listEvents(store, merchantId, { limit: 9, orderId: id })).items;
      const event = events.find(({ type }) => type === 'order.canceled');
      const { items } = await listDeliveries(store, merchantId, { limit: 1, subjectId: id });
      const attempts = await readAttempts(store, items[0]?.id ?? '');
      return { reason: JSON.parse(event?.body ?? '{}').data.reason, status: items[0]?.status, attempts };
    };
    expect(await logOf(orderId)).toMatchObject({
      reason: null,
      status: 'pending',
      attempts: [{ outcome: 'http_500', exchange: { responseHeaders: null, responseBody: null } }],
    });
    expect(await logOf(otherId)).toMatchObject({
      reason: 'Ana Canário moved away',
      attempts: [{ exchange: { responseBody: 'no Canário here' } }],
    });
  });

  it('keeps no answer that comes later, or came while it was erased', async () => {
    const { id: orderId } = await accept('one');
    const facts = { url: 'https://subscriber.example/', eventTypes: [], description: null };
    const endpoint = await createEndpoint(store, merchantId, facts, generateWebhookSecret());
    const happenings: OrderHappening[] = [
      { type: 'order.canceled', data: { orderId, externalId: 'x', version: 1, reason: null } },
    ];
    await commit(store, eventWrites(store, { id: orderId, merchantId }, happenings, [endpoint], deliveryWork));
    const delivery = present((await listDeliveries(store, merchantId, { limit: 1, subjectId: orderId })).items[0]);
    const timings = { dnsMs: null, connectMs: null, tlsMs: null, firstByteMs: 1, totalMs: 1 };
    const exchange = { requestHeaders: {}, responseStatus: 500, responseHeaders: {}, responseBody: 'Canário', retryAfterMs: null, timings }; // prettier-ignore
    const answerWith = async (attempt: number, key: Awaited<ReturnType<typeof findOrderKey>>) => {
      const line = { at: '2026-01-15T00:00:00.000Z', attempt, outcome: 'http_500', failure: 'http_5xx', exchange } as const; // prettier-ignore
      await commit(store, { writes: attemptWrites(store, delivery, line, key) });
    };
    const bodies = async () => (await readAttempts(store, delivery.id)).map(({ exchange: kept }) => kept?.responseBody);
    const keyOnTheWay = await findOrderKey(store, orderId);
    await answerWith(1, keyOnTheWay);
    expect(await bodies()).toEqual(['Canário']);
    await erase(orderId);
    await answerWith(2, keyOnTheWay);
    await answerWith(3, await findOrderKey(store, orderId));
    expect(await bodies()).toEqual([null, null, null]);
    expect(await whereOpened(client, store, canaries)).toEqual([]);
  });
});
