/** The benchmark of the console measures over copies of orders: they have to be what orders are. */
import { expect, test, vi } from 'vitest';
import { joinWrites } from '../../bench/join-writes.ts';
import { externalIdOf, storeOrders } from '../../bench/store-orders.ts';
import { everythingIn } from '../store/everything-in-redis.ts';
import { present } from '../store/present.ts';
import { startPackline } from '../support/packline.ts';
import { testRedis } from '../support/redis.ts';
import { sampleOrder } from '../support/sample-order.ts';

/** What a finished order has no more when it is a week old, by the first word of its key. */
const pastRetention = ['about', 'applied', 'attempts', 'bull', 'deliveries', 'delivery', 'entries', 'event', 'events', 'hooks', 'idem', 'inbox', 'seen', 'sequence'] as const; // prettier-ignore

/** Where an order stands: keys with its fields and members, the order's own names left out; none where its id is not. */
function placesOf(everything: ReadonlyMap<string, string>, orderId: string): string[] {
  const places = [...everything].flatMap(([key, text]) => {
    const name = key.replace(/^\{[^}]*\}:/, '');
    if (name.startsWith('timeline:')) return name.includes(orderId) ? [name] : [];
    const value: unknown = JSON.parse(text);
    const parts = Array.isArray(value) ? value.map(String) : Object.entries(value ?? {}).map(([field, held]) => `${field} ${String(held)}`); // prettier-ignore
    // What lies under a key of its own is all of it the order's.
    const own = name.includes(orderId) ? parts.map((part) => part.split(' ')[0] ?? '') : parts.filter((part) => part.includes(orderId)); // prettier-ignore
    return own.map((part) => `${name} ${part}`);
  });
  const toPlace = (place: string): string =>
    place
      .replaceAll(orderId, '<order>')
      .replace(/^(claims:\S+):\S+ \S+ \S+\|/, '$1:<bucket> <claim> ')
      .replace(/^(partner-ids:\S+) [^\n]+\n/, '$1 <partner id> ')
      .replace(/^ref:(con_\w+):\S+/, 'ref:$1:<reference>');
  return places
    .map(toPlace)
    .filter((place) => !pastRetention.some((word) => place.startsWith(`${word} `) || place.startsWith(`${word}:`)))
    .toSorted();
}

test('a copied order stands wherever an order stands that went its way, and reads the same', async () => {
  const { url: redisUrl, client } = await testRedis();
  const packline = await startPackline({ redisUrl, sandbox: { speed: 0, picker: { stepMs: 20, outcome: 'exact' } } });
  try {
    const { merchantId } = packline;
    const call = (method: string, path: string) => packline.call(method, path);
    const posted = await packline.call('POST', '/v1/orders', sampleOrder({ externalId: 'model' }), { 'idempotency-key': 'model' }); // prettier-ignore
    const orderId = String(posted.body['id']);
    const read = async (id: string) => (await call('GET', `/v1/orders/${id}`)).body;
    await vi.waitFor(async () => expect((await read(orderId))['status']).toBe('DELIVERED'), { timeout: 30_000, interval: 100 }); // prettier-ignore
    const waiting = async () => (await client.hvals('{pl:0}:entries')).filter((entry) => entry.includes(orderId));
    await vi.waitFor(async () => expect(await waiting()).toEqual([]), { timeout: 30_000, interval: 100 });
    const store = present(packline.base.stores[0]);
    const ids = await storeOrders({ ...store, redis: client }, { merchantId, orderId, count: 3 }, () => {});
    const everything = await everythingIn(client);
    const model = placesOf(everything, orderId);
    expect(model.length).toBeGreaterThan(15);
    for (const id of ids) expect(placesOf(everything, id)).toEqual(model);

    const [first = ''] = ids;
    const { id, externalId, connections, ...rest } = await read(first);
    expect([id, externalId]).toEqual([first, externalIdOf(0)]);
    const { id: _, externalId: __, connections: ofModel, ...ofOriginal } = await read(orderId);
    expect(rest).toEqual(ofOriginal);
    expect(Object.keys(connections as object)).toEqual(Object.keys(ofModel as object));
    for (const part of ['timeline', 'shipments']) {
      const [ours, theirs] = await Promise.all([first, orderId].map((one) => call('GET', `/v1/orders/${one}/${part}`)));
      const lengthOf = ({ body }: { body: Record<string, unknown> } = { body: {} }) => (body['data'] as unknown[]).length; // prettier-ignore
      expect([part, lengthOf(ours)]).toEqual([part, lengthOf(theirs)]);
      expect(lengthOf(ours)).toBeGreaterThan(0);
    }
  } finally {
    await packline.close();
  }
}, 120_000);

test('writes to one key become one command, and what would lose its meaning is refused', () => {
  const writes = [
    ['ZADD', 'a', '0', 'x'],
    ['ZREM', 'a', 'x'],
    ['ZADD', 'b', 'GT', '1', 'x'],
    ['ZADD', 'a', '0', 'y'],
    ['ZREM', 'a', 'y'],
    ['ZADD', 'b', 'GT', '2', 'y'],
  ];
  expect(joinWrites(writes)).toEqual([
    ['ZADD', 'a', '0', 'x', '0', 'y'],
    ['ZREM', 'a', 'x', 'y'],
    ['ZADD', 'b', 'GT', '1', 'x', '2', 'y'],
  ]);
  expect(() => joinWrites([['DEL', 'a']])).toThrow('takes no more members');
});
