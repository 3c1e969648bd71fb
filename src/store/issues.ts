import { createHash } from 'node:crypto';
import type { FailureKind } from '../domain/failure.ts';
import { toInstant } from '../platform/clock.ts';
import type { StoreDeps } from './deps.ts';
import { ignoredIn, toIssueRecord, type Fields, type IssueRecord } from './issue-fields.ts';

/** A failure, for the issue that it belongs to. */
export interface IssueReport {
  merchantId: string;
  /** Connection or endpoint id, or `packline`. */
  target: string;
  job: string;
  code: string;
  /** What tells it from other failures of the same code: normalised, never personal data. By default nothing does. */
  cause?: string | undefined;
  kind: FailureKind;
  source: string;
  title: string;
  detail: Record<string, unknown>;
  orderId: string | null;
  /** The work that waits for it to be over; null for none. */
  entryId: string | null;
  /** The work comes again by itself. */
  retrying?: boolean;
  /** How many failures these are; 1 by default. */
  by?: number;
  /** All orders that it holds up now, in the place of those known, where that is known. */
  orderIds?: readonly string[];
}

type IssueIdentity = Pick<IssueReport, 'merchantId' | 'target' | 'job' | 'code' | 'cause'>;

/** The fingerprint: failures with one id are one issue. */
export const issueId = ({ merchantId, target, job, code, cause = '' }: IssueIdentity): string =>
  `iss_${createHash('sha256')
    .update([merchantId, target, job, code, ...(cause === '' ? [] : [cause])].join('\n'))
    .digest('hex')
    .slice(0, 26)}`;

/**
 * The part of a commit that shows a failure: its issue is opened, opened again, or counts one more (issue-lua.ts). A merchant
 * has a bounded number of issues: further causes count as others of their code.
 */
export function issueWrites(deps: StoreDeps, report: IssueReport, id = issueId(report)): string[][] {
  const { merchantId, target, job, code, kind, source, title, detail, entryId, orderId, orderIds } = report;
  const facts = {
    id,
    merchantId,
    target,
    job,
    code,
    kind,
    source,
    title,
    entryId: entryId ?? '',
    detail: JSON.stringify(detail),
    at: toInstant(deps.clock.now()),
    by: report.by ?? 1,
    retrying: report.retrying ?? false,
    orderIds: orderIds ?? (orderId === null ? [] : [orderId]),
    only: orderIds !== undefined,
  };
  return [['ISSUE', 'report', JSON.stringify(facts)]];
}

/** The part of a commit that finds an issue over which holds back no work; one that is not open stays as it is. */
export const resolveWrites = (id: string): string[][] => [['ISSUE', 'resolve', id]];

/** The part of a commit that finds buried work done: the issue that holds it is over with its last. */
export const doneWrites = (entryId: string): string[][] => [['ISSUE', 'done', entryId]];

/** Failures with one cause: the same target, operation and code, for the same reason. */
export type Issue = IssueRecord & {
  /** The newest orders it touched, at most 20. */
  orderIds: readonly string[];
  /** About how many it touched in all (HyperLogLog: within 1 %). */
  orderCount: number;
  /** How much work it holds back. */
  waiting: number;
};

export async function readIssue({ redis, keys, clock }: StoreDeps, id: string): Promise<Issue | null> {
  const [fields, orderIds, orderCount, waiting] = await Promise.all([
    redis.hgetall(keys.issue(id)),
    redis.zrange(keys.issueOrders(id), '0', '-1'),
    redis.pfcount(keys.issueOrdersSeen(id)),
    redis.scard(keys.issueEntries(id)),
  ]);
  if (fields['id'] === undefined) return null;
  return { ...toIssueRecord(fields, clock.now()), orderIds: orderIds.reverse(), orderCount, waiting };
}

export interface IssueFilter {
  status?: 'open' | 'resolved' | undefined;
  target?: string | undefined;
  source?: string | undefined;
  code?: string | undefined;
  /** To whom; '' for nobody. */
  assigned?: string | undefined;
  acknowledged?: boolean | undefined;
  ignored?: boolean | undefined;
}

/** What of an issue the order of a list, and its filters, look at. */
const listedFields = ['status', 'target', 'source', 'code', 'kind', 'count', 'assignee', 'ackAt', 'ignoreAt', 'ignoreUntilMs', 'ignoreUntilCount'] as const; // prettier-ignore

/**
 * By attention: first what is open and nobody has seen to, then what is acknowledged, then what is ignored, then what is over;
 * in each the most recently seen first. `offset` is how many were listed before.
 */
export async function listIssues(
  deps: StoreDeps,
  merchantId: string,
  page: { offset: number; limit: number } & IssueFilter,
): Promise<{ issues: Issue[]; nextOffset: number | null }> {
  const { redis, keys, clock } = deps;
  const ids = await redis.zrange(keys.issues(merchantId), '0', '-1', 'REV');
  const seen = await Promise.all(ids.map((id) => redis.hmget(keys.issue(id), ...listedFields)));
  const listed = seen.flatMap((values, at) => {
    const fields: Fields = Object.fromEntries(listedFields.map((name, field) => [name, values[field]]));
    const isIgnored = ignoredIn(fields, clock.now()) !== null;
    const id = ids[at];
    if (id === undefined || !fields['status'] || !passes(fields, isIgnored, page)) return [];
    return [{ id, rank: rankOf(fields, isIgnored) }];
  });
  const inOrder = listed.toSorted((one, other) => one.rank - other.rank);
  const end = page.offset + page.limit;
  const shown = await Promise.all(inOrder.slice(page.offset, end).map(({ id }) => readIssue(deps, id)));
  return { issues: shown.filter((issue) => issue !== null), nextOffset: inOrder.length > end ? end : null };
}

function rankOf({ status, ackAt }: Fields, isIgnored: boolean): number {
  if (status !== 'open') return 3;
  if (isIgnored) return 2;
  return ackAt ? 1 : 0;
}

function passes(fields: Fields, isIgnored: boolean, filter: IssueFilter): boolean {
  const { status, target, source, code, assigned, acknowledged, ignored } = filter;
  const same = (wanted: string | undefined, name: string): boolean =>
    wanted === undefined || wanted === (fields[name] ?? '');
  return (
    same(status, 'status') &&
    same(target, 'target') &&
    same(source, 'source') &&
    same(code, 'code') &&
    same(assigned, 'assignee') &&
    (acknowledged === undefined || acknowledged === Boolean(fields['ackAt'])) &&
    (ignored === undefined || ignored === isIgnored)
  );
}

/** The work that an issue holds back: set aside, or on its way to be tried again. */
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
    await redis.del(keys.issue(id), keys.issueOrders(id), keys.issueOrdersSeen(id));
    await redis.zrem(keys.issues(merchantId), id);
  }
}
