import { html } from 'hono/html';
import * as z from 'zod';
import type { Act, Html, PageCall } from '../define-page.ts';

/** The page of one issue, below the merchant's. */
const merchantOf = (path: string): string => path.replace(/\/issues\/.*$/, '');
export const linkOrder = (path: string, orderId: string, words: string = orderId): Html =>
  html`<a class="id" href="${merchantOf(path)}/orders/${orderId}">${words}</a>`;
export const orders = (count: number): string => `${count} ${count === 1 ? 'order' : 'orders'}`;

type Shows = NonNullable<Act['shows']>;
const linksShown = 20;
const showLinks = (path: string, orderIds: readonly string[]): Html =>
  html`<ul class="ids">
    ${orderIds.slice(0, linksShown).map((id) => html`<li>${linkOrder(path, id)}</li>`)}
    ${orderIds.length > linksShown ? html`<li class="quiet">and ${orderIds.length - linksShown} more</li>` : ''}
  </ul>`;

const RetriedSchema = z.looseObject({ revived: z.int() });
export const retry: Act = {
  name: 'retry',
  role: 'operator',
  uses: 'POST /v1/issues/:issueId/retry',
  label: 'Retry',
  request: (_form, { issueId = '' }) => ({ params: { issueId }, body: {} }),
  done(answer) {
    const { revived } = RetriedSchema.parse(answer);
    return revived === 0 ? 'Nothing waited any more.' : `${revived === 1 ? 'One is' : `${revived} are`} tried again now. How it goes stands below.`; // prettier-ignore
  },
};

const PlanSchema = z.looseObject({ waiting: z.int(), orderCount: z.int(), orderIds: z.array(z.string()) });
const showPlan: Shows = (answer, { form, path }) => {
  const { waiting, orderCount, orderIds } = PlanSchema.parse(answer);
  if (waiting === 0) return html`<div class="notice good" role="status"><strong>Nothing waits for a retry</strong></div>`; // prettier-ignore
  return html`<div class="notice" role="status">
    <strong>${toPlanWords(waiting, orderCount)}</strong>
    <p>Nothing has been sent yet. What fails again comes back to this issue.</p>
    ${showLinks(path, orderIds)}
    <p>${form(retry, { tone: 'primary', label: waiting === 1 ? 'Retry it now' : `Retry all ${waiting} now` })}</p>
  </div>`;
};
const toPlanWords = (waiting: number, orderCount: number): string =>
  orderCount === 0
    ? `${waiting} ${waiting === 1 ? 'piece' : 'pieces'} of work would be tried again`
    : waiting === orderCount
      ? `${orders(orderCount)} would be tried again`
      : `${waiting} pieces of work of ${orders(orderCount)} would be tried again`;

export const planRetry: Act = {
  ...retry,
  name: 'plan-retry',
  label: 'Retry all…',
  request: (_form, { issueId = '' }) => ({ params: { issueId }, body: { plan: true } }),
  shows: showPlan,
};

const CorrectionSchema = z.looseObject({
  sku: z.string(),
  by: z.string(),
  orderIds: z.array(z.string()),
  left: z.array(z.looseObject({ orderId: z.string(), detail: z.string() })),
  more: z.int(),
});
type Correction = z.infer<typeof CorrectionSchema>;

export const correct: Act = {
  name: 'correct',
  role: 'operator',
  uses: 'POST /v1/issues/:issueId/correct',
  label: 'Replace it',
  request: ({ by = '' }, { issueId = '' }) => ({ params: { issueId }, body: { by: by.trim() } }),
  done(answer) {
    const { orderIds, left } = CorrectionSchema.parse(answer);
    const rest = left.length === 0 ? '' : ` ${orders(left.length)} could not be changed.`;
    const said = `${orders(orderIds.length)} corrected and sent again.${rest}`;
    return left.length === 0 ? said : { wrong: said };
  },
};
const showCorrection: Shows = (answer, { form, path }) => {
  const correction = CorrectionSchema.parse(answer);
  const { sku, by, orderIds, more } = correction;
  const can = orderIds.length > 0;
  return html`<div class="notice ${can ? '' : 'warn'}" role="status">
    <strong>
      ${can ? html`<code>${sku}</code> would become <code>${by}</code> in ${orders(orderIds.length)}` : 'No order can be changed here'}
    </strong>
    ${
      can
        ? html`<p>Nothing has been changed yet. Names, quantities and prices stay; each order is sent again.</p>
            ${showLinks(path, orderIds)}`
        : ''
    }
    ${showLeft(correction, path)} ${more === 0 ? '' : html`<p>${orders(more)} more come after these.</p>`}
    ${can ? html`<p>${form(correct, { tone: 'primary', hidden: { by }, label: `Replace in ${orders(orderIds.length)}` })}</p>` : ''}
  </div>`;
};
const showLeft = ({ left }: Correction, path: string): Html =>
  left.length === 0
    ? html``
    : html`<p>These stay as they are:</p>
        <ul>
          ${left.slice(0, linksShown).map(({ orderId, detail }) => html`<li>${linkOrder(path, orderId)}: ${detail}</li>`)}
        </ul>`;

/** What would be changed is shown first. */
export const planCorrect: Act = {
  ...correct,
  name: 'plan-correct',
  label: 'Replace…',
  request: ({ by = '' }, { issueId = '' }) => ({ params: { issueId }, body: { by: by.trim(), plan: true } }),
  shows: showCorrection,
};
export type RetryCall = Pick<PageCall<unknown, unknown>, 'form' | 'path' | 'nowMs'>;
