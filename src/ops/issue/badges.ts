import { html } from 'hono/html';
import type { IssueView } from '../../ingress/views/issue-view.ts';
import type { Html } from '../define-page.ts';
import { showTime } from '../show-time.ts';

type Seen = Pick<IssueView, 'acknowledged' | 'assigned' | 'ignored' | 'retrying' | 'reopened'> & {
  /** Null where it need not be said. */
  status: IssueView['status'] | null;
};

/** Where an issue stands, and who has said what about it. */
export const showIssueState = (
  { status, acknowledged, assigned, ignored, retrying, reopened }: Seen,
  nowMs: number,
): Html =>
  html`${status === 'resolved' ? html`<span class="badge good">Resolved</span> ` : status === 'open' ? html`<span class="badge bad">Open</span> ` : ''}
  ${reopened === 0 ? '' : html`<span class="badge warn">Came back ${reopened === 1 ? 'once' : `${reopened} times`}</span> `}
  ${retrying ? html`<span class="badge">Tried again by itself</span> ` : ''}
  ${acknowledged === null ? '' : html`<span class="badge">Acknowledged ${showTime(acknowledged.at, nowMs)}</span> `}
  ${assigned === null ? '' : html`<span class="badge">For ${assigned.to}</span> `}
  ${ignored === null ? '' : html`<span class="badge">Ignored ${untilWhen(ignored, nowMs)}</span>`}`;

const untilWhen = ({ until, untilCount }: NonNullable<Seen['ignored']>, nowMs: number): Html =>
  until === null ? html`until it has ${untilCount} failures` : html`until ${showTime(until, nowMs)}`;
