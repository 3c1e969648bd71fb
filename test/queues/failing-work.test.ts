import { beforeEach, describe, expect, it, vi } from 'vitest';
import { Failure, type FailureKind } from '../../src/domain/failure.ts';
import { patienceMs } from '../../src/domain/issue-rules.ts';
import type { StoreDeps } from '../../src/store/deps.ts';
import { listIssues } from '../../src/store/issues.ts';
import { acceptSample, sampleMerchantId as merchantId } from '../store/accept-sample.ts';
import { testRedis } from '../support/redis.ts';
import { createTestStore } from '../support/test-store.ts';
import { patience, runJobs, untilWork } from './running-queue.ts';
import { createSkippingClock, type SkippingClock } from './skipping-clock.ts';

const { client, url } = await testRedis();
let clock: SkippingClock;
let store: StoreDeps;
beforeEach(async () => {
  await client.flushdb();
  clock = createSkippingClock();
  store = await createTestStore(client, clock);
});
const issues = async () => (await listIssues(store, merchantId, { offset: 0, limit: 10 })).issues;

/** An order's work, which fails as long as `isDown`. */
async function runFailing(kind: FailureKind, code: string, retryAfterMs = 20) {
  const state = { isDown: true, runs: 0 };
  const { id } = await acceptSample(store);
  runJobs(
    url,
    store,
    () => {
      state.runs += 1;
      if (state.isDown) throw new Failure(kind, code, `no answer for ${id}`, { retryAfterMs });
      return Promise.resolve();
    },
    { policy: { backoffMs: 10, backoffMaxMs: 20 } },
  );
  return { state, orderId: id };
}

describe('work that is tried again', () => {
  it('is an issue from its first failure on, which is over as soon as it is done', async () => {
    const { state, orderId } = await runFailing('transient', 'nash.unavailable', 300);
    await vi.waitFor(
      async () => expect(await issues()).toMatchObject([{ status: 'open', retrying: true, code: 'nash.unavailable' }]),
      patience,
    );
    expect(await issues()).toMatchObject([{ orderIds: [orderId] }]);
    state.isDown = false;
    await untilWork(store, {});
    expect(await issues()).toMatchObject([{ status: 'resolved', retrying: false, waiting: 0 }]);
  });

  it('because its partner asks to wait is one when that goes on', async () => {
    const { state } = await runFailing('throttled', 'nash.throttled');
    await vi.waitFor(() => expect(state.runs).toBeGreaterThan(2), patience);
    expect(await issues()).toEqual([]);
    clock.skip(60_000);
    await vi.waitFor(async () => expect(await issues()).toMatchObject([{ code: 'nash.throttled', retrying: true }]), patience); // prettier-ignore
    state.isDown = false;
    await untilWork(store, {});
    expect(await issues()).toMatchObject([{ status: 'resolved' }]);
  });

  it('is set aside under the issue that it had while it was tried', async () => {
    await runFailing('transient', 'nash.unavailable', 1);
    await untilWork(store, { dead: 1 });
    expect(await issues()).toMatchObject([{ status: 'open', retrying: false, waiting: 1 }]);
  });
});

it.each([
  ['aborted', 'job.shutdown', Infinity],
  ['throttled', 'budget.exhausted', Infinity],
  ['throttled', 'connection.paused', Infinity],
  ['throttled', 'budget.day_spent', 60_000],
  ['transient', 'order.contended', 60_000],
  ['transient', 'vtex.order_stale', 60_000],
  ['transient', 'http.reset', 0],
] as const)('a failure %s %s is an issue after %d ms', (kind, code, ms) => {
  expect(patienceMs({ kind, code })).toBe(ms);
});
