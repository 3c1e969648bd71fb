import type { Redis } from 'ioredis';

/** Every value of a database, byte by byte, under its key; the key's name is the first of them. */
export async function* bytesIn(client: Redis): AsyncGenerator<{ key: string; parts: Buffer[] }> {
  for (const key of (await client.keys('*')).toSorted()) {
    yield { key, parts: [Buffer.from(key), ...(await readBytes(client, key))] };
  }
}

async function readBytes(client: Redis, key: string): Promise<Buffer[]> {
  const type = await client.type(key);
  switch (type) {
    case 'none':
      return []; // Its time was over between the two.
    case 'string':
      return [(await client.getBuffer(key)) ?? Buffer.alloc(0)];
    case 'hash':
      return Object.entries(await client.hgetallBuffer(key)).flatMap(([field, value]) => [Buffer.from(field), value]);
    case 'list':
      return client.lrangeBuffer(key, 0, -1);
    case 'set':
      return client.smembersBuffer(key);
    case 'zset':
      return client.zrangeBuffer(key, '0', '-1');
    case 'stream':
      return (await client.xrangeBuffer(key, '-', '+')).flatMap(([, fields]) => fields);
    default:
      throw new Error(`${key} is a ${type}, which nobody looked into`);
  }
}
