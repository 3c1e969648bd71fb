import { beforeEach, describe, expect, it } from 'vitest';
import { eraseHooks, findWaitingHooks } from '../../src/store/hook-erasures.ts';
import { droppedWrites, acceptMessage, keptWithWrites, readMessage, waitingWrites } from '../../src/store/inbox.ts';
import { commit } from '../../src/store/commit.ts';
import { createConnection } from '../../src/store/connections.ts';
import type { StoreDeps } from '../../src/store/deps.ts';
import { requireOrder } from '../../src/store/orders.ts';
import { isNamedIn } from '../../src/store/persons.ts';
import { createFakeClock } from '../support/fake-clock.ts';
import { testRedis } from '../support/redis.ts';
import { createTestStore } from '../support/test-store.ts';
import { acceptSample, sampleMerchantId as merchantId } from './accept-sample.ts';

const { client } = await testRedis();
const clock = createFakeClock();
let store: StoreDeps;
beforeEach(async () => {
  await client.flushdb();
  store = await createTestStore(client, clock);
});

async function receive(body: string, of = merchantId): Promise<string> {
  let id = '';
  await acceptMessage(store, {
    merchantId: of,
    connectionId: 'con_1',
    messageId: body,
    body: Buffer.from(body),
    work: (inboxId) => {
      id = inboxId;
      return { id: inboxId, job: 'fulfilment-read', lane: 'free', class: 'orders', payload: {} };
    },
  });
  return id;
}
const byPhone = { orders: [], query: { phone: '+61 400 000 002' } };
const waiting = (): Promise<string[]> => client.zrange(store.keys.waitingHooks(merchantId), '0', '-1');

describe('a webhook that waits', () => {
  it('is found by the e-mail address or phone that it names, in JSON or not, and loses its bytes', async () => {
    const named = [
      await receive('{"customer":{"phone":"+61 400-000-002"}}'),
      await receive(String.raw`{"customer":"{\"phone\":\"\u002b61400000002\"}"}`),
      await receive('not JSON: (61) 400 000 002'),
    ].toSorted();
    const others = [await receive('{"phone":"+61 400 000 0021"}'), await receive('{"at":1761400000002}')];
    await receive('61400000002 of another merchant', `mer_${'1'.repeat(26)}`);
    expect((await findWaitingHooks(store, merchantId, byPhone)).toSorted()).toEqual(named);
    const byEmail = { orders: [], query: { email: 'Ana@Example.com' } };
    const mail = await receive('{"to":"ANA@example.com"}');
    expect(await findWaitingHooks(store, merchantId, byEmail)).toEqual([mail]);
    await eraseHooks(store, merchantId, named);
    for (const id of named) expect(await readMessage(store, id)).toBeNull();
    expect(await findWaitingHooks(store, merchantId, byPhone)).toEqual([]);
    expect((await waiting()).toSorted()).toEqual([...others, mail].toSorted());
  });

  it('is found by the person of an order, and by the order’s own name at a system that never had it', async () => {
    const order = { externalId: 'one', recipient: { name: 'Ana', email: 'ana@example.com', phone: '+61400000002' } };
    const { id } = await acceptSample(store, 'one', { merchantId, order });
    const facts = { connector: 'nash', kind: 'fulfilment', name: 'Nash', routing: [], settings: {} } as const;
    const connection = await createConnection(store, merchantId, facts);
    const [named, unmatched] = [await receive('{"to":"ana@example.com"}'), await receive('{"of":"one","to":"Ana"}')];
    await client.rpush(store.keys.unmatched(connection.id, 'one'), unmatched);
    const who = { orders: [await requireOrder(store, id)], query: null };
    expect((await findWaitingHooks(store, merchantId, who)).toSorted()).toEqual([named, unmatched].toSorted());
  });

  it('waits no longer once it is an order’s, or nobody’s; of those whose bytes are past, none is listed for ever', async () => {
    const { id } = await acceptSample(store, 'one', { merchantId });
    const [kept, dropped, past] = [await receive('1'), await receive('2'), await receive('3')];
    await commit(store, {
      writes: [
        ...keptWithWrites(store, await requireOrder(store, id), kept),
        ...droppedWrites(store, merchantId, dropped),
      ],
    });
    expect(await waiting()).toEqual([past]);
    expect(await client.exists(store.keys.inbox(kept), store.keys.inbox(dropped))).toBe(1);
    clock.advance(3 * 86_400_000);
    const late = await receive('4');
    await commit(store, { writes: waitingWrites(store, { merchantId, inboxId: late }) });
    expect(await waiting()).toEqual([late]);
  });
});

it('a number is not found inside a longer one, nor anything by a query without digits', () => {
  expect(isNamedIn('00 61 400', { phone: '61400' })).toBe(true);
  expect(isNamedIn('9961400', { phone: '61400' })).toBe(false);
  expect(isNamedIn('anything', { phone: '+' })).toBe(false);
  expect(isNamedIn('anything', { email: ' ' })).toBe(false);
});
