import type { EventType } from '../src/domain/events.ts';
import type { WorkerDeps } from '../src/fulfilment/deps.ts';
import { makeEntry } from '../src/queues/define-job.ts';
import { deliveryWork } from '../src/queues/delivery-attempt.ts';
import { issueTell } from '../src/queues/issue-tell.ts';
import { defineWorker, type JobContext } from '../src/queues/run-worker.ts';
import type { CommitPlan } from '../src/store/commit.ts';
import { listSubscribers } from '../src/store/endpoints.ts';
import { merchantLane } from '../src/store/entries.ts';
import { announceWrites } from '../src/store/events.ts';
import { heldForDigest, heldWrites, readTold, releasedWrites, toldWrites } from '../src/store/issue-alerts.ts';
import { readIssue, type Issue } from '../src/store/issues.ts';

type Context = JobContext<WorkerDeps>;
type Payload =
  | { merchantId: string; issueId: string; what: 'opened' | 'reopened' | 'resolved' }
  | { merchantId: string; minute: number };

/** Of one issue that comes and goes, once an hour; of one merchant's, so many in a minute: the rest is told together. */
const againMs = 3_600_000;
const perMinuteMax = 10;
const namedMax = 20;
const minuteMs = 60_000;

export default defineWorker<WorkerDeps, Payload>(issueTell, (payload, context) =>
  'issueId' in payload ? tellOf(payload, context) : tellTogether(payload, context),
);

/** Level-triggered: what is told is how the issue is now, if that is not what was told last. */
async function tellOf(
  { merchantId, issueId }: { merchantId: string; issueId: string },
  context: Context,
): Promise<void> {
  const { store, finish } = context;
  const nowMs = store.clock.now();
  const issue = await readIssue(store, issueId);
  if (issue === null || issue.ignored !== null) return;
  const minute = Math.floor(nowMs / minuteMs);
  const told = await readTold(store, issue, minute);
  // It came and went before anybody was told, or is as it was.
  if (issue.status === (told.status ?? 'resolved')) return;
  const waitMs = issue.status === 'open' && told.openedMs !== null ? told.openedMs + againMs - nowMs : 0;
  if (waitMs > 0) {
    await finish({}, { how: 'retry', delayMs: waitMs, counted: false });
    return;
  }
  if (told.inMinute >= perMinuteMax) {
    const delayMs = (minute + 1) * minuteMs - nowMs;
    const entry = makeEntry(issueTell, { merchantId, minute }, { lane: merchantLane(merchantId), delayMs });
    await finish({ writes: heldWrites(store, issue), entries: [entry] });
    return;
  }
  const events = await announce(merchantId, eventOf(issue), context, issue.target);
  await finish({ ...events, writes: [...toldWrites(store, issue, minute), ...(events.writes ?? [])] });
}

async function tellTogether({ merchantId }: { merchantId: string }, context: Context): Promise<void> {
  const { store, finish } = context;
  const ids = await heldForDigest(store, merchantId);
  const read = await Promise.all(ids.map((id) => readIssue(store, id)));
  const issues = read.filter((issue) => issue !== null);
  if (issues.length === 0) return;
  const count = (wanted: Issue['status']): number => issues.filter(({ status }) => status === wanted).length;
  const named = issues
    .slice(0, namedMax)
    .map(({ id: issueId, status, code, title }) => ({ issueId, status, code, title }));
  const data = { merchantId, opened: count('open'), resolved: count('resolved'), issues: named };
  const events = await announce(merchantId, { type: 'issue.digest', data }, context);
  await finish({ ...events, writes: [...releasedWrites(store, merchantId, ids), ...(events.writes ?? [])] });
}

function eventOf(issue: Issue): { type: EventType; data: Record<string, unknown> } {
  const { id: issueId, code, source, target, title, count, orderCount, openedAt, reopened, resolvedAt } = issue;
  const data = { issueId, code, source, target, title, count, orderCount, openedAt };
  return issue.status === 'open'
    ? { type: 'issue.opened', data: { ...data, reopened } }
    : { type: 'issue.resolved', data: { ...data, resolvedAt } };
}

/** An endpoint that takes nothing is not told so; `about` is not told of itself. */
async function announce(
  merchantId: string,
  event: { type: EventType; data: Record<string, unknown> },
  { store }: Context,
  about?: string,
): Promise<CommitPlan> {
  const subscribers = (await listSubscribers(store, merchantId)).filter(({ id }) => id !== about);
  return announceWrites(store, merchantId, event, subscribers, deliveryWork);
}
