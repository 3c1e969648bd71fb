import { expect, test } from 'vitest';
import { fieldOf, orderPath, startOms, type OmsHarness } from './vtex-oms-harness.ts';

const queue = { visibilityTimeoutInSeconds: 240, MessageRetentionPeriodInSeconds: 345_600 };
const config = '/api/orders/feed/config';

interface Item {
  eventId: string;
  handle: string;
  domain: string;
  state: string;
  lastState: string;
  orderId: string;
  lastChange: string;
  currentChange: string;
}

const configure = (oms: OmsHarness, status = ['ready-for-handling'], body: Record<string, unknown> = {}) =>
  oms.call('POST', config, { filter: { type: 'FromWorkflow', status }, queue, ...body });
const receive = async (oms: OmsHarness, maxlot = 10): Promise<Item[]> =>
  (await oms.call('GET', `/api/orders/feed?maxlot=${maxlot}`)).body as Item[];
const commit = (oms: OmsHarness, items: readonly Item[]) =>
  oms.call('POST', '/api/orders/feed', { handles: items.map(({ handle }) => handle) });
const quantity = async (oms: OmsHarness) => fieldOf(await oms.call('GET', config), 'quantity');

test('a feed is configured, read, changed and dropped, and is 404 without a configuration', async () => {
  const oms = startOms();
  expect((await oms.call('GET', '/api/orders/feed?maxlot=10')).status).toBe(404);
  expect([(await oms.call('GET', config)).status, (await oms.call('DELETE', config)).status]).toEqual([404, 404]);
  expect(await configure(oms)).toMatchObject({ status: 200, body: '' });
  await oms.shop();
  oms.passMs(1500);
  expect((await oms.call('GET', config)).body).toEqual({
    filter: { type: 'FromWorkflow', status: ['ready-for-handling'] },
    queue: { visibilityTimeoutInSeconds: 240, messageRetentionPeriodInSeconds: 345_600 },
    quantity: 1,
    approximateAgeOfOldestMessageInSeconds: 1.5,
  });
  const other = { filter: { type: 'FromOrders', expression: 'value > 100' } };
  expect((await configure(oms, [], other)).status).toBe(200);
  expect(await receive(oms)).toHaveLength(1);
  expect((await oms.call('DELETE', config)).status).toBe(200);
  expect((await oms.call('GET', '/api/orders/feed?maxlot=10')).status).toBe(404);
});

test.each([
  ['the fields of both filters', 409, { filter: { type: 'FromWorkflow', status: [], expression: 'value > 1' } }],
  ['FromOrders and no expression', 400, { filter: { type: 'FromOrders' } }],
  ['a retention over the maximum', 400, { queue: { ...queue, MessageRetentionPeriodInSeconds: 1_209_601 } }],
  ['no retention', 400, { queue: { visibilityTimeoutInSeconds: 240 } }],
  ['no queue', 400, { queue: undefined }],
])('a feed with %s is %i', async (_what, status, body) => {
  const oms = startOms();
  expect((await configure(oms, [], body)).status).toBe(status);
});

test('without a filter every status change is an event', async () => {
  const oms = startOms();
  await configure(oms, [], { filter: undefined });
  await oms.shop();
  expect((await receive(oms)).map(({ state }) => state).sort()).toEqual(['ready-for-handling', 'window-to-cancel']);
});

test('an item says what moved, with a handle as long as a token', async () => {
  const oms = startOms();
  await configure(oms);
  const orderId = await oms.shop();
  const [item] = await receive(oms);
  expect(item).toEqual({
    eventId: expect.stringMatching(/^[0-9A-F]{32}$/),
    handle: expect.stringMatching(/^[\w-]+\.[\w-]{900,}\.[\w-]+$/),
    domain: 'Fulfillment',
    state: 'ready-for-handling',
    lastState: 'window-to-cancel',
    orderId,
    lastChange: expect.stringMatching(/^2026-01-15T01:02:03\.\d{7}Z$/),
    currentChange: expect.stringMatching(/^2026-01-15T01:02:03\.\d{7}Z$/),
  });
});

test.each(['', '?maxlot=0', '?maxlot=11', '?maxlot=all'])(
  'maxlot is required, from 1 to 10: not "%s"',
  async (query) => {
    const oms = startOms();
    await configure(oms);
    expect((await oms.call('GET', `/api/orders/feed${query}`)).status).toBe(400);
  },
);

test('an event that was read is hidden until its time is over, and comes back with another handle', async () => {
  const oms = startOms({ speed: 1 });
  await configure(oms);
  await oms.shop();
  const [first] = await receive(oms);
  expect(await receive(oms)).toEqual([]);
  expect(await quantity(oms)).toBe(1);
  oms.passMs(240_000);
  const [again] = await receive(oms);
  expect(again).toMatchObject({ eventId: first?.eventId });
  expect(again?.handle).not.toBe(first?.handle);
  expect((await commit(oms, first === undefined ? [] : [first])).status).toBe(200);
  expect(await quantity(oms)).toBe(1);
  expect(await commit(oms, again === undefined ? [] : [again])).toMatchObject({ status: 200, body: '' });
  expect(await quantity(oms)).toBe(0);
});

test('the visibility timeout can be ended by hand', async () => {
  const oms = startOms();
  await configure(oms);
  await oms.shop();
  await receive(oms);
  await oms.control('POST', '/vtex/accounts/demomarket/feed/lapse');
  expect(await receive(oms)).toHaveLength(1);
});

test('events come in lots and in no order, and each of them once when it is committed', async () => {
  const oms = startOms({ seed: 5 });
  await configure(oms);
  const made: string[] = [];
  for (let times = 0; times < 25; times += 1) made.push(await oms.shop());
  const seen: string[] = [];
  for (;;) {
    const items = await receive(oms);
    if (items.length === 0) break;
    expect(items.length).toBeLessThanOrEqual(10);
    seen.push(...items.map(({ orderId }) => orderId));
    await commit(oms, items);
  }
  expect(seen).not.toEqual(made);
  expect(seen.toSorted()).toEqual(made);
});

test('a share of the reads is empty though events wait, and a share of the events comes twice', async () => {
  const oms = startOms({ seed: 2 });
  await oms.control('PATCH', '/vtex/accounts/demomarket', { feed: { emptyShare: 0.5, duplicateShare: 1 } });
  await configure(oms);
  await oms.shop();
  const lots: Item[][] = [];
  for (let times = 0; times < 20; times += 1) {
    lots.push(await receive(oms));
    await oms.control('POST', '/vtex/accounts/demomarket/feed/lapse');
  }
  expect(new Set(lots.map(({ length }) => length))).toEqual(new Set([0, 2]));
  expect(new Set(lots.flat().map(({ eventId }) => eventId)).size).toBe(1);
});

test('an event that nobody takes is gone when its retention is over', async () => {
  const oms = startOms();
  await configure(oms);
  await oms.shop();
  oms.passMs(345_600_000);
  expect([await receive(oms), await quantity(oms)]).toEqual([[], 0]);
});

test('an event of the same state is another event', async () => {
  const oms = startOms();
  await configure(oms, ['handling']);
  const orderId = await oms.shop();
  for (const status of ['handling', 'ready-for-invoicing', 'handling']) {
    await oms.control('POST', `/vtex/orders/${orderId}/status`, { status });
  }
  expect(new Set((await receive(oms)).map(({ eventId }) => eventId)).size).toBe(2);
});

test.each([{ handles: [] }, { handles: 'x' }, {}, 'x'])(
  'a commit of %j is 400, and unknown handles are ignored',
  async (body) => {
    const oms = startOms();
    await configure(oms);
    await oms.shop();
    expect((await oms.call('POST', '/api/orders/feed', body)).status).toBe(400);
    expect((await oms.call('POST', '/api/orders/feed', { handles: ['unknown'] })).status).toBe(200);
    expect(await quantity(oms)).toBe(1);
  },
);

test('a feed that VTEX dropped is gone with its events', async () => {
  const oms = startOms();
  await configure(oms);
  const orderId = await oms.shop();
  await oms.control('DELETE', '/vtex/accounts/demomarket/feed');
  expect((await oms.call('GET', config)).status).toBe(404);
  await configure(oms, ['handling']);
  await oms.call('POST', orderPath(orderId, '/start-handling'));
  expect((await receive(oms)).map(({ state }) => state)).toEqual(['handling']);
});
