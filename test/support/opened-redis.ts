import type { Redis } from 'ioredis';
import { zstdDecompressSync } from 'node:zlib';
import type { Sealer } from '../../src/platform/secrets.ts';
import type { StoreDeps } from '../../src/store/deps.ts';
import { everythingIn } from '../store/everything-in-redis.ts';

const sealedPattern = /1\.[\w.-]+/g;
const zstdMagic = Buffer.from([0x28, 0xb5, 0x2f, 0xfd]);

/**
 * Which keys hold one of these words, in clear or in anything that the master keys can open: as somebody finds them who has
 * Redis and the keys. What lies there sealed is tried with every key there is, under every context that it may be sealed for.
 */
export async function whereOpened(
  client: Redis,
  store: Pick<StoreDeps, 'keys' | 'keyring'>,
  words: readonly string[],
): Promise<string[]> {
  const everything = await everythingIn(client);
  const orderIds = [...everything.keys()].flatMap((key) => idIn(key, 'order'));
  const sealers = [store.keyring, ...(await Promise.all(orderIds.map((id) => findDataKey(client, store, id)))).flat()];
  const found: string[] = [];
  for (const [key, value] of everything) {
    const contexts = [
      key,
      ...idIn(key, 'inbox').map((id) => `inbox:${id}`),
      ...idIn(key, 'order').map((id) => `order:${id}`),
      ...(value.match(/con_[0-9a-z]{26}/g) ?? []).map((id) => `connection:${id}`),
    ];
    const opened = (value.match(sealedPattern) ?? []).flatMap((sealed) => openAny(sealers, sealed, contexts));
    const texts = [key, value, ...opened];
    for (const word of words) if (texts.some((text) => text.includes(word))) found.push(`${word} in ${key}`);
  }
  return found;
}

const idIn = (key: string, kind: 'order' | 'inbox'): string[] => key.match(new RegExp(`(?<=:${kind}:)\\w+$`)) ?? [];

async function findDataKey(
  client: Redis,
  { keys, keyring }: Pick<StoreDeps, 'keys' | 'keyring'>,
  orderId: string,
): Promise<Sealer[]> {
  const wrapped = await client.hget(keys.order(orderId), 'key');
  return wrapped === null ? [] : [keyring.unwrapDataKey(wrapped, `order:${orderId}`)];
}

const openAny = (sealers: readonly Sealer[], sealed: string, contexts: readonly string[]): string[] =>
  sealers.flatMap((sealer) =>
    contexts.flatMap((context) => {
      try {
        const bytes = Buffer.from(sealer.open(sealed, context));
        const isPacked = zstdMagic.equals(bytes.subarray(0, zstdMagic.length));
        return [(isPacked ? zstdDecompressSync(bytes) : bytes).toString()];
      } catch {
        return [];
      }
    }),
  );
