import { expect, test } from 'vitest';
import { toSeriesView } from '../../src/ingress/views/series-view.ts';
import { createMetrics } from '../../src/platform/metrics.ts';
import { startRecorder } from '../../src/queues/record-series.ts';
import { makeId } from '../../src/domain/ids.ts';
import { commit } from '../../src/store/commit.ts';
import { readSeries, seriesWindows } from '../../src/store/series.ts';
import { countByJob, readOldestDue } from '../../src/store/work-state.ts';
import { createFakeClock } from '../support/fake-clock.ts';
import { testRedis } from '../support/redis.ts';
import { createTestStore } from '../support/test-store.ts';

const { client } = await testRedis();
const clock = createFakeClock();
const store = await createTestStore(client, clock);
const entry = (id: string, lane: string) =>
  ({ id, job: id.split('.')[0] ?? '', lane, class: 'orders', payload: {} }) as const;
/** Its own loop never comes round: steps are taken by the test. */
const still = { ...clock, sleep: () => new Promise<void>(() => undefined) };
const makeProcess = () => {
  const metrics = createMetrics();
  const recorder = startRecorder({ redis: client, stores: [{ ...store }], clock: still, registry: metrics.registry });
  return { metrics, record: () => recorder.record() };
};

test('two processes’ steps add up, what waits is taken once, and both windows tell the same', async () => {
  const [one, other] = [makeProcess(), makeProcess()];
  await commit(store, { entries: [entry('order-import.a', 'free'), entry('order-import.b', 'free.mer_1'), entry('fulfilment-submit.c', 'nash.x.default/mer_1')] }); // prettier-ignore
  await client.sadd(store.keys.merchants, 'mer_1');
  for (let n = 0; n < 20; n += 1)
    await client.zadd(store.keys.orders('mer_1'), 0, makeId('order', clock.now() + n, new Uint8Array(10)));
  clock.advance(12_000);
  one.metrics.outbound.observe({ target: 'nash', operation: 'delivery.create' }, 0.2);
  other.metrics.outbound.observe({ target: 'nash', operation: 'delivery.get' }, 0.2);
  other.metrics.deliveries.inc({ outcome: 'delivered' }, 3);
  for (const { record } of [one, other]) await record();
  // Nothing new: nothing is counted twice.
  for (const { record } of [one, other]) await record();

  for (const window of ['1h', '24h'] as const) {
    const { points, stepSeconds } = toSeriesView(window, await readSeries({ redis: client, clock }, window));
    expect(points).toHaveLength(seriesWindows[window].points);
    const last = points.at(-1);
    expect(last).toMatchObject({
      recorded: true,
      acceptedPerSecond: 20 / stepSeconds,
      backlog: { 'order-import': 2, 'fulfilment-submit': 1 },
      oldestSeconds: { 'order-import': 12, 'fulfilment-submit': 12 },
      deliveries: { delivered: 3 },
      partners: { nash: { calls: 2 } },
    });
    const { p50Seconds = 0, p95Seconds = 0 } = last?.partners['nash'] ?? {};
    expect([p50Seconds > 0.1, p95Seconds <= 0.25, p50Seconds <= p95Seconds]).toEqual([true, true, true]);
    expect(points.slice(0, -1).some(({ recorded }) => recorded)).toBe(false);
  }
});

test('what is recorded is forgotten by itself, and never holds an id', async () => {
  const keys = await client.keys('{pl:g}:series*');
  expect(keys.length).toBeGreaterThan(1);
  for (const key of keys) expect(await client.ttl(key)).toBeGreaterThan(0);
  const fields = (
    await Promise.all(keys.filter((key) => !key.includes('claim')).map((key) => client.hkeys(key)))
  ).flat();
  expect(fields.join()).not.toMatch(/_[0-9a-z]{20,}|mer_/);
});

test('much work is counted by drawing from it, to within a few percent', async () => {
  const ids = Array.from({ length: 6_000 }, (_, n) => `${n % 3 === 0 ? 'run-send' : 'order-cancel'}.${n}`);
  for (let at = 0; at < ids.length; at += 1_000) {
    await commit(store, { entries: ids.slice(at, at + 1_000).map((id) => entry(id, 'free')) });
  }
  const counts = await countByJob(store);
  expect(Math.abs((counts.get('order-cancel') ?? 0) - 4_000)).toBeLessThan(400);
  expect((await readOldestDue(store)).has('order-cancel')).toBe(false);
});
