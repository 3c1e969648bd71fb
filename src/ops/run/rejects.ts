import { html } from 'hono/html';
import * as z from 'zod';
import { PageSchema } from '../../ingress/views/page.ts';
import { Refused, type Api } from '../api.ts';
import type { Html } from '../define-page.ts';
import { toCount } from '../show-amount.ts';
import { showProblem } from '../who-fixes.ts';

const RejectSchema = z.looseObject({
  row: z.int(),
  key: z.record(z.string(), z.string()).nullable(),
  errors: z.array(z.looseObject({ code: z.string(), detail: z.string(), pointer: z.string() })),
});
type Reject = z.infer<typeof RejectSchema>;
type Rejects = { data: Reject[]; nextCursor: string | null };

const shownAtOnce = '50';

/** A page of the rejected rows, those after row number `after`; why not, where the rows are not kept any more. */
export async function readRejects(api: Api, runId: string, after: string | undefined): Promise<Rejects | Refused> {
  try {
    const query = { verdict: 'rejected', limit: shownAtOnce, cursor: after };
    return await api.read('GET /v1/runs/:runId/items', PageSchema(RejectSchema), { params: { runId }, query });
  } catch (thrown) {
    if (thrown instanceof Refused && thrown.problem.status === 410) return thrown;
    throw thrown;
  }
}

/** The rejected rows; `upload` is the form for those that were corrected. */
export function showRejects(rejects: Rejects | Refused, count: number, path: string, upload: Html): Html {
  if (rejects instanceof Refused) return showProblem(rejects.problem);
  if (count === 0 && rejects.data.length === 0) return html``;
  return html`<section id="rejects">
    <div class="head">
      <div>
        <h2>Rejected rows</h2>
        <p class="quiet">Take them away, fix what their last columns say, and upload the same file here.</p>
      </div>
      <div class="acts">
        <a class="button" href="${path}/rejects.csv">CSV</a>
        <a class="button" href="${path}/rejects.ndjson">NDJSON</a>
      </div>
    </div>
    <div class="card">
      <h3>Upload them corrected</h3>
      ${upload}
    </div>
    ${rejects.data.length === 0 ? html`<p class="quiet">No more of them.</p>` : showTable(rejects.data, count)}
    ${rejects.nextCursor === null ? '' : html`<a class="button" href="${path}?after=${rejects.nextCursor}#rejects">More rejected rows</a>`}
  </section>`;
}

const showTable = (rows: readonly Reject[], count: number): Html =>
  html`<div class="scroll" tabindex="0" role="region" aria-label="Rejected rows">
    <table>
      <caption>
        ${toCount(count)} rejected
      </caption>
      <thead>
        <tr>
          <th scope="col" class="number">Row</th>
          <th scope="col">About</th>
          <th scope="col">What is wrong</th>
        </tr>
      </thead>
      <tbody>
        ${rows.map(
          ({ row, key, errors }) =>
            html`<tr>
              <th scope="row" class="number">${toCount(row)}</th>
              <td class="id">${Object.values(key ?? {}).join(' · ')}</td>
              <td class="wide">
                ${errors.map(({ code, detail, pointer }) => html`<div>${pointer === '' ? 'the row' : html`<code>${pointer}</code>`} ${detail} <code class="quiet">${code}</code></div>`)}
              </td>
            </tr>`,
        )}
      </tbody>
    </table>
  </div>`;
