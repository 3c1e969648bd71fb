import { beforeEach, describe, expect, it } from 'vitest';
import { makeEntry } from '../../src/queues/define-job.ts';
import { fulfilmentRead } from '../../src/queues/fulfilment-read.ts';
import { newId, type StoreDeps } from '../../src/store/deps.ts';
import { countEntries, freeLane, leaseEntries } from '../../src/store/entries.ts';
import { acceptMessage, readMessage } from '../../src/store/inbox.ts';
import { createFakeClock } from '../support/fake-clock.ts';
import { testRedis } from '../support/redis.ts';
import { createTestStore } from '../support/test-store.ts';
import { sampleMerchantId } from './accept-sample.ts';
import { everythingIn, whereIs } from './everything-in-redis.ts';

const { client } = await testRedis();
const clock = createFakeClock();
let store: StoreDeps;
beforeEach(async () => {
  await client.flushdb();
  store = await createTestStore(client, clock);
});

const connectionId = newId('connection', clock);
const accept = (body: string | Uint8Array, messageId = 'msg_1', connection = connectionId) =>
  acceptMessage(store, {
    merchantId: sampleMerchantId,
    connectionId: connection,
    messageId,
    body: Buffer.from(body),
    work: (inboxId) => {
      const payload = { merchantId: sampleMerchantId, connectionId: connection, inboxId };
      return makeEntry(fulfilmentRead, payload, { lane: freeLane });
    },
  });
const inboxIds = async (): Promise<string[]> => {
  const { entries } = await leaseEntries(store, { room: 100, leaseMs: 1_000 });
  return entries.map(({ payload }) => (payload as { inboxId: string }).inboxId);
};

describe('a hook', () => {
  it('is kept byte for byte, with the moment it came, and is work', async () => {
    const bytes = Uint8Array.from([0x7b, 0xff, 0x00, 0xc3, 0x28, 0x7d]);
    expect(await accept(bytes)).toBe('accepted');
    const [inboxId = ''] = await inboxIds();
    const message = await readMessage(store, inboxId);
    expect(Buffer.from(message?.body ?? [])).toEqual(Buffer.from(bytes));
    expect(message?.receivedAt).toBe(new Date(clock.now()).toISOString());
  });

  it('is taken once, however often its message comes', async () => {
    expect(await accept('{}')).toBe('accepted');
    expect(await accept('{}')).toBe('duplicate');
    expect(await countEntries(store)).toMatchObject({ waiting: 1 });
  });

  it('is taken once when a hundred of it come at the same time', async () => {
    const outcomes = await Promise.all(Array.from({ length: 100 }, () => accept('{}')));
    expect(outcomes.filter((outcome) => outcome === 'accepted')).toHaveLength(1);
    expect(outcomes.filter((outcome) => outcome === 'duplicate')).toHaveLength(99);
    expect(await countEntries(store)).toMatchObject({ waiting: 1 });
  });

  it('stands against other bytes under the same message id', async () => {
    await accept('{"first":1}');
    expect(await accept('{"other":1}')).toBe('changed');
    const [inboxId = '', ...others] = await inboxIds();
    expect(others).toEqual([]);
    expect(Buffer.from((await readMessage(store, inboxId))?.body ?? []).toString()).toBe('{"first":1}');
  });

  it('of another connection is another message, though it bears the same id', async () => {
    await accept('{}');
    expect(await accept('{}', 'msg_1', newId('connection', clock))).toBe('accepted');
  });

  it('is sealed at rest', async () => {
    await accept('{"customer":"Canary Silva"}');
    expect(await whereIs(client, ['Canary', Buffer.from('Canary').toString('base64url')])).toEqual([]);
  });

  it('is kept for two days, and the memory of its id as long as the inbox keeps things', async () => {
    await accept('{}');
    const keys = [...(await everythingIn(client)).keys()];
    const [bytes = '', id = ''] = [/:inbox:/, /:seen:/].map((kind) => keys.find((key) => kind.test(key)));
    const { inboxSeconds } = store.retention;
    for (const [key, seconds] of [
      [bytes, 2 * 86_400],
      [id, inboxSeconds],
    ] as const) {
      const secondsLeft = await client.ttl(key);
      expect(secondsLeft).toBeGreaterThan(seconds - 60);
      expect(secondsLeft).toBeLessThanOrEqual(seconds);
    }
    await client.del(bytes);
    const [inboxId = ''] = await inboxIds();
    await expect(readMessage(store, inboxId)).rejects.toMatchObject({ kind: 'rejected', code: 'hook.expired' });
    expect(await accept('{}')).toBe('duplicate');
  });

  it('is not kept for longer than the inbox keeps things', async () => {
    store = { ...store, retention: { ...store.retention, inboxSeconds: 60 } };
    await accept('{}');
    const bytes = [...(await everythingIn(client)).keys()].find((key) => key.includes(':inbox:')) ?? '';
    expect(await client.ttl(bytes)).toBeLessThanOrEqual(60);
  });

  it('is refused by a Redis that is not the one we know', async () => {
    await client.flushdb();
    await expect(accept('{}')).rejects.toMatchObject({ kind: 'transient', code: 'redis.generation' });
    expect(await everythingIn(client)).toEqual(new Map());
  });
});
