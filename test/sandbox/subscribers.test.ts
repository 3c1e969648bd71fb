import { expect, test } from 'vitest';
import { eventually, startNash, type NashHarness } from './nash-harness.ts';

const send = (
  nash: NashHarness,
  name: string,
  body: unknown,
  headers: Record<string, string> = {},
  signal?: AbortSignal,
) =>
  fetch(`${nash.url}/subscribers/${name}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'user-agent': 'test/1', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
    ...(signal === undefined ? {} : { signal }),
  });

const listOf = async (nash: NashHarness, name: string) => (await nash.control('GET', `/subscribers/${name}`)).body;

test('a subscriber answers 200 and remembers what it was told, newest first', async () => {
  const arrivedAt = 1_800_000_000_000;
  const nash = await startNash({ clock: { now: () => arrivedAt } });
  const headers = { 'webhook-id': 'evt_1', 'webhook-timestamp': '1800000000', 'webhook-signature': 'v1,abc' };
  expect((await send(nash, 'demo', { n: 1 }, { ...headers, 'x-other': '1' })).status).toBe(200);
  expect((await send(nash, 'demo', 'no json')).status).toBe(200);
  const plain = { 'content-type': 'application/json', 'user-agent': 'test/1' };
  expect(await listOf(nash, 'demo')).toEqual({
    received: [
      { headers: plain, body: 'no json', text: 'no json', arrivedAt, status: 200 },
      { headers: { ...headers, ...plain, 'x-other': '1' }, body: { n: 1 }, text: '{"n":1}', arrivedAt, status: 200 },
    ],
    total: 2,
  });
});

test('subscribers are apart by name; one that was never called has nothing', async () => {
  const nash = await startNash();
  await send(nash, 'one', {});
  expect(await listOf(nash, 'one')).toMatchObject({ total: 1 });
  expect(await listOf(nash, 'two')).toEqual({ received: [], total: 0 });
});

test('queued statuses are answered once each, in order, and remembered', async () => {
  const nash = await startNash();
  await nash.control('POST', '/subscribers/demo/answers', { statuses: [500] });
  const queued = await nash.control('POST', '/subscribers/demo/answers', { statuses: [410] });
  expect([queued.status, queued.body]).toEqual([
    200,
    {
      answers: [
        { status: 500, delayMs: 0 },
        { status: 410, delayMs: 0 },
      ],
    },
  ]);
  const statuses: number[] = [];
  for (const n of [1, 2, 3]) statuses.push((await send(nash, 'demo', { n })).status);
  expect(statuses).toEqual([500, 410, 200]);
  expect(await listOf(nash, 'demo')).toMatchObject({ received: [{ status: 200 }, { status: 410 }, { status: 500 }] });
  expect((await send(nash, 'other', {})).status).toBe(200);
});

test('an answer is held back for as long as told', async () => {
  const nash = await startNash();
  await nash.control('POST', '/subscribers/demo/answers', { statuses: [503], delayMs: 50 });
  const startedAt = performance.now();
  expect((await send(nash, 'demo', {})).status).toBe(503);
  // A timer may fire a millisecond early.
  expect(performance.now() - startedAt).toBeGreaterThanOrEqual(49);
});

test('a webhook whose answer is held back has arrived all the same', async () => {
  const nash = await startNash();
  await nash.control('POST', '/subscribers/demo/answers', { statuses: [200], delayMs: 60_000 });
  const waiting = new AbortController();
  const answer = send(nash, 'demo', {}, {}, waiting.signal);
  await eventually(async () => expect(await listOf(nash, 'demo')).toMatchObject({ total: 1 }));
  waiting.abort();
  await expect(answer).rejects.toThrow('aborted');
});

test.each([{ statuses: [] }, { statuses: [99] }, { statuses: [200], delay: 1 }, {}])(
  'answers that cannot be given are refused: %j',
  async (body) => {
    const nash = await startNash();
    expect((await nash.control('POST', '/subscribers/demo/answers', body)).status).toBe(422);
  },
);

test('the latest 1,000 are kept and all are counted', async () => {
  const nash = await startNash();
  for (let n = 1; n <= 1001; n += 1) {
    await nash.sandbox.app.request('/subscribers/demo', { method: 'POST', body: JSON.stringify({ n }) });
  }
  const { received, total } = Object(await listOf(nash, 'demo'));
  expect([total, received.length, received[0].body, received.at(-1).body]).toEqual([1001, 1000, { n: 1001 }, { n: 2 }]);
});

test('clearing one subscriber forgets its webhooks and its queued answers', async () => {
  const nash = await startNash();
  for (const name of ['one', 'two']) {
    await send(nash, name, {});
    await nash.control('POST', `/subscribers/${name}/answers`, { statuses: [500] });
  }
  expect((await nash.control('DELETE', '/subscribers/one')).status).toBe(204);
  expect(await listOf(nash, 'one')).toEqual({ received: [], total: 0 });
  expect((await send(nash, 'one', {})).status).toBe(200);
  expect((await send(nash, 'two', {})).status).toBe(500);
});

test('a reset clears every subscriber', async () => {
  const nash = await startNash();
  await send(nash, 'one', {});
  await nash.control('POST', '/subscribers/two/answers', { statuses: [500] });
  await nash.control('POST', '/reset');
  expect(await listOf(nash, 'one')).toEqual({ received: [], total: 0 });
  expect((await send(nash, 'two', {})).status).toBe(200);
});

test('faults and books of partners leave subscribers alone', async () => {
  const nash = await startNash();
  await nash.control('POST', '/faults', { fault: { kind: 'status', status: 503 } });
  expect((await send(nash, 'demo', {})).status).toBe(200);
  expect(nash.sandbox.books.report()).toMatchObject({ requestsTotal: 0, faults: {} });
  expect((await nash.call('GET', '/v1/orders')).status).toBe(503);
});
