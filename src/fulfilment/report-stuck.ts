import type { OrderStatus } from '../domain/order-status.ts';
import { passedStatuses, stuckRulesIn } from '../domain/stuck-rules.ts';
import { toInstant } from '../platform/clock.ts';
import { commit } from '../store/commit.ts';
import type { StoreDeps } from '../store/deps.ts';
import { issueId, issueWrites, resolveWrites, type IssueReport } from '../store/issues.ts';
import { ordersKeptMax } from '../store/issue-lua.ts';
import { findStuck, readStuckRules } from '../store/stuck-orders.ts';

/** Counted in one look; the rest is counted by the next. */
const freshMax = 500;

/** One issue for each status in which orders of a merchant have been for too long, and none where they have moved on. */
export async function reportStuck(store: StoreDeps, merchantId: string): Promise<void> {
  const rules = stuckRulesIn(await readStuckRules(store, merchantId));
  const writes = await Promise.all(
    passedStatuses.map((status) => stuckWrites(store, { merchantId, status, minutes: rules[status] ?? null })),
  );
  if (writes.some((some) => some.length > 0)) await commit(store, { writes: writes.flat() });
}

const identityOf = (merchantId: string, status: OrderStatus) => ({
  merchantId,
  target: 'packline',
  job: 'order-status',
  code: 'order.stuck',
  cause: status,
});

async function stuckWrites(
  store: StoreDeps,
  { merchantId, status, minutes }: { merchantId: string; status: OrderStatus; minutes: number | null },
): Promise<string[][]> {
  const { redis, keys, clock } = store;
  const identity = identityOf(merchantId, status);
  const looked = `${keys.inStatus(merchantId, status)}:looked`;
  const lastMs = await redis.get(looked);
  if (minutes === null) return lastMs === null ? [] : [...resolveWrites(issueId(identity)), ['DEL', looked]];
  const cutoffMs = clock.now() - minutes * 60_000;
  const options = { cutoffMs, lastMs: Number(lastMs ?? -1), max: freshMax };
  const { count, oldestMs, fresh, nextMs } = await findStuck(store, { merchantId, status }, options);
  // What was being told is over: those that are stuck next are told of anew.
  if (count === 0 || oldestMs === null) {
    return lastMs === null ? [] : [...resolveWrites(issueId(identity)), ['DEL', looked]];
  }
  const newest = await redis.zrange(keys.inStatus(merchantId, status), cutoffMs, '-inf', 'BYSCORE', 'REV', 'LIMIT', 0, ordersKeptMax); // prettier-ignore
  const report: IssueReport = {
    ...identity,
    kind: 'rejected',
    source: 'you',
    title: `Orders have been ${status} for more than ${minutes === 1 ? 'a minute' : `${minutes} minutes`}`,
    detail: { status, stuck: count, minutes, oldestSince: toInstant(oldestMs) },
    orderId: null,
    entryId: '',
    by: fresh.length,
    orderIds: newest,
  };
  return [...issueWrites(store, report), ['SET', looked, String(nextMs)]];
}
