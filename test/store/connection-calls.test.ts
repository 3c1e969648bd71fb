import { expect, test, vi } from 'vitest';
import { createCallCounter, readCalls } from '../../src/store/connection-calls.ts';
import { createFakeClock } from '../support/fake-clock.ts';
import { testRedis } from '../support/redis.ts';
import { createTestStore } from '../support/test-store.ts';

const { client } = await testRedis();
const clock = createFakeClock();
const store = await createTestStore(client, clock);
const none = { windowSeconds: 900, total: 0, failed: 0, p95Ms: null };

test('how the calls of the last quarter of an hour went is known, of each connection by itself', async () => {
  const count = createCallCounter();
  expect(await readCalls(store, 'con_a')).toEqual(none);
  for (let at = 0; at < 18; at += 1) count(store, 'con_a', { failed: false, durationMs: 20 });
  count(store, 'con_a', { failed: true, durationMs: 2_400 });
  count(store, 'con_a', { failed: true, durationMs: 60_000 });
  count(store, 'con_b', { failed: false, durationMs: 1 });
  await vi.waitFor(async () => expect(await readCalls(store, 'con_a')).toMatchObject({ total: 20, failed: 2 }), {
    timeout: 10_000,
  });
  const { p95Ms } = await readCalls(store, 'con_a');
  expect(p95Ms).toBeGreaterThan(1_000);
  expect(p95Ms).toBeLessThanOrEqual(2_500);
  expect(await readCalls(store, 'con_b')).toMatchObject({ total: 1, failed: 0 });

  clock.advance(14 * 60_000);
  count(store, 'con_a', { failed: false, durationMs: 20 });
  await vi.waitFor(async () => expect(await readCalls(store, 'con_a')).toMatchObject({ total: 21, failed: 2 }), {
    timeout: 10_000,
  });
  clock.advance(60_000);
  expect(await readCalls(store, 'con_a')).toMatchObject({ total: 1, failed: 0 });
  for (const key of await client.keys('*:calls:*')) expect(await client.pttl(key)).toBeLessThanOrEqual(16 * 60_000);
});
