import type { Redis } from 'ioredis';

/** Every key of this database with all that lies under it, as text: for looking for what must not be there. */
export async function everythingIn(client: Redis): Promise<Map<string, string>> {
  const keys = (await client.keys('*')).toSorted();
  const values = await Promise.all(keys.map((key) => readAny(client, key)));
  return new Map(keys.map((key, index) => [key, JSON.stringify(values[index])]));
}

async function readAny(client: Redis, key: string): Promise<unknown> {
  const type = await client.type(key);
  switch (type) {
    case 'string':
      return client.get(key);
    case 'hash':
      // A hash that grows changes the order of its fields from one look to the next.
      return Object.fromEntries(Object.entries(await client.hgetall(key)).toSorted(([a], [b]) => (a < b ? -1 : 1)));
    case 'list':
      return client.lrange(key, 0, -1);
    case 'set':
      return (await client.smembers(key)).toSorted();
    case 'zset':
      return client.zrange(key, '0', '-1', 'WITHSCORES');
    case 'stream':
      return client.xrange(key, '-', '+');
    case 'none':
      return null; // Gone meanwhile: others are at work in it.
    default:
      throw new Error(`${key} is a ${type}, which nobody looked into`);
  }
}

/** Which keys hold one of these words, in their name or their value. */
export async function whereIs(client: Redis, words: readonly string[]): Promise<string[]> {
  const everything = await everythingIn(client);
  return [...everything].flatMap(([key, value]) =>
    words.filter((word) => key.includes(word) || value.includes(word)).map((word) => `${word} in ${key}`),
  );
}
