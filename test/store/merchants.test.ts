import { beforeEach, describe, expect, it } from 'vitest';
import {
  createApiKey,
  createMerchant,
  findApiKey,
  listApiKeys,
  listMerchants,
  noteApiKeyUsed,
  readMerchant,
  renameMerchant,
  revokeApiKey,
} from '../../src/store/merchants.ts';
import { createFakeClock } from '../support/fake-clock.ts';
import { testRedis } from '../support/redis.ts';
import { everythingIn, whereIs } from './everything-in-redis.ts';

const { client } = await testRedis();
const clock = createFakeClock();
const deps = { redis: client, clock };
beforeEach(async () => {
  await client.flushdb();
});

describe('a merchant', () => {
  it('keeps its shard through a change of name, and all are listed in the order they were made', async () => {
    const first = await createMerchant(deps, 'First Market', 0);
    clock.advance(1);
    const second = await createMerchant(deps, 'Second Market', 1);
    clock.advance(1);
    const renamed = await renameMerchant(deps, first, 'Renamed');
    expect(renamed).toEqual({ ...first, name: 'Renamed', updatedAt: new Date(clock.now()).toISOString() });
    expect(await readMerchant(deps, first.id)).toEqual(renamed);
    expect(await listMerchants(deps)).toEqual([renamed, second]);
    expect(await readMerchant(deps, 'mer_unknown')).toBeNull();
  });
});

describe('an API key', () => {
  const request = { name: 'till', scopes: ['read', 'operate'] } as const;

  it('is known by what it is, and nobody can read it out of Redis', async () => {
    const { apiKey, secret } = await createApiKey(deps, 'mer_1', request);
    expect(secret).toMatch(/^pl_[\w-]{43}$/);
    expect(await findApiKey(deps, secret)).toEqual({ keyId: apiKey.id, merchantId: 'mer_1', scopes: request.scopes });
    expect(await whereIs(client, [secret, secret.slice(9)])).toEqual([]);
    expect(await findApiKey(deps, `${secret.slice(0, -1)}${secret.endsWith('A') ? 'B' : 'A'}`)).toBeNull();
  });

  it('is listed without itself or its digest, with the moment it was last used', async () => {
    const { apiKey, secret } = await createApiKey(deps, 'mer_1', request);
    expect(await listApiKeys(deps, 'mer_1')).toEqual([apiKey]);
    expect(apiKey).toMatchObject({ prefix: secret.slice(0, 9), lastUsedAt: null });
    clock.advance(1_000);
    const holder = await findApiKey(deps, secret);
    if (holder !== null) await noteApiKeyUsed(deps, holder);
    expect(await listApiKeys(deps, 'mer_1')).toEqual([{ ...apiKey, lastUsedAt: new Date(clock.now()).toISOString() }]);
  });

  it('opens nothing once it is revoked, and leaves nothing behind', async () => {
    const { apiKey, secret } = await createApiKey(deps, 'mer_1', request);
    await noteApiKeyUsed(deps, { keyId: apiKey.id, merchantId: 'mer_1', scopes: request.scopes });
    expect(await revokeApiKey(deps, 'mer_2', apiKey.id)).toBe(false);
    expect(await findApiKey(deps, secret)).not.toBeNull();
    expect(await revokeApiKey(deps, 'mer_1', apiKey.id)).toBe(true);
    expect(await findApiKey(deps, secret)).toBeNull();
    expect(await revokeApiKey(deps, 'mer_1', apiKey.id)).toBe(false);
    expect(await everythingIn(client)).toEqual(new Map());
  });

  it('does not fall with another key of its merchant', async () => {
    const [one, two] = [await createApiKey(deps, 'mer_1', request), await createApiKey(deps, 'mer_1', request)];
    await revokeApiKey(deps, 'mer_1', one.apiKey.id);
    expect(await findApiKey(deps, two.secret)).toMatchObject({ keyId: two.apiKey.id });
  });
});
