import { html } from 'hono/html';
import { IssueViewSchema, type IssueView } from '../../ingress/views/issue-view.ts';
import { PageSchema } from '../../ingress/views/page.ts';
import type { Merchant } from '../../store/merchants.ts';
import type { Api } from '../api.ts';
import { defineGlobalPage, type Html, type Page } from '../define-page.ts';
import { showIssueState } from '../issue/badges.ts';
import { showTrend } from '../issue/trend.ts';
import { showTime } from '../show-time.ts';
import { shortFixer } from '../who-fixes.ts';

/** More than this of one merchant is a list of its own. */
const shownPerMerchant = '20';

const readIssues = async (api: Api, merchant: Merchant) => {
  const request = { merchantId: merchant.id, query: { status: 'open', limit: shownPerMerchant } };
  return { merchant, ...(await api.read('GET /v1/issues', PageSchema(IssueViewSchema), request)) };
};

const attention = defineGlobalPage({
  path: '/',
  role: 'viewer',
  menu: 'Attention',
  reads: ['GET /v1/issues'],
  async view({ api, merchants, nowMs }) {
    const all = await Promise.all(merchants.map((merchant) => readIssues(api, merchant)));
    const troubled = all.filter(({ data }) => data.length > 0);
    const needing = troubled.flatMap(({ data }) => data).filter(({ ignored }) => ignored === null);
    const count = needing.length;
    const body = html`<div class="head">
        <div>
          <h1>Attention</h1>
          <p class="quiet" aria-live="polite">
            ${count === 0 ? 'Nothing needs you now.' : `${count} open ${count === 1 ? 'issue' : 'issues'}: failures with one cause each.`}
          </p>
        </div>
      </div>
      ${merchants.length === 0 ? noMerchant : troubled.length === 0 ? allWell : troubled.map((one) => showIssues(one, nowMs))}`;
    return { title: count === 0 ? 'Attention' : `Attention (${count})`, body, refreshSeconds: 5 };
  },
});

const noMerchant = html`<div class="card empty">
  <h2>No merchant yet</h2>
  <p>
    Make one with <code>POST /v1/merchants</code> and connect its OMS and its fulfilment system. Its orders appear here
    as soon as something is wrong with them, and only then.
  </p>
</div>`;

const allWell = html`<div class="card empty">
  <h2>All is well</h2>
  <p>
    When something cannot be done, it appears here within seconds, grouped by cause, and goes away by itself when it
    succeeds. Looking for one order? Press <kbd>/</kbd> and give any of its ids.
  </p>
</div>`;

const showIssues = (
  { merchant, data, nextCursor }: { merchant: Merchant; data: readonly IssueView[]; nextCursor: string | null },
  nowMs: number,
): Html =>
  html`<div class="scroll" tabindex="0" role="region" aria-label="Open issues of ${merchant.name}">
    <table>
      <caption>
        ${merchant.name}
        <span class="badge bad">${data.length}${nextCursor === null ? '' : ' or more'}</span>
      </caption>
      <thead>
        <tr>
          <th scope="col">Issue</th>
          <th scope="col">Who can fix it</th>
          <th scope="col" class="number">Failures</th>
          <th scope="col">24 hours</th>
          <th scope="col" class="number">Orders</th>
          <th scope="col" class="number">Waiting</th>
          <th scope="col">Last seen</th>
          <th scope="col">Since</th>
        </tr>
      </thead>
      <tbody>
        ${data.map((issue) => showIssue(merchant, issue, nowMs))}
      </tbody>
    </table>
  </div>`;

const showIssue = (merchant: Merchant, issue: IssueView, nowMs: number): Html => {
  const { id, title, means, count, source, trend, orderCount, waiting, openedAt, lastSeenAt } = issue;
  const isSeenTo = issue.acknowledged !== null || issue.assigned !== null || issue.ignored !== null;
  return html`<tr>
    <th scope="row">
      <a href="/ops/m/${merchant.id}/issues/${id}">${title}</a>
      <br /><span class="quiet">${means}</span>
      ${isSeenTo ? html`<br />${showIssueState({ ...issue, status: null }, nowMs)}` : ''}
    </th>
    <td>${shortFixer(source)}</td>
    <td class="number">${count}</td>
    <td>${showTrend(trend)}</td>
    <td class="number">${orderCount}</td>
    <td class="number">${waiting}</td>
    <td>${showTime(lastSeenAt, nowMs)}</td>
    <td>${showTime(openedAt, nowMs)}</td>
  </tr>`;
};

export const attentionPages: readonly Page[] = [attention];
