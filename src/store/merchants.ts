import { randomBytes } from 'node:crypto';
import { toInstant, type Clock } from '../platform/clock.ts';
import type { RedisClient } from '../platform/redis.ts';
import { digest, newId } from './deps.ts';
import { merchantLane } from './entries.ts';
import { createKeys, globalKeys } from './keys.ts';
import { parseStored } from './stored-json.ts';

/** A tenant. `shard` says under which tag all its data lies. */
export interface Merchant {
  schema: 1;
  id: string;
  name: string;
  shard: number;
  createdAt: string;
  updatedAt: string;
}

export const apiKeyScopes = ['read', 'operate', 'carrier', 'admin'] as const;
export type ApiKeyScope = (typeof apiKeyScopes)[number];

/** A key as it is listed: the key itself was shown once and is kept only as its digest. */
export interface ApiKey {
  id: string;
  merchantId: string;
  name: string;
  scopes: readonly ApiKeyScope[];
  /** The one carrier (its slug) that it speaks for; absent: for all. */
  carrier?: string | undefined;
  /** The first characters, so that people can tell keys apart. */
  prefix: string;
  createdAt: string;
  lastUsedAt: string | null;
}

/** Whom a presented key stands for. */
export interface ApiKeyHolder {
  keyId: string;
  merchantId: string;
  scopes: readonly ApiKeyScope[];
  carrier?: string | undefined;
}

interface GlobalDeps {
  redis: RedisClient;
  clock: Clock;
}

/**
 * So much of a merchant's own work is handed over at once: less than a worker has places, so that another merchant's finds
 * one free, and more than processors keep busy.
 */
const merchantInflightMax = 32;

export async function createMerchant({ redis, clock }: GlobalDeps, name: string, shard: number): Promise<Merchant> {
  const at = toInstant(clock.now());
  const merchant: Merchant = { schema: 1, id: newId('merchant', clock), name, shard, createdAt: at, updatedAt: at };
  await redis.hset(globalKeys.merchants, merchant.id, JSON.stringify(merchant));
  const { tag, merchants } = createKeys(shard);
  await redis.hset(`${tag}:lane-state:${merchantLane(merchant.id)}`, 'cap', merchantInflightMax);
  await redis.sadd(merchants, merchant.id);
  return merchant;
}

export async function readMerchant({ redis }: GlobalDeps, merchantId: string): Promise<Merchant | null> {
  const doc = await redis.hget(globalKeys.merchants, merchantId);
  return doc === null ? null : parseStored<Merchant>(doc);
}

export async function renameMerchant(deps: GlobalDeps, merchant: Merchant, name: string): Promise<Merchant> {
  const renamed = { ...merchant, name, updatedAt: toInstant(deps.clock.now()) };
  await deps.redis.hset(globalKeys.merchants, merchant.id, JSON.stringify(renamed));
  return renamed;
}

/** All merchants, in the order they were made. */
export async function listMerchants({ redis }: Pick<GlobalDeps, 'redis'>): Promise<Merchant[]> {
  const docs = await redis.hvals(globalKeys.merchants);
  return docs.map((doc) => parseStored<Merchant>(doc)).sort((a, b) => (a.id < b.id ? -1 : 1));
}

/** Makes a key. `secret` is the key itself: it is shown to its owner once and never again. */
export async function createApiKey(
  { redis, clock }: GlobalDeps,
  merchantId: string,
  request: Pick<ApiKey, 'name' | 'scopes' | 'carrier'>,
): Promise<{ apiKey: ApiKey; secret: string }> {
  const secret = `pl_${randomBytes(32).toString('base64url')}`;
  const keyDigest = digest(secret);
  const apiKey: ApiKey = {
    id: newId('apiKey', clock),
    merchantId,
    name: request.name,
    scopes: request.scopes,
    ...(request.carrier === undefined ? {} : { carrier: request.carrier }),
    prefix: secret.slice(0, 9),
    createdAt: toInstant(clock.now()),
    lastUsedAt: null,
  };
  const holder: ApiKeyHolder = { keyId: apiKey.id, merchantId, scopes: request.scopes, carrier: request.carrier };
  await redis
    .multi()
    .hset(globalKeys.apiKeys(merchantId), apiKey.id, JSON.stringify({ ...apiKey, digest: keyDigest }))
    .set(globalKeys.apiKey(keyDigest), JSON.stringify(holder))
    .exec();
  return { apiKey, secret };
}

export async function listApiKeys({ redis }: GlobalDeps, merchantId: string): Promise<ApiKey[]> {
  const [docs, used] = await Promise.all([
    redis.hvals(globalKeys.apiKeys(merchantId)),
    redis.hgetall(`${globalKeys.apiKeys(merchantId)}:used`),
  ]);
  return docs
    .map((doc) => {
      const { digest: _, ...apiKey } = parseStored<ApiKey & { digest: string }>(doc);
      return { ...apiKey, lastUsedAt: used[apiKey.id] ?? null };
    })
    .sort((a, b) => (a.id < b.id ? -1 : 1));
}

/** False when there was no such key. */
export async function revokeApiKey({ redis }: GlobalDeps, merchantId: string, keyId: string): Promise<boolean> {
  const doc = await redis.hget(globalKeys.apiKeys(merchantId), keyId);
  if (doc === null) return false;
  const { digest: keyDigest } = parseStored<{ digest: string }>(doc);
  await redis
    .multi()
    .del(globalKeys.apiKey(keyDigest))
    .hdel(globalKeys.apiKeys(merchantId), keyId)
    .hdel(`${globalKeys.apiKeys(merchantId)}:used`, keyId)
    .exec();
  return true;
}

/** Who holds this key; null when nobody does. The look-up is by digest, so it takes no longer for a near miss. */
export async function findApiKey({ redis }: GlobalDeps, secret: string): Promise<ApiKeyHolder | null> {
  const doc = await redis.get(globalKeys.apiKey(digest(secret)));
  return doc === null ? null : parseStored<ApiKeyHolder>(doc);
}

/** Who holds the key with this id; null once it is revoked. */
export async function findApiKeyHolder(
  { redis }: GlobalDeps,
  merchantId: string,
  keyId: string,
): Promise<ApiKeyHolder | null> {
  const doc = await redis.hget(globalKeys.apiKeys(merchantId), keyId);
  if (doc === null) return null;
  const { scopes, carrier } = parseStored<ApiKey>(doc);
  return { keyId, merchantId, scopes, carrier };
}

export async function noteApiKeyUsed({ redis, clock }: GlobalDeps, holder: ApiKeyHolder): Promise<void> {
  await redis.hset(`${globalKeys.apiKeys(holder.merchantId)}:used`, holder.keyId, toInstant(clock.now()));
}
