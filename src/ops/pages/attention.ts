import { html } from 'hono/html';
import * as z from 'zod';
import { PageSchema } from '../../ingress/views/page.ts';
import type { Merchant } from '../../store/merchants.ts';
import type { Api } from '../api.ts';
import { defineGlobalPage, type Html, type Page } from '../define-page.ts';
import { shortFixer } from '../who-fixes.ts';
import { showTime } from '../show-time.ts';

/** What this list needs of an issue; it may have more. */
const IssueSchema = z.looseObject({
  id: z.string(),
  target: z.string(),
  job: z.string(),
  code: z.string(),
  source: z.string(),
  title: z.string(),
  count: z.int(),
  firstSeenAt: z.string(),
  lastSeenAt: z.string(),
  orderIds: z.array(z.string()),
});
type Issue = z.infer<typeof IssueSchema>;

/** More than this of one merchant is a list of its own. */
const shownPerMerchant = '20';

const readIssues = async (api: Api, merchant: Merchant) => {
  const request = { merchantId: merchant.id, query: { status: 'open', limit: shownPerMerchant } };
  return { merchant, ...(await api.read('GET /v1/issues', PageSchema(IssueSchema), request)) };
};

const attention = defineGlobalPage({
  path: '/',
  role: 'viewer',
  menu: 'Attention',
  reads: ['GET /v1/issues'],
  async view({ api, merchants, nowMs }) {
    const all = await Promise.all(merchants.map((merchant) => readIssues(api, merchant)));
    const troubled = all.filter(({ data }) => data.length > 0);
    const count = troubled.reduce((sum, { data }) => sum + data.length, 0);
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
  { merchant, data, nextCursor }: { merchant: Merchant; data: readonly Issue[]; nextCursor: string | null },
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
          <th scope="col" class="number">Failures</th>
          <th scope="col">Since</th>
          <th scope="col">Last seen</th>
          <th scope="col">Who can fix it</th>
          <th scope="col">Orders</th>
        </tr>
      </thead>
      <tbody>
        ${data.map((issue) => showIssue(merchant, issue, nowMs))}
      </tbody>
    </table>
  </div>`;

const ordersShown = 2;

const showIssue = (
  merchant: Merchant,
  { title, job, code, count, source, orderIds, ...issue }: Issue,
  nowMs: number,
): Html =>
  html`<tr>
    <th scope="row">
      ${title}<br /><span class="quiet"><code>${code}</code> in ${job}</span>
    </th>
    <td class="number">${count}</td>
    <td>${showTime(issue.firstSeenAt, nowMs)}</td>
    <td>${showTime(issue.lastSeenAt, nowMs)}</td>
    <td>${shortFixer(source)}</td>
    <td>
      ${orderIds.slice(0, ordersShown).map((id) => html`<a class="id" href="/ops/m/${merchant.id}/orders/${id}">${id}</a><br />`)}
      ${orderIds.length > ordersShown ? html`<span class="quiet">and ${orderIds.length - ordersShown} more</span>` : ''}
    </td>
  </tr>`;

export const attentionPages: readonly Page[] = [attention];
