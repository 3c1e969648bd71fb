import { beforeEach, describe, expect, it } from 'vitest';
import type { StoreDeps } from '../../src/store/deps.ts';
import { claimIdempotencyKey, type IdempotencyClaim } from '../../src/store/idempotency.ts';
import { createFakeClock } from '../support/fake-clock.ts';
import { testRedis } from '../support/redis.ts';
import { createTestStore } from '../support/test-store.ts';
import { everythingIn, whereIs } from './everything-in-redis.ts';

const { client } = await testRedis();
const clock = createFakeClock();
const leaseMs = 30_000;
let store: StoreDeps;
beforeEach(async () => {
  await client.flushdb();
  store = await createTestStore(client, clock);
});

const scope = { owner: 'mer_1', route: 'POST /v1/endpoints', key: 'key-1', fingerprint: 'a' };
const claim = (changes: Partial<typeof scope> = {}) => claimIdempotencyKey(store, { ...scope, ...changes });
async function held(changes: Partial<typeof scope> = {}): Promise<Extract<IdempotencyClaim, { state: 'claimed' }>> {
  const claimed = await claim(changes);
  if (claimed.state !== 'claimed') throw new Error(`the key was not to be had: ${claimed.state}`);
  return claimed;
}
const answer = (body: string) => ({ status: 201, headers: { location: '/v1/x' }, body });

describe('an idempotency key', () => {
  it('is held by one request of those that come at once; the others hear that it is busy', async () => {
    const states = (await Promise.all(Array.from({ length: 50 }, () => claim()))).map(({ state }) => state);
    expect(states.toSorted()).toEqual([...Array<string>(49).fill('busy'), 'claimed']);
  });

  it("gives every later request the first one's answer", async () => {
    await (await held()).complete(answer('one'));
    expect(await claim()).toEqual({ state: 'done', answer: answer('one') });
    clock.advance(leaseMs * 10);
    expect(await claim()).toEqual({ state: 'done', answer: answer('one') });
  });

  it('is not for another request, neither while the first runs nor after it nor when it died', async () => {
    const first = await held();
    expect(await claim({ fingerprint: 'b' })).toEqual({ state: 'reused' });
    clock.advance(leaseMs);
    expect(await claim({ fingerprint: 'b' })).toEqual({ state: 'reused' });
    await first.complete(answer('one'));
    expect(await claim({ fingerprint: 'b' })).toEqual({ state: 'reused' });
  });

  it('of another owner or another route is another key', async () => {
    await held();
    await held({ owner: 'mer_2' });
    await held({ route: 'POST /v1/connections' });
  });

  it('can be had again at once when its request was given up', async () => {
    await (await held()).release();
    await (await held({ fingerprint: 'b' })).complete(answer('two'));
    expect(await claim({ fingerprint: 'b' })).toEqual({ state: 'done', answer: answer('two') });
  });

  it('is taken over once its lease is over, and not before', async () => {
    await held();
    clock.advance(leaseMs - 1);
    expect((await claim()).state).toBe('busy');
    clock.advance(1);
    await held();
  });

  it('does not let the old holder answer, or let go, once another has taken over', async () => {
    const old = await held();
    clock.advance(leaseMs);
    const next = await held();
    await old.complete(answer('late'));
    await old.release();
    expect((await claim()).state).toBe('busy');
    await next.complete(answer('next'));
    await old.complete(answer('late'));
    expect(await claim()).toEqual({ state: 'done', answer: answer('next') });
  });

  it('does not let the old holder answer after the one who took over has let go', async () => {
    const old = await held();
    clock.advance(leaseMs);
    await (await held()).release();
    const third = await held();
    await old.complete(answer('late'));
    expect((await claim()).state).toBe('busy');
    await third.complete(answer('third'));
    expect(await claim()).toEqual({ state: 'done', answer: answer('third') });
  });

  it('is remembered for its retention, its answer sealed', async () => {
    await (await held()).complete(answer('{"secret":"whsec_canary"}'));
    expect(await whereIs(client, ['canary', 'key-1'])).toEqual([]);
    const key = [...(await everythingIn(client)).keys()].find((name) => name.includes(':idem:'));
    expect(await client.ttl(key ?? '')).toBeGreaterThan(store.retention.idempotencySeconds - 60);
  });
});
