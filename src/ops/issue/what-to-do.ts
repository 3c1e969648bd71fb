import { html } from 'hono/html';
import type { IssueView } from '../../ingress/views/issue-view.ts';
import { markedCause } from '../../domain/failure-cause.ts';
import type { Html } from '../define-page.ts';
import { showInput } from '../show-fields.ts';
import { toName, whoFixes } from '../who-fixes.ts';
import { planCorrect, planRetry, type RetryCall } from './retry.ts';

/** Whom the issue is with, as the pages name it. */
export interface Party {
  name: string;
  href: string | null;
}

/** What a system said, in facts that it is safe to show: never its words. */
export function factsSaid({ lastDetail }: IssueView): (readonly [string, Html | string | null])[] {
  const { sku = null, field = null } = markedCause(lastDetail);
  const text = (name: string): string | null => {
    const value = lastDetail[name];
    return typeof value === 'string' || typeof value === 'number' ? String(value) : null;
  };
  const list = (name: string): string | null => {
    const value = lastDetail[name];
    return Array.isArray(value) && value.length > 0 ? value.map(String).join(', ') : null;
  };
  const code = (value: string | null): Html | null => (value === null ? null : html`<code>${value}</code>`);
  return [
    ['SKU', code(sku)],
    ['Field', code(field ?? list('fields'))],
    ['Other SKUs of the same order', code(list('otherSkus'))],
    ['Answer', [text('status'), text('nashCode')].filter(Boolean).join(' ') || null],
    ['Call', code(text('operation'))],
    ['Its request id', code(text('requestId'))],
  ];
}

/** The next step, and the buttons that take it. */
export function showWhatToDo(call: RetryCall, issue: IssueView, party: Party): Html {
  const { source, status, waiting } = issue;
  const { sku } = markedCause(issue.lastDetail);
  const retry = waiting === 0 ? html`` : call.form(planRetry, { tone: 'primary' });
  return html`<section class="card">
    <h2>What to do</h2>
    ${status === 'resolved' ? html`<p>Nothing: what had failed has succeeded since.</p>` : html`<p class="quiet">${whoFixes(source)}.</p>`}
    ${sku === undefined || waiting === 0 ? html`${showFix(issue, party)} ${retry}` : showSkuFix(call, retry, sku, party)}
  </section>`;
}

const showParty = ({ name, href }: Party): Html =>
  href === null ? html`${name}` : html`<a href="${href}">${name}</a>`;

const showFix = ({ fix, status, waiting }: IssueView, party: Party): Html => {
  if (status === 'resolved') return html``;
  if (fix === null) return html`<p>Wait: it is tried again by itself. ${showParty(party)} has to get well.</p>`;
  const isThere = fix.path.startsWith('/v1/connections/') || fix.path.startsWith('/v1/endpoints/');
  return html`<p>${waiting === 0 ? '' : fix.hint} ${isThere ? html`It is about ${showParty(party)}.` : ''}</p>`;
};

/** Goods that a partner does not take: either it gets to know them, or the orders name others. */
const showSkuFix = ({ form }: RetryCall, retry: Html, sku: string, party: Party): Html =>
  html`<p>Make ${showParty(party)} know <code>${sku}</code>, and then</p>
    <p>${retry}</p>
    <p>or name other goods in the orders that wait:</p>
    ${form(planCorrect, { fields: showInput({ name: 'by', label: `SKU instead of ${sku}`, required: true, max: 128 }) })}`;

export const partyName = (connector: string | undefined, target: string): string =>
  target === 'packline' ? 'Packline' : connector === undefined ? target : toName(connector);
