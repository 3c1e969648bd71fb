import type { Redis } from 'ioredis';
import { zstdDecompressSync } from 'node:zlib';
import type { Sealer } from '../../src/platform/secrets.ts';
import type { StoreDeps } from '../../src/store/deps.ts';
import { everythingIn } from '../store/everything-in-redis.ts';

type Keys = Pick<StoreDeps, 'keys' | 'keyring'>;

/** What one Redis key holds, as somebody reads it who has Redis and the master keys. */
export interface Opened {
  key: string;
  /** Its name, its value, and what is sealed in it. */
  texts: readonly string[];
  /** What is sealed in it and cannot be opened any more. */
  closed: readonly string[];
}

/** Sealed by a master key (its id stands in it), or by the key of one order or service. */
const sealedPattern = /(?<![\w.-])1\.(?:([\w-]{1,64})\.)?[\w-]{38,}(?![\w.-])/g;
const idPattern = /(?<![a-z])[a-z]{2,4}_[0-9a-z]{26}/g;
const zstdMagic = Buffer.from([0x28, 0xb5, 0x2f, 0xfd]);

/** All of Redis, opened: each sealed value is tried under every context that its place may stand for. */
export async function openEverything(client: Redis, store: Keys): Promise<Opened[]> {
  const everything = await everythingIn(client);
  const dataKeys = await findDataKeys(client, store, [...everything.keys()]);
  return [...everything].map(([key, value]) => {
    const contexts = contextsOf(key, value);
    const texts: string[] = [];
    const closed: string[] = [];
    for (const [sealed, masterKeyId] of value.matchAll(sealedPattern)) {
      const sealers = masterKeyId === undefined ? dataKeys : [store.keyring];
      const opened = openAny(sealers, sealed, contexts);
      if (opened !== null) texts.push(opened);
      else if (!isDataKey(store, sealed, contexts)) closed.push(sealed);
    }
    return { key, texts: [key, value, ...texts], closed };
  });
}

/** Which keys hold one of these words, in clear or sealed. */
export async function whereOpened(client: Redis, store: Keys, words: readonly string[]): Promise<string[]> {
  return (await openEverything(client, store)).flatMap(({ key, texts }) =>
    words.filter((word) => texts.some((text) => text.includes(word))).map((word) => `${word} in ${key}`),
  );
}

const kinds = ['order', 'documents', 'courier', 'service', 'inbox', 'connection', 'positions', 'endpoint', 'attempts'];

function contextsOf(key: string, value: string): string[] {
  const ids = new Set(`${key} ${value}`.match(idPattern));
  const [, merchantId = '', number = ''] = /:parcel:(mer_\w+):(.+)$/.exec(key) ?? [];
  const carriers = number === '' ? [] : Object.keys(JSON.parse(value)).map((field) => field.replace(/:.*$/, ''));
  return [
    key,
    ...[...ids].flatMap((id) => kinds.map((kind) => `${kind}:${id}`)),
    ...carriers.map((carrier) => `parcel:${merchantId}:${carrier}:${number}`),
  ];
}

/** The keys of orders and services that are still there. */
async function findDataKeys(client: Redis, { keyring }: Keys, keys: readonly string[]): Promise<Sealer[]> {
  const holders = keys.flatMap((key) => {
    const [, context] = /:((?:order|service):[a-z]{3}_[0-9a-z]{26})$/.exec(key) ?? [];
    return context === undefined ? [] : [{ key, context }];
  });
  const found = await Promise.all(
    holders.map(async ({ key, context }) => ({ context, wrapped: await client.hget(key, 'key') })),
  );
  return found.flatMap(({ context, wrapped }) => (wrapped === null ? [] : [keyring.unwrapDataKey(wrapped, context)]));
}

function isDataKey({ keyring }: Keys, sealed: string, contexts: readonly string[]): boolean {
  return contexts.some((context) => {
    try {
      keyring.unwrapDataKey(sealed, context);
      return true;
    } catch {
      return false;
    }
  });
}

function openAny(sealers: readonly Sealer[], sealed: string, contexts: readonly string[]): string | null {
  for (const sealer of sealers) {
    for (const context of contexts) {
      try {
        const bytes = Buffer.from(sealer.open(sealed, context));
        const isPacked = zstdMagic.equals(bytes.subarray(0, zstdMagic.length));
        return (isPacked ? zstdDecompressSync(bytes) : bytes).toString();
      } catch {
        // Another key, or another place.
      }
    }
  }
  return null;
}
