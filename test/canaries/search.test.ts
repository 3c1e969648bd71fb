import { deflateSync, gzipSync, zstdCompressSync } from 'node:zlib';
import { afterAll, describe, expect, test } from 'vitest';
import { testRedis } from '../support/redis.ts';
import { makePersons, makeSecrets } from './canaries.ts';
import { bytesIn } from './redis-bytes.ts';
import { makeSearch, type Sighting } from './search.ts';

const persons = makePersons({
  name: 'Zoë O’Kanarienvogel',
  phone: '+61 491 570 156',
  email: 'goldammer@nachtigall.example',
  street: 'Rotkehlchenstraße "B" & Co',
});
const key = 'whsec_Qm9qaWtlUmVpc2VuYnVyZ2VyU3RhYmhvY2hzcHJpbmdlcg==';
const search = makeSearch([...persons.canaries, ...makeSecrets({ key })]);
const { client } = await testRedis();
afterAll(() => client.flushdb());

const names = (sightings: readonly Sighting[]): string[] => [...new Set(sightings.map(({ canary }) => canary))];
const found = (content: string | Uint8Array): string[] => names(search.in('here', content));
const { name, phone, email, street } = persons.values;
const base64 = (text: string): string => Buffer.from(text).toString('base64');

describe('a canary is found', () => {
  test.each<[string, string | Uint8Array, string]>([
    ['as it is', `to ${name}, quickly`, 'name'],
    ['by its surname alone', 'Dear Ms Kanarienvogel', 'name'],
    ['in capitals', name.toUpperCase(), 'name'],
    ['without its accents', 'zoe o’kanarienvogel', 'name'],
    ['with accents of their own', name.normalize('NFD'), 'name'],
    ['in JSON', JSON.stringify({ a: { street } }), 'street'],
    ['in JSON in JSON', JSON.stringify({ a: JSON.stringify({ street }) }), 'street'],
    ['in JSON that is ASCII', 'Rotkehlchenstra\\u00dfe', 'street'],
    ['in a URL', `/find?q=${encodeURIComponent(email)}`, 'email'],
    ['in a URL in a URL', `/to?url=${encodeURIComponent(`/find?q=${encodeURIComponent(email)}`)}`, 'email'],
    ['in a form', new URLSearchParams({ street }).toString(), 'street'],
    ['in HTML', '<p>Rotkehlchenstraße &quot;B&quot; &amp; Co</p>', 'street'],
    ['in base64', base64(name), 'name'],
    ['in base64 with a letter before it', base64(`x${name}`), 'name'],
    ['in base64 with two letters before it', base64(`xy${name}`), 'name'],
    ['in the middle of base64 of JSON', base64(JSON.stringify({ n: 1, name, m: 2 })), 'name'],
    ['in base64url', Buffer.from(`{"street":"${street}"}`).toString('base64url'), 'street'],
    ['in base64, in lower case', base64(email.toLowerCase()), 'email'],
    ['in hexadecimal', Buffer.from(name).toString('hex').toUpperCase(), 'name'],
    ['read in the wrong character set', Buffer.from(name).toString('latin1'), 'name'],
    ['as digits alone', 'call 61491570156 now', 'phone'],
    ['as bytes', Buffer.concat([Buffer.from([0xff, 0x00]), Buffer.from(phone)]), 'phone'],
    ['under zstd', zstdCompressSync(Buffer.from(name.repeat(50))), 'name'],
    ['under gzip', gzipSync(Buffer.from(name)), 'name'],
    ['under deflate', deflateSync(Buffer.from(name)), 'name'],
    ['under zstd in base64', `1.${zstdCompressSync(Buffer.from(name)).toString('base64url')}`, 'name'],
    ['under gzip under zstd', zstdCompressSync(gzipSync(Buffer.from(name))), 'name'],
    ['by the first half of a secret', `${key.slice(0, 24)}…`, 'key'],
    ['by the last half of a secret', `…${key.slice(-18)}`, 'key'],
    ['as an Authorization header', `Basic ${base64(`user:${key}`)}`, 'key'],
  ])('%s', (_how, content, canary) => {
    expect(found(content)).toEqual([canary]);
  });

  test('in every kind of value that Redis has, and in the names of keys and fields', async () => {
    await client.set('string', name);
    await client.set(`key of ${name}`, '');
    await client.hset('hash', 'field', name);
    await client.hset('field', name, '');
    await client.rpush('list', 'nobody', name);
    await client.sadd('set', name);
    await client.zadd('zset', 1, name);
    await client.xadd('stream', '*', 'field', name);
    await client.set('packed', zstdCompressSync(Buffer.from(name.repeat(50))));
    await client.set('clean', 'nobody');
    const places: string[] = [];
    for await (const { key: at, parts } of bytesIn(client)) {
      if (parts.some((part) => search.in(at, part).length > 0)) places.push(at);
    }
    expect(places.toSorted()).toEqual(
      ['field', 'hash', `key of ${name}`, 'list', 'packed', 'set', 'stream', 'string', 'zset'].toSorted(),
    );
  });
});

describe('nothing is found', () => {
  test.each([
    ['', ''],
    ['in text about others', 'Zoë and her bird went to the street; call +61 491 570 000'],
    [
      'in random bytes',
      base64(Array.from({ length: 5_000 }, (_, n) => String.fromCharCode((n * 7919) % 256)).join('')),
    ],
    ['in what only begins like something compressed', Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 1, 2, 3])],
  ])('%s', (_where, content) => {
    expect(found(content)).toEqual([]);
  });
});

test('a canary that is too short to be looked for is refused', () => {
  expect(() => makeSearch(makePersons({ floor: '4' }).canaries)).toThrow('floor');
});
