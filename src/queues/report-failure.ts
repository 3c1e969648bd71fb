import type { Failure } from '../domain/failure.ts';
import { identityOf } from '../domain/failure-cause.ts';
import { patienceMs, whoCanFix } from '../domain/issue-rules.ts';
import type { StoreDeps } from '../store/deps.ts';
import { issueId, issueWrites, type IssueReport } from '../store/issues.ts';
import { findSubject, type WorkSubject } from './work-subject.ts';

interface FailedWork {
  entryId: string;
  job: string;
  failure: Failure;
  /** The work comes again by itself. */
  retrying: boolean;
}

/** The issue of failed work, for the commit that puts it back or sets it aside; nothing where nobody knows whose it is. */
export function reportFailure(
  store: StoreDeps,
  { merchantId, target, order, connector }: WorkSubject,
  { entryId, job, failure, retrying }: FailedWork,
): { writes: string[][]; issue?: string } {
  if (merchantId === undefined) return { writes: [] };
  const { code, kind, message: title, detail } = failure;
  const about: IssueReport = {
    merchantId,
    target,
    job,
    code,
    kind,
    title,
    detail,
    entryId,
    retrying,
    source: whoCanFix(failure, connector),
    orderId: order?.id ?? null,
  };
  const issue = issueId({ ...about, ...identityOf(job, failure) });
  return { writes: issueWrites(store, about, issue), issue };
}

/** Telling of issues is not told of, or nothing would ever be told. */
const untold: ReadonlySet<string> = new Set(['issue-tell']);

/** What makes work visible that fails and is tried again: an issue from its first failure on, unless it is to be expected. */
export async function noticeFailure(
  store: StoreDeps,
  work: { entryId: string; job: string; payload: unknown; failure: Failure; failingSinceMs: number | undefined },
): Promise<{ writes: string[][]; issue?: string }> {
  const { job, payload, failure, failingSinceMs } = work;
  const failingMs = failingSinceMs === undefined ? 0 : store.clock.now() - failingSinceMs;
  if (untold.has(job) || failingMs < patienceMs(failure)) return { writes: [] };
  return reportFailure(store, await findSubject(store, job, payload), { ...work, retrying: true });
}
