import { beforeEach, describe, expect, it } from 'vitest';
import { endpointsMax } from '../../src/domain/endpoint.ts';
import { generateWebhookSecret } from '../../src/platform/signature.ts';
import { commit } from '../../src/store/commit.ts';
import type { StoreDeps } from '../../src/store/deps.ts';
import {
  createEndpoint,
  deleteEndpoint,
  endpointLane,
  listEndpoints,
  readEndpoint,
  rotateEndpointSecret,
  signingKeys,
  updateEndpoint,
  type Endpoint,
} from '../../src/store/endpoints.ts';
import { leaseEntries } from '../../src/store/entries.ts';
import { createFakeClock } from '../support/fake-clock.ts';
import { testRedis } from '../support/redis.ts';
import { createTestStore } from '../support/test-store.ts';
import { sampleMerchantId as merchantId } from './accept-sample.ts';
import { whereIs } from './everything-in-redis.ts';
import { present } from './present.ts';

const { client } = await testRedis();
const clock = createFakeClock();
let store: StoreDeps;
beforeEach(async () => {
  await client.flushdb();
  store = await createTestStore(client, clock);
});
const facts = { url: 'https://subscriber.example/', eventTypes: [], description: null };
const create = (secret = generateWebhookSecret()) => createEndpoint(store, merchantId, facts, secret);

describe('an endpoint', () => {
  it('is found by its merchant only, and listed in the order in which they were made', async () => {
    const first = await create();
    clock.advance(1);
    const second = await create();
    expect(await readEndpoint(store, merchantId, first.id)).toEqual(first);
    expect(await readEndpoint(store, `mer_${'1'.repeat(26)}`, first.id)).toBeNull();
    expect((await listEndpoints(store, merchantId)).map(({ id }) => id)).toEqual([first.id, second.id]);
    await deleteEndpoint(store, first);
    expect(await readEndpoint(store, merchantId, first.id)).toBeNull();
  });

  it('is refused where its merchant has fifty, because each is written to in an order’s commit', async () => {
    for (let n = 0; n < endpointsMax; n += 1) await create();
    await expect(create()).rejects.toMatchObject({ kind: 'rejected', code: 'endpoint.too_many' });
    const [first] = await listEndpoints(store, merchantId);
    await deleteEndpoint(store, present(first ?? null));
    await create();
    expect(await listEndpoints(store, merchantId)).toHaveLength(endpointsMax);
  });

  it('keeps its secrets and its URL sealed', async () => {
    const [old, fresh] = [generateWebhookSecret(), generateWebhookSecret()];
    const endpoint = await create(old);
    await rotateEndpointSecret(store, endpoint, fresh, 60_000);
    expect(await whereIs(client, [old.slice(6), fresh.slice(6), facts.url])).toEqual([]);
    const url = 'https://other.example/?token=canary';
    expect(await updateEndpoint(store, endpoint, { url })).toMatchObject({ url });
    expect(await listEndpoints(store, merchantId)).toMatchObject([{ url }]);
    expect(await whereIs(client, ['canary', 'other.example'])).toEqual([]);
  });

  it('signs with both secrets while a rotation overlaps, the new one first, and then with the new one', async () => {
    const [old, fresh] = [generateWebhookSecret(), generateWebhookSecret()];
    const rotated = present(await rotateEndpointSecret(store, await create(old), fresh, 60_000));
    expect(signingKeys(store, rotated).map(({ secret: of }) => of)).toEqual([fresh, old]);
    clock.advance(59_999);
    expect(signingKeys(store, rotated).map(({ secret: of }) => of)).toEqual([fresh, old]);
    clock.advance(1);
    expect(signingKeys(store, rotated).map(({ secret: of }) => of)).toEqual([fresh]);
  });

  it('signs with every key whose overlap is not over, and with none for longer than the last rotation said', async () => {
    const secretsNow = (endpoint: Endpoint) => signingKeys(store, endpoint).map(({ secret: of }) => of);
    const [a, b, c, d] = [1, 2, 3, 4].map(generateWebhookSecret) as [string, string, string, string];
    const second = present(await rotateEndpointSecret(store, await create(a), b, 60_000));
    const third = present(await rotateEndpointSecret(store, second, c, 120_000));
    expect(secretsNow(third)).toEqual([c, b, a]);
    clock.advance(60_000);
    expect(secretsNow(third)).toEqual([c, b]);
    const fourth = present(await rotateEndpointSecret(store, third, d, 1_000));
    expect(secretsNow(fourth)).toEqual([d, c, b]);
    clock.advance(1_000);
    expect(secretsNow(fourth)).toEqual([d]);
  });

  it('drops the old secret at once when no overlap is wanted', async () => {
    const fresh = generateWebhookSecret();
    const rotated = present(await rotateEndpointSecret(store, await create(), fresh, 0));
    expect(signingKeys(store, rotated).map(({ secret: of }) => of)).toEqual([fresh]);
  });

  it('keeps its secret when something else about it changes', async () => {
    const secret = generateWebhookSecret();
    const changed = present(await updateEndpoint(store, await create(secret), { url: 'https://other.example/' }));
    expect(changed.url).toBe('https://other.example/');
    expect(signingKeys(store, changed).map(({ secret: of }) => of)).toEqual([secret]);
  });

  it.each([1, 3])('that allows %i deliveries at once has no more under way', async (concurrency) => {
    const { id } = await createEndpoint(store, merchantId, { ...facts, concurrency }, generateWebhookSecret());
    const entry = { job: 'delivery-attempt', lane: endpointLane(id), class: 'orders' as const, payload: {} };
    await commit(store, { entries: Array.from({ length: 5 }, (_, n) => ({ ...entry, id: `delivery-${n}` })) });
    expect((await leaseEntries(store, { room: 100, leaseMs: 1_000 })).entries).toHaveLength(concurrency);
    expect((await leaseEntries(store, { room: 100, leaseMs: 1_000 })).entries).toEqual([]);
  });

  it('holds at most ten deliveries at once, so that a slow one does not hold all our workers', async () => {
    const { id } = await create();
    const entries = Array.from({ length: 15 }, (_, n) => ({
      id: `delivery-${n}`,
      job: 'delivery-attempt',
      lane: endpointLane(id),
      class: 'orders' as const,
      payload: {},
    }));
    await commit(store, { entries });
    const leased = (await leaseEntries(store, { room: 100, leaseMs: 1_000 })).entries;
    expect(leased).toHaveLength(10);
    expect((await leaseEntries(store, { room: 100, leaseMs: 1_000 })).entries).toEqual([]);
    await commit(store, { settle: { id: leased[0]?.id ?? '', attempt: 1, how: 'ack' } });
    expect((await leaseEntries(store, { room: 100, leaseMs: 1_000 })).entries).toHaveLength(1);
  });
});
