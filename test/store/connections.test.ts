import { beforeEach, describe, expect, it } from 'vitest';
import { commit } from '../../src/store/commit.ts';
import {
  createConnection,
  deleteConnection,
  failureWrites,
  findToken,
  listConnections,
  openConnection,
  readConnection,
  readHealth,
  rotateToken,
  successWrites,
  tokenOverlapSeconds,
  updateConnection,
} from '../../src/store/connections.ts';
import { acceptIntoDelta, countDelta, fingerprintBytes, sweepDeltas } from '../../src/store/delta.ts';
import { digest, type StoreDeps } from '../../src/store/deps.ts';
import { globalKeys } from '../../src/store/keys.ts';
import { createFakeClock } from '../support/fake-clock.ts';
import { testRedis } from '../support/redis.ts';
import { createTestStore } from '../support/test-store.ts';
import { sampleMerchantId as merchantId } from './accept-sample.ts';
import { everythingIn, whereIs } from './everything-in-redis.ts';
import { present } from './present.ts';

const { client } = await testRedis();
const clock = createFakeClock();
let store: StoreDeps;
beforeEach(async () => {
  await client.flushdb();
  store = await createTestStore(client, clock);
});

const settings = { apiKey: 'nash-key-canary', webhookSecret: 'whsec_canary' };
const create = (name = 'Nash') =>
  createConnection(store, merchantId, { connector: 'nash', kind: 'fulfilment', name, routing: [], settings });
const again = async (id: string) => present(await readConnection(store, merchantId, id));

describe('a connection', () => {
  it('keeps its settings and its inbound token sealed, and opens to them', async () => {
    const connection = await create();
    const opened = openConnection(store, await again(connection.id));
    expect(opened).toEqual({ settings, token: expect.stringMatching(/^[\w-]{32}$/) });
    expect(await whereIs(client, ['canary', opened.token])).toEqual([]);
  });

  it('cannot be opened with what another connection has sealed', async () => {
    const [one, two] = [await create(), await create()];
    expect(() => openConnection(store, { ...one, sealed: two.sealed })).toThrow(
      expect.objectContaining({ code: 'secrets.cannot_open' }),
    );
  });

  it('takes what is known of its partner with it when it is deleted', async () => {
    const connection = await create();
    const at = { connectionId: connection.id, kind: 'inventory' } as const;
    await acceptIntoDelta(store, at, Buffer.alloc(fingerprintBytes, 1));
    expect(await countDelta(store, at)).toBe(1);
    await deleteConnection(store, connection);
    expect(await countDelta(store, at)).toBe(0);
    await sweepDeltas(store);
    expect(await client.keys(`${store.keys.delta(connection.id, 'inventory')}:*`)).toEqual([]);
  });

  it("is its merchant's only, and listed in the order in which they were made", async () => {
    const first = await create('first');
    clock.advance(1);
    const second = await create('second');
    expect(await readConnection(store, `mer_${'1'.repeat(26)}`, first.id)).toBeNull();
    expect((await listConnections(store, merchantId)).map(({ id }) => id)).toEqual([first.id, second.id]);
  });

  it('keeps its inbound URL when its settings change, and its settings when its name does', async () => {
    const connection = await create();
    const { token } = openConnection(store, connection);
    const other = { ...settings, apiKey: 'other' };
    const updated = present(await updateConnection(store, connection, { settings: other }));
    expect(openConnection(store, updated)).toEqual({ settings: other, token });
    const renamed = present(await updateConnection(store, updated, { name: 'renamed', paused: true }));
    expect(await again(connection.id)).toMatchObject({ name: 'renamed', paused: true });
    expect(openConnection(store, renamed)).toEqual({ settings: other, token });
  });

  it('is found by its token, and by no other', async () => {
    const connection = await create();
    const { token } = openConnection(store, connection);
    const holder = { merchantId, connectionId: connection.id, shard: 0 };
    expect(await findToken(client, token)).toEqual(holder);
    expect(await findToken(client, `${token}x`)).toBeNull();
    await deleteConnection(store, connection);
    expect(await findToken(client, token)).toBeNull();
    expect(await readConnection(store, merchantId, connection.id)).toBeNull();
  });

  it('takes hooks at its old URL for a day after a rotation', async () => {
    const connection = await create();
    const old = openConnection(store, connection).token;
    const rotated = present(await rotateToken(store, connection));
    const { token: fresh, settings: kept } = openConnection(store, rotated);
    expect(kept).toEqual(settings);
    expect(fresh).not.toBe(old);
    const holder = { merchantId, connectionId: connection.id, shard: 0 };
    expect(await findToken(client, old)).toEqual(holder);
    expect(await findToken(client, fresh)).toEqual(holder);
    const secondsLeft = await client.ttl(globalKeys.token(digest(old)));
    expect(secondsLeft).toBeGreaterThan(tokenOverlapSeconds - 60);
    expect(secondsLeft).toBeLessThanOrEqual(24 * 3600);
    expect(await client.ttl(globalKeys.token(digest(fresh)))).toBe(-1);
  });

  it('does not lose its new URL to a change of its name that began before the rotation', async () => {
    const connection = await create();
    const { token } = openConnection(store, present(await rotateToken(store, connection)));
    await updateConnection(store, connection, { name: 'renamed' });
    expect(openConnection(store, await again(connection.id)).token).toBe(token);
  });

  it('that was deleted does not come back by a change or a rotation that began before, nor gets another URL', async () => {
    const connection = await create();
    await deleteConnection(store, connection);
    const before = await everythingIn(client);
    expect(await updateConnection(store, connection, { name: 'renamed' })).toBeNull();
    expect(await rotateToken(store, connection)).toBeNull();
    expect(await everythingIn(client)).toEqual(before);
  });

  it('takes all of the changes that are made to it at once', async () => {
    const connection = await create();
    await Promise.all([
      updateConnection(store, connection, { name: 'renamed' }),
      updateConnection(store, connection, { paused: true }),
      updateConnection(store, connection, { settings: { apiKey: 'other' } }),
    ]);
    const after = await again(connection.id);
    expect(after).toMatchObject({ name: 'renamed', paused: true });
    expect(openConnection(store, after).settings).toEqual({ apiKey: 'other' });
  });
});

describe('the health of a connection', () => {
  const fail = (code: string, broken: boolean) =>
    commit(store, { writes: failureWrites(store, 'con_1', code, broken) });
  const succeed = () => commit(store, { writes: successWrites(store, 'con_1') });
  const at = () => new Date(clock.now()).toISOString();

  it('is unknown before the first call', async () => {
    expect(await readHealth(store, 'con_1')).toEqual({
      lastSuccessAt: null,
      lastFailureAt: null,
      lastFailureCode: null,
      unhealthySince: null,
      tokenAt: null,
    });
  });

  it('says when and how it last failed, which is not to say that it is broken', async () => {
    await fail('nash.refused', false);
    expect(await readHealth(store, 'con_1')).toMatchObject({
      lastFailureAt: at(),
      lastFailureCode: 'nash.refused',
      unhealthySince: null,
    });
  });

  it('is broken since the first refusal of its credentials, until a success', async () => {
    const since = at();
    await fail('nash.unauthorized', true);
    clock.advance(60_000);
    await fail('nash.unauthorized', true);
    expect(await readHealth(store, 'con_1')).toMatchObject({ lastFailureAt: at(), unhealthySince: since });
    clock.advance(60_000);
    await succeed();
    expect(await readHealth(store, 'con_1')).toMatchObject({ lastSuccessAt: at(), unhealthySince: null });
  });
});
