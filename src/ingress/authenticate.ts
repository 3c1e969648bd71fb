import { timingSafeEqual } from 'node:crypto';
import { digest, type StoreDeps } from '../store/deps.ts';
import {
  findApiKey,
  findApiKeyHolder,
  noteApiKeyUsed,
  readMerchant,
  type ApiKeyHolder,
  type ApiKeyScope,
} from '../store/merchants.ts';
import { checkGeneration } from './check-generation.ts';
import type { IngressDeps } from './deps.ts';
import { makeRefusal } from './problem.ts';
import { reasonOf } from '../platform/redis-away.ts';
import { rememberFor } from '../platform/remember.ts';

/** A merchant, and where its data lies. */
export interface Tenant {
  merchantId: string;
  store: StoreDeps;
}

/** Who asks. */
export interface Caller {
  keyId: string;
  scopes: readonly ApiKeyScope[];
  /** The one carrier that it speaks for; absent: for all. */
  carrier?: string | undefined;
  /** The merchant that the key belongs to; null for the configuration's admin key, which belongs to none. */
  merchantId: string | null;
}

export interface Authenticator {
  /** Who holds the key in `Authorization`. Throws `auth.missing`, `auth.invalid`, or `redis.generation`. */
  identify(authorization: string | undefined): Promise<Caller>;
  /** Whom a token speaks for that we gave to the holder of this key. Throws as `identify` does. */
  identifyHolder(merchantId: string, keyId: string): Promise<Caller>;
  /** The merchant that a request is about: the key's own, or for admins the one in `Packline-Merchant`. */
  tenantOf(caller: Caller, named: string | undefined): Promise<Tenant>;
}

/** How long a look-up is believed, and therefore how late a revocation may be. */
const believedMs = 2_000;
const usedNotedEveryMs = 60_000;
const cachedMax = 10_000;

/** Scopes that hold others: whoever may act may also look, and an admin may do all. */
const heldScopes: Record<ApiKeyScope, readonly ApiKeyScope[]> = {
  read: ['read'],
  operate: ['operate', 'read'],
  carrier: ['carrier'],
  admin: ['admin', 'operate', 'read', 'carrier'],
};
export const mayAct = (caller: Caller, scope: ApiKeyScope): boolean =>
  caller.scopes.some((held) => heldScopes[held].includes(scope));

/** Refuses the key of one merchant what is about all of them; an admin's may do all. */
export function requireInstallation(caller: Caller | null): void {
  if (caller === null || caller.merchantId === null || caller.scopes.includes('admin')) return;
  throw makeRefusal('auth.installation', 'this is about all merchants; a key of one may not do it');
}

export function createAuthenticator(deps: IngressDeps): Authenticator {
  const { redis, clock, log } = deps;
  const admin: Caller = { keyId: 'admin', scopes: ['admin'], merchantId: null };
  const callers = rememberFor<Caller>(clock, believedMs);
  const tenants = rememberFor<Tenant>(clock, believedMs);
  const notedMs = new Map<string, number>();

  const isAdminKey = (keyDigest: string): boolean => {
    if (deps.adminKeyDigest === null) return false;
    const [given, wanted] = [Buffer.from(keyDigest), Buffer.from(deps.adminKeyDigest)];
    return given.length === wanted.length && timingSafeEqual(given, wanted);
  };

  /** At most once a minute and key, and never in the way of the request. */
  const noteUsed = (holder: ApiKeyHolder): void => {
    const nowMs = clock.now();
    if (nowMs - (notedMs.get(holder.keyId) ?? -Infinity) < usedNotedEveryMs) return;
    if (notedMs.size >= cachedMax) notedMs.clear();
    notedMs.set(holder.keyId, nowMs);
    noteApiKeyUsed({ redis, clock }, holder).catch((error: unknown) =>
      log.debug({ reason: reasonOf(error), keyId: holder.keyId }, 'apiKey.useNotNoted'),
    );
  };

  return {
    async identify(authorization) {
      const [, key] = /^Bearer +([\x21-\x7e]{1,512})$/i.exec(authorization ?? '') ?? [];
      if (key === undefined) throw makeRefusal('auth.missing', 'send `Authorization: Bearer <key>`');
      const keyDigest = digest(key);
      const known = callers.get(keyDigest);
      if (known !== undefined) return known;
      if (isAdminKey(keyDigest)) return callers.set(keyDigest, admin);
      const holder = await findApiKey({ redis, clock }, key);
      if (holder === null) {
        // A Redis that came back empty knows no key at all; telling everybody that theirs is wrong would be a lie.
        await checkGeneration(deps);
        throw makeRefusal('auth.invalid', 'this API key does not exist');
      }
      noteUsed(holder);
      return callers.set(keyDigest, holder);
    },

    async identifyHolder(merchantId, keyId) {
      const name = `${merchantId} ${keyId}`;
      const known = callers.get(name);
      if (known !== undefined) return known;
      const holder = await findApiKeyHolder({ redis, clock }, merchantId, keyId);
      if (holder === null) {
        await checkGeneration(deps);
        throw makeRefusal('auth.invalid', 'the API key of this token was revoked');
      }
      noteUsed(holder);
      return callers.set(name, holder);
    },

    async tenantOf(caller, named) {
      const isAdmin = caller.scopes.includes('admin');
      if (!isAdmin && named !== undefined && named !== caller.merchantId) {
        throw makeRefusal('auth.merchant_forbidden', 'this key belongs to another merchant');
      }
      const merchantId = named ?? caller.merchantId;
      if (merchantId === null) throw makeRefusal('auth.merchant_required', 'name a merchant in Packline-Merchant');
      const known = tenants.get(merchantId);
      if (known !== undefined) return known;
      const merchant = await readMerchant({ redis, clock }, merchantId);
      if (merchant === null) {
        await checkGeneration(deps);
        throw makeRefusal('merchant.not_found', 'no such merchant');
      }
      return tenants.set(merchantId, { merchantId, store: deps.shard(merchant.shard) });
    },
  };
}
