import { beforeEach, describe, expect, it } from 'vitest';
import { Failure } from '../../src/domain/failure.ts';
import { generateWebhookSecret } from '../../src/platform/signature.ts';
import { bury } from '../../src/queues/bury.ts';
import { tellConnection } from '../../src/queues/turn-connection.ts';
import { carrierAnsweredWrites, noteCarrierFailure } from '../../src/store/circuits.ts';
import { commit } from '../../src/store/commit.ts';
import {
  createConnection,
  deleteConnection,
  failureWrites,
  successWrites,
  type Connection,
} from '../../src/store/connections.ts';
import type { StoreDeps } from '../../src/store/deps.ts';
import { createEndpoint } from '../../src/store/endpoints.ts';
import { listEvents } from '../../src/store/delivery-log.ts';
import { listIssues } from '../../src/store/issues.ts';
import { sampleMerchantId as merchantId } from '../store/accept-sample.ts';
import { createFakeClock } from '../support/fake-clock.ts';
import { testRedis } from '../support/redis.ts';
import { createTestStore } from '../support/test-store.ts';

const { client } = await testRedis();
const clock = createFakeClock();
let store: StoreDeps;
let connection: Connection;
beforeEach(async () => {
  await client.flushdb();
  store = await createTestStore(client, clock);
  const facts = {
    connector: 'ups',
    kind: 'carrier',
    name: 'UPS',
    routing: [],
    settings: { apiKey: 's3cr3t' },
  } as const;
  connection = await createConnection(store, merchantId, facts);
  const url = 'https://subscriber.example/';
  await createEndpoint(store, merchantId, { url, eventTypes: [], description: null }, generateWebhookSecret());
});

const fail = (code = 'ups.unauthorized') => commit(store, { writes: failureWrites(store, connection.id, code, true) });
const succeed = () => commit(store, { writes: successWrites(store, connection.id) });
const tell = async () => {
  clock.advance(1_000);
  await tellConnection(store, connection);
};
const told = async () => {
  const { items } = await listEvents(store, merchantId, { limit: 20 });
  return items.toReversed().map(({ body }) => JSON.parse(body) as { type: string; data: Record<string, unknown> });
};
const types = async () => (await told()).map(({ type }) => type);
const issues = async () => (await listIssues(store, merchantId, { offset: 0, limit: 10 })).issues;

describe('a connection whose key is refused', () => {
  it('is told of once, with its cause and who can mend it, and so is that it works again', async () => {
    const since = new Date(clock.now()).toISOString();
    await fail();
    for (let look = 0; look < 3; look += 1) await tell();
    const ofConnection = { connectionId: connection.id, connector: 'ups' };
    const fault = { code: 'ups.unauthorized', source: 'you', since };
    expect(await told()).toMatchObject([{ type: 'connection.unhealthy', data: { ...ofConnection, ...fault } }]);
    expect(await issues()).toMatchObject([
      { status: 'open', target: connection.id, kind: 'misconfigured', source: 'you', count: 1 },
    ]);
    await fail('ups.forbidden');
    await tell();
    await succeed();
    for (let look = 0; look < 3; look += 1) await tell();
    expect(await types()).toEqual(['connection.unhealthy', 'connection.recovered']);
    expect((await told())[1]?.data).toEqual(ofConnection);
    expect(await issues()).toMatchObject([{ status: 'resolved', count: 1 }]);
    await fail();
    await tell();
    expect(await types()).toEqual(['connection.unhealthy', 'connection.recovered', 'connection.unhealthy']);
    expect(await issues()).toMatchObject([{ status: 'open', count: 2 }]);
  });

  it('is told of once by several who look at the same time', async () => {
    await fail();
    await Promise.all(Array.from({ length: 6 }, () => tellConnection(store, connection)));
    expect(await types()).toEqual(['connection.unhealthy']);
    expect(await issues()).toMatchObject([{ count: 1 }]);
  });

  it('is told of with the work that failed, before anybody looks', async () => {
    const failure = new Failure('misconfigured', 'ups.unauthorized', 'UPS refused the key');
    const payload = { merchantId, connectionId: connection.id };
    for (const entryId of ['one', 'two']) await bury(store, { entryId, job: 'parcel-ask', payload, failure });
    expect(await types()).toEqual(['connection.unhealthy']);
  });

  it('is told of as little as it says itself: no setting, no answer', async () => {
    await fail();
    await tell();
    expect(JSON.stringify([await told(), await issues()])).not.toContain('s3cr3t');
  });

  it('leaves no issue open when it is deleted', async () => {
    await fail();
    await tell();
    await deleteConnection(store, connection);
    expect(await issues()).toMatchObject([{ status: 'resolved' }]);
  });
});

describe('a carrier that does not answer', () => {
  it('is told of when it is left alone, as nothing that its merchant could mend, and when it answers again', async () => {
    const down = async () => {
      await noteCarrierFailure(store, connection.id, { isLasting: false });
      await commit(store, { writes: failureWrites(store, connection.id, 'http.timeout', false) });
      await tell();
    };
    for (let failure = 0; failure < 4; failure += 1) await down();
    expect(await types()).toEqual([]);
    for (let failure = 0; failure < 3; failure += 1) await down();
    expect(await told()).toMatchObject([
      { type: 'connection.unhealthy', data: { code: 'http.timeout', source: 'ups', since: expect.any(String) } },
    ]);
    expect(await issues()).toMatchObject([{ kind: 'transient', source: 'ups' }]);
    await commit(store, { writes: carrierAnsweredWrites(store, connection.id) });
    await tell();
    expect(await types()).toEqual(['connection.unhealthy', 'connection.recovered']);
  });
});

it('a connection that failed, but not for its key, is told of to nobody', async () => {
  await commit(store, { writes: failureWrites(store, connection.id, 'http.timeout', false) });
  await tell();
  expect(await types()).toEqual([]);
});
