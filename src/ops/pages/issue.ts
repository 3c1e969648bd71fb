import { html } from 'hono/html';
import * as z from 'zod';
import { IdSchema } from '../../domain/ids.ts';
import { IssueViewSchema, type IssueView } from '../../ingress/views/issue-view.ts';
import { PageSchema } from '../../ingress/views/page.ts';
import { definePage, type Html, type MerchantPageCall, type Page } from '../define-page.ts';
import { showIssueState } from '../issue/badges.ts';
import { correct, planCorrect, planRetry, retry } from '../issue/retry.ts';
import { seeToActs, showSeeTo } from '../issue/see-to.ts';
import { showTrend } from '../issue/trend.ts';
import { HeldPageSchema, readOrders, showLastRetry, showTouched, showWaiting } from '../issue/waiting.ts';
import { factsSaid, partyName, showWhatToDo, type Party } from '../issue/what-to-do.ts';
import { showFacts } from '../show-table.ts';
import { showTime } from '../show-time.ts';

const params = z.object({ issueId: IdSchema('issue') });
type Call = MerchantPageCall<z.infer<typeof params>, unknown>;

const ConnectionsSchema = PageSchema(z.looseObject({ id: z.string(), name: z.string(), connector: z.string() }));

/** Whom it is with, by name. */
async function readParty({ api, merchant }: Call, { target }: IssueView): Promise<Party> {
  const base = `/ops/m/${merchant.id}`;
  if (target.startsWith('ep_')) return { name: 'the endpoint', href: `${base}/webhooks/endpoints/${target}` };
  if (!target.startsWith('con_')) return { name: partyName(undefined, target), href: null };
  const { data } = await api.read('GET /v1/connections', ConnectionsSchema);
  const found = data.find(({ id }) => id === target);
  return found === undefined
    ? { name: 'a connection that is gone', href: null }
    : { name: found.name, href: `${base}/connections/${target}` };
}

const page = definePage({
  path: '/issues/:issueId',
  under: 'Attention',
  role: 'viewer',
  params,
  reads: [
    'GET /v1/issues/:issueId',
    'GET /v1/issues/:issueId/entries',
    'GET /v1/orders/:orderId',
    'GET /v1/connections',
  ],
  acts: [planRetry, retry, planCorrect, correct, ...seeToActs],
  async view(call) {
    const { api, nowMs, params: given } = call;
    const request = { params: given };
    const [issue, { data: held }] = await Promise.all([
      api.read('GET /v1/issues/:issueId', IssueViewSchema, request),
      api.read('GET /v1/issues/:issueId/entries', HeldPageSchema, { ...request, query: { limit: '50' } }),
    ]);
    const waiting = new Set(held.flatMap(({ orderId }) => orderId ?? []));
    const touched = issue.orderIds.filter((id) => !waiting.has(id));
    const [party, orders] = await Promise.all([readParty(call, issue), readOrders(api, [...waiting, ...touched])]);
    const body = html`${showHead(call, issue)}
      <div class="columns">
        ${showWhatToDo(call, issue, party)} ${showFound(issue, party, nowMs)} ${showLastRetry(issue, nowMs)}
      </div>
      ${showWaiting(call, issue, held, orders)} ${showTouched(call, issue.waiting > held.length ? [] : touched, orders)}`;
    const isMoving = issue.status === 'open' || (issue.lastRetry?.pending ?? 0) > 0;
    return { title: `Issue: ${issue.title}`, body, refreshSeconds: isMoving ? 3 : 30 };
  },
});

const showHead = (call: Call, issue: IssueView): Html =>
  html`<div class="head">
    <div>
      <p class="quiet"><a href="/ops">Attention</a></p>
      <h1>${issue.title}</h1>
      <p>${showIssueState(issue, call.nowMs)}</p>
    </div>
    <div class="acts">${issue.status === 'open' ? showSeeTo(call, issue) : ''}</div>
  </div>`;

const showFound = (issue: IssueView, { name, href }: Party, nowMs: number): Html =>
  html`<section class="card">
    <h2>What happened</h2>
    <p>${issue.means}</p>
    ${showFacts([
      ['With', href === null ? name : html`<a href="${href}">${name}</a>`],
      ...factsSaid(issue),
      ['Failures', html`${issue.count} ${showTrend(issue.trend)}`],
      ['Orders', issue.orderCount],
      ['First', showTime(issue.firstSeenAt, nowMs)],
      ['Last', showTime(issue.lastSeenAt, nowMs)],
      ['Resolved', issue.resolvedAt === null ? null : showTime(issue.resolvedAt, nowMs)],
      ['Code', html`<code>${issue.code}</code> in <code>${issue.job}</code>`],
    ])}
  </section>`;

export const issuePages: readonly Page[] = [page];
