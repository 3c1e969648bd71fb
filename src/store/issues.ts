import { createHash } from 'node:crypto';
import { failureKinds, type FailureKind } from '../domain/failure.ts';
import { toInstant } from '../platform/clock.ts';
import type { StoreDeps } from './deps.ts';
import { parseStored } from './stored-json.ts';

/** Failures with one cause: the same target, operation and code. */
export interface Issue {
  id: string;
  merchantId: string;
  status: 'open' | 'resolved';
  /** Connection or endpoint id, or `packline`. */
  target: string;
  job: string;
  code: string;
  kind: FailureKind;
  /** Who can do something about it. */
  source: string;
  title: string;
  count: number;
  firstSeenAt: string;
  lastSeenAt: string;
  /** Of the newest failure; never personal data. */
  lastDetail: Record<string, unknown>;
  /** The newest orders it touched, at most 20. */
  orderIds: readonly string[];
}

export interface IssueReport {
  merchantId: string;
  target: string;
  job: string;
  code: string;
  kind: FailureKind;
  source: string;
  title: string;
  detail: Record<string, unknown>;
  orderId: string | null;
  /** The work that it holds back; null for what is no work, whose issue is over when somebody says so. */
  entryId: string | null;
}

const ordersKeptMax = 20;

export const issueId = (report: Pick<IssueReport, 'merchantId' | 'target' | 'job' | 'code'>): string =>
  `iss_${createHash('sha256')
    .update([report.merchantId, report.target, report.job, report.code].join('\n'))
    .digest('hex')
    .slice(0, 26)}`;

/** The part of a commit in which something goes wrong: the issue it belongs to is opened, or counts one more. */
export function issueWrites(deps: StoreDeps, report: IssueReport): string[][] {
  const id = issueId(report);
  const key = deps.keys.issue(id);
  const at = toInstant(deps.clock.now());
  const { merchantId, target, job, code, kind, source, title, detail, orderId, entryId } = report;
  const writes = [
    ['HSETNX', key, 'firstSeenAt', at],
    ['HSET', key, 'id', id, 'merchantId', merchantId, 'target', target, 'job', job, 'code', code, 'kind', kind],
    ['HSET', key, 'source', source, 'title', title, 'lastSeenAt', at, 'lastDetail', JSON.stringify(detail)],
    ['HSET', key, 'status', 'open'],
    ['HINCRBY', key, 'count', '1'],
    ['ZADD', deps.keys.issues(merchantId), String(deps.clock.now()), id],
  ];
  if (entryId !== null) writes.push(['SADD', deps.keys.issueEntries(id), entryId]);
  if (orderId !== null) {
    const orders = `${key}:orders`;
    writes.push(['ZADD', orders, String(deps.clock.now()), orderId]);
    writes.push(['ZREMRANGEBYRANK', orders, '0', String(-ordersKeptMax - 1)]);
  }
  return writes;
}

/** The part of a commit in which what an issue was opened for is over. */
export const resolvedWrites = (deps: StoreDeps, cause: Parameters<typeof issueId>[0]): string[][] => [
  ['HSET', deps.keys.issue(issueId(cause)), 'status', 'resolved'],
];

export async function readIssue(deps: StoreDeps, id: string): Promise<Issue | null> {
  const key = deps.keys.issue(id);
  const [fields, orderIds] = await Promise.all([
    deps.redis.hgetall(key),
    deps.redis.zrange(`${key}:orders`, '0', '-1'),
  ]);
  if (fields['id'] === undefined) return null;
  const text = (name: string): string => fields[name] ?? '';
  return {
    id,
    merchantId: text('merchantId'),
    status: text('status') === 'open' ? 'open' : 'resolved',
    target: text('target'),
    job: text('job'),
    code: text('code'),
    kind: failureKinds.find((kind) => kind === text('kind')) ?? 'transient',
    source: text('source'),
    title: text('title'),
    count: Number(text('count')),
    firstSeenAt: text('firstSeenAt'),
    lastSeenAt: text('lastSeenAt'),
    lastDetail: parseStored<Record<string, unknown>>(text('lastDetail') || '{}'),
    orderIds: orderIds.reverse(),
  };
}

/** Most recently seen first. `cursor` is how many were listed before. */
export async function listIssues(
  deps: StoreDeps,
  merchantId: string,
  page: { offset: number; limit: number; status?: 'open' | 'resolved' | undefined },
): Promise<{ issues: Issue[]; nextOffset: number | null }> {
  const issues: Issue[] = [];
  let offset = page.offset;
  for (;;) {
    const ids = await deps.redis.zrange(deps.keys.issues(merchantId), String(offset), String(offset + 99), 'REV');
    for (const id of ids) {
      const issue = await readIssue(deps, id);
      offset += 1;
      if (issue === null || (page.status !== undefined && issue.status !== page.status)) continue;
      issues.push(issue);
      if (issues.length === page.limit) return { issues, nextOffset: offset };
    }
    if (ids.length < 100) return { issues, nextOffset: null };
  }
}

/** The work that an issue holds back. */
export const listIssueEntries = (deps: StoreDeps, id: string): Promise<string[]> =>
  deps.redis.smembers(deps.keys.issueEntries(id));

/** Deletes issues that nothing was heard of since `cutoffMs`, and the work that they still held back, `max` at the most. */
export async function forgetIssues(
  { redis, keys }: StoreDeps,
  merchantId: string,
  cutoffMs: number,
  max: number,
): Promise<void> {
  for (const id of await redis.zrangebyscore(keys.issues(merchantId), '-inf', cutoffMs, 'LIMIT', 0, max)) {
    // A few at a time: an issue may hold back a great deal.
    for (let held = await redis.spop(keys.issueEntries(id), max); held.length > 0;) {
      await redis.hdel(keys.dead, ...held);
      held = await redis.spop(keys.issueEntries(id), max);
    }
    await redis.del(keys.issue(id), `${keys.issue(id)}:orders`);
    await redis.zrem(keys.issues(merchantId), id);
  }
}
