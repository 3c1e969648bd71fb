import { failureKinds, type FailureKind } from '../domain/failure.ts';
import { toInstant } from '../platform/clock.ts';
import { trendHours } from './issue-lua.ts';
import { parseStored } from './stored-json.ts';

/** Somebody did something about it. `by`: a key, a user, or the operator. */
export interface IssueAct {
  at: string;
  by: string;
}

/** What became of what the latest retry put back. */
export interface IssueRetry extends IssueAct {
  revived: number;
  done: number;
  failedAgain: number;
  pending: number;
}

/** Failures with one cause: the same target, operation and code, for the same reason. */
export interface IssueRecord {
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
  /** How often it was over and came back. */
  reopened: number;
  /** What failed last comes again by itself. */
  retrying: boolean;
  firstSeenAt: string;
  lastSeenAt: string;
  openedAt: string;
  resolvedAt: string | null;
  /** Of the newest failure; never personal data. */
  lastDetail: Record<string, unknown>;
  /** Failures in each of the last 24 hours, the present one last. */
  trend: readonly number[];
  acknowledged: IssueAct | null;
  assigned: (IssueAct & { to: string }) | null;
  /** Null as well once it has lapsed. */
  ignored: (IssueAct & { until: string | null; untilCount: number | null }) | null;
  lastRetry: IssueRetry | null;
}

const hourMs = 3_600_000;

export type Fields = Readonly<Record<string, string | null | undefined>>;

/** An issue as its hash says it is. */
export function toIssueRecord(fields: Fields, nowMs: number): IssueRecord {
  const text = (name: string): string => fields[name] ?? '';
  const resolvedMs = text('resolvedMs');
  return {
    id: text('id'),
    merchantId: text('merchantId'),
    status: text('status') === 'open' ? 'open' : 'resolved',
    target: text('target'),
    job: text('job'),
    code: text('code'),
    kind: failureKinds.find((kind) => kind === text('kind')) ?? 'transient',
    source: text('source'),
    title: text('title'),
    count: Number(text('count')),
    reopened: Number(text('reopened')),
    retrying: text('retrying') === '1',
    firstSeenAt: text('firstSeenAt'),
    lastSeenAt: text('lastSeenAt'),
    openedAt: toInstant(Number(text('openedMs'))),
    resolvedAt: resolvedMs === '' ? null : toInstant(Number(resolvedMs)),
    lastDetail: parseStored<Record<string, unknown>>(text('lastDetail') || '{}'),
    trend: trendIn(fields, nowMs),
    acknowledged: fields['ackAt'] ? { at: fields['ackAt'], by: text('ackBy') } : null,
    assigned: assignedIn(fields),
    ignored: ignoredIn(fields, nowMs),
    lastRetry: retryIn(fields),
  };
}

function trendIn(fields: Fields, nowMs: number): number[] {
  const present = Math.floor(nowMs / hourMs);
  return Array.from({ length: trendHours }, (_, at) => {
    const hour = present - trendHours + 1 + at;
    const [of, count] = (fields[`h${hour % trendHours}`] ?? '').split(':');
    return Number(of) === hour ? Number(count) : 0;
  });
}

function assignedIn(fields: Fields): IssueRecord['assigned'] {
  const { assignee: to, assignedAt: at, assignedBy: by } = { assignee: null, assignedAt: null, assignedBy: null, ...fields }; // prettier-ignore
  return to && at ? { to, at, by: by ?? '' } : null;
}

export function ignoredIn(fields: Fields, nowMs: number): IssueRecord['ignored'] {
  const at = fields['ignoreAt'];
  if (!at) return null;
  const untilMs = fields['ignoreUntilMs'];
  const untilCount = fields['ignoreUntilCount'];
  if (untilMs && Number(untilMs) <= nowMs) return null;
  if (untilCount && Number(fields['count']) >= Number(untilCount)) return null;
  return {
    at,
    by: fields['ignoreBy'] ?? '',
    until: untilMs ? toInstant(Number(untilMs)) : null,
    untilCount: untilCount ? Number(untilCount) : null,
  };
}

function retryIn(fields: Fields): IssueRetry | null {
  const retryMs = fields['retryMs'];
  if (!retryMs) return null;
  const number = (name: string): number => Number(fields[name] ?? 0);
  const [revived, done, failedAgain] = [number('retryRevived'), number('retryDone'), number('retryFailed')];
  const pending = Math.max(0, revived - done - failedAgain);
  return { at: toInstant(Number(retryMs)), by: fields['retryBy'] ?? '', revived, done, failedAgain, pending };
}
