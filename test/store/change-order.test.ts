import { beforeEach, describe, expect, it } from 'vitest';
import type { OrderHappening } from '../../src/domain/events.ts';
import type { Order } from '../../src/domain/order.ts';
import { generateWebhookSecret } from '../../src/platform/signature.ts';
import { deliveryWork } from '../../src/queues/delivery-attempt.ts';
import { changeOrder, type OrderChange } from '../../src/store/change-order.ts';
import { commit, type CommitPlan } from '../../src/store/commit.ts';
import type { StoreDeps } from '../../src/store/deps.ts';
import { createEndpoint } from '../../src/store/endpoints.ts';
import { leaseEntries } from '../../src/store/entries.ts';
import { listEvents } from '../../src/store/delivery-log.ts';
import { readDelivery } from '../../src/store/events.ts';
import { readTimeline, requireOrder, type StoredOrder } from '../../src/store/orders.ts';
import { createFakeClock } from '../support/fake-clock.ts';
import { testRedis } from '../support/redis.ts';
import { createTestStore } from '../support/test-store.ts';
import { acceptSample, sampleMerchantId } from './accept-sample.ts';
import { everythingIn } from './everything-in-redis.ts';

const { client } = await testRedis();
const clock = createFakeClock();
let store: StoreDeps;
let order: Order;
beforeEach(async () => {
  await client.flushdb();
  store = await createTestStore(client, clock);
  order = await acceptSample(store);
});

const change = (
  apply: (stored: StoredOrder) => OrderChange | Promise<OrderChange>,
  finish: (plan: CommitPlan) => ReturnType<typeof commit> = (plan) => commit(store, plan),
  at: StoreDeps = store,
): Promise<Order> => changeOrder(at, order.id, { commit: finish, work: deliveryWork }, apply);

/** As another process changes it: within one, changes of an order take turns. */
const changeElsewhere = (apply: (stored: StoredOrder) => OrderChange): Promise<Order> =>
  change(apply, undefined, { ...store });

const withProblem = ({ order: before }: StoredOrder, code: string): OrderChange => {
  const problem = { code, detail: code, source: 'you', raisedAt: before.createdAt };
  return { order: { ...before, problems: [...before.problems, problem] } };
};
const problem = (code: string): OrderHappening => ({
  type: 'order.problem',
  data: { orderId: order.id, externalId: order.externalId, version: 2, code, detail: code, source: 'you' },
});
const subscribe = () =>
  createEndpoint(
    store,
    sampleMerchantId,
    { url: 'https://subscriber.example/', eventTypes: [], description: null },
    generateWebhookSecret(),
  );

describe('a change of an order', () => {
  it('is the next version, at the time of the commit', async () => {
    clock.advance(1_000);
    const changed = await change((stored) => withProblem(stored, 'a'));
    expect(changed).toMatchObject({ version: 2, updatedAt: new Date(clock.now()).toISOString() });
    expect((await requireOrder(store, order.id)).order).toEqual(JSON.parse(JSON.stringify(changed)));
  });

  it('lands beside every other that is made at the same time', async () => {
    const codes = Array.from({ length: 10 }, (_, n) => `problem.${n}`);
    await Promise.all(codes.map((code) => changeElsewhere((stored) => withProblem(stored, code))));
    const { order: after } = await requireOrder(store, order.id);
    expect(after.version).toBe(11);
    expect(after.problems.map(({ code }) => code).toSorted()).toEqual(codes);
  });

  it('waits, within one process, for the one before it, and is applied once', async () => {
    let applied = 0;
    const count = (code: string) =>
      change((stored) => {
        applied += 1;
        return withProblem(stored, code);
      });
    await Promise.all(Array.from({ length: 10 }, (_, n) => count(`problem.${n}`)));
    expect(applied).toBe(10);
  });

  it('goes ahead though the one before it failed', async () => {
    const failing = change(() => Promise.reject(new Error('no')));
    const next = change((stored) => withProblem(stored, 'a'));
    await expect(failing).rejects.toThrow('no');
    expect(await next).toMatchObject({ version: 2 });
  });

  it('that lost the race is applied again to what the winner left', async () => {
    const seen: number[] = [];
    await change(async (stored) => {
      seen.push(stored.order.version);
      if (seen.length === 1) await changeElsewhere((other) => withProblem(other, 'the-winner'));
      return withProblem(stored, 'the-loser');
    });
    expect(seen).toEqual([1, 2]);
    const { order: after } = await requireOrder(store, order.id);
    expect(after.problems.map(({ code }) => code)).toEqual(['the-winner', 'the-loser']);
  });

  it('gives up, as something that may pass, when it loses every race', async () => {
    await client.hset(store.keys.order(order.id), 'v', 'never what was read');
    await expect(change((stored) => withProblem(stored, 'a'))).rejects.toMatchObject({
      kind: 'transient',
      code: 'order.contended',
    });
  });

  it('of null writes nothing, and answers the order as it was read', async () => {
    const before = await everythingIn(client);
    expect(await change(() => null)).toMatchObject({ version: 1 });
    expect(await everythingIn(client)).toEqual(before);
  });

  it("of another merchant's order is refused", async () => {
    const options = { commit: (plan: CommitPlan) => commit(store, plan), work: deliveryWork };
    const foreign = { ...options, merchantId: `mer_${'1'.repeat(26)}` };
    await expect(changeOrder(store, order.id, foreign, () => null)).rejects.toMatchObject({ code: 'order.not_found' });
  });

  it('announces what happened in the order it happened, and only the first is work', async () => {
    const endpoint = await subscribe();
    await change((stored) => ({ order: stored.order, happenings: [problem('one'), problem('two')] }));
    await change((stored) => ({ order: stored.order, happenings: [problem('three')] }));
    const sequence = await client.lrange(store.keys.sequence(endpoint.id, order.id), 0, -1);
    const deliveries = await Promise.all(sequence.map((id) => readDelivery(store, id)));
    const { items } = await listEvents(store, sampleMerchantId, { limit: 10 });
    const codeOf = new Map(items.map(({ id, type, body }) => [id, JSON.parse(body).data.code ?? type]));
    expect(deliveries.map((delivery) => codeOf.get(delivery?.eventId ?? ''))).toEqual([
      'order.imported',
      'one',
      'two',
      'three',
    ]);
    const { entries } = await leaseEntries(store, { room: 10, leaseMs: 1_000 });
    expect(entries.filter(({ job }) => job === 'delivery-attempt').map(({ payload }) => payload)).toEqual([
      { deliveryId: sequence[0], merchantId: sampleMerchantId, endpointId: endpoint.id, orderId: order.id },
    ]);
  });

  it('writes what happened on the timeline, without repeating whose it is', async () => {
    await change((stored) => ({ order: stored.order, happenings: [problem('one')] }));
    expect((await readTimeline(store, order.id)).at(-1)).toEqual({
      at: order.createdAt,
      what: 'order.problem',
      detail: { version: 2, code: 'one', detail: 'one', source: 'you' },
    });
  });

  it('brings its work and its own writes along, or none of them', async () => {
    const extra = { id: 'sweep.x', job: 'sweep', lane: 'free', class: 'reads', payload: {} } as const;
    await change((stored) => ({ ...withProblem(stored, 'a'), order: stored.order, entries: [extra], writes: [['SET', 'beside', 1]] })); // prettier-ignore
    expect(await client.get('beside')).toBe('1');
    const { entries } = await leaseEntries(store, { room: 10, leaseMs: 1_000 });
    expect(entries.map(({ id }) => id)).toContain('sweep.x');
  });

  it('by a run that has lost its work stops it, and nothing of the change is written', async () => {
    await subscribe();
    const [leased] = (await leaseEntries(store, { room: 1, leaseMs: 1_000 })).entries;
    const settle = { id: leased?.id ?? '', attempt: (leased?.attempt ?? 0) + 1, how: 'ack' } as const;
    const before = await everythingIn(client);
    const lost = change(
      (stored) => ({ ...withProblem(stored, 'a'), order: stored.order, happenings: [problem('a')] }),
      (plan) => commit(store, { ...plan, settle }),
    );
    await expect(lost).rejects.toMatchObject({ kind: 'aborted', code: 'entry.gone' });
    expect(await everythingIn(client)).toEqual(before);
  });

  it('by the run that holds the work ends it in the same commit', async () => {
    const [leased] = (await leaseEntries(store, { room: 1, leaseMs: 1_000 })).entries;
    const settle = { id: leased?.id ?? '', attempt: leased?.attempt ?? 0, how: 'ack' } as const;
    await change((stored) => withProblem(stored, 'a'), (plan) => commit(store, { ...plan, settle })); // prettier-ignore
    expect(await client.hlen(store.keys.entries)).toBe(0);
    expect((await requireOrder(store, order.id)).order.version).toBe(2);
  });
});
