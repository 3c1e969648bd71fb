import { html } from 'hono/html';
import type { RunView } from '../../ingress/views/run-view.ts';
import type { Html } from '../define-page.ts';
import { toCount, toWords } from '../show-amount.ts';

/** What becomes of that which a full snapshot does not have. `confirm` is the form that lets it go on. */
export function showRetire({ retire, dryRun, storeLocationId }: RunView, path: string, confirm: Html): Html {
  if (retire === null) return html``;
  const isHeld = retire.phase === 'held';
  const other = retire.runId === null ? '' : path.replace(/[^/]+$/, retire.runId);
  return html`<section class="card">
    <h2>Not in the upload</h2>
    ${
      isHeld
        ? html`<p>
              <strong>${toCount(retire.wouldRetire)} of ${toCount(retire.listed)} rows of stock</strong> that the
              partner has are not in this upload. Look whether it is whole before you let them go.
            </p>
            ${confirm}`
        : ''
    }
    ${dryRun && retire.held ? html`<p class="quiet">Without the dry run, somebody would have to confirm this.</p>` : ''}
    <dl class="facts">
      <dt>Phase</dt>
      <dd>${toWords(retire.phase)}</dd>
      <dt>Store</dt>
      <dd>${storeLocationId ?? 'all'}</dd>
      <dt>At the partner</dt>
      <dd>
        ${toCount(retire.listed)} under keys of ours
        <span class="quiet">and ${toCount(retire.foreign)} others, which are left alone</span>
      </dd>
      <dt>To retire</dt>
      <dd>${toCount(retire.wouldRetire)}</dd>
      <dt>Retired</dt>
      <dd>${toCount(retire.retired)}</dd>
      <dt>Not retired</dt>
      <dd>${toCount(retire.rejected)} refused by the partner, ${toCount(retire.superseded)} sent anew meanwhile</dd>
      ${
        retire.runId === null
          ? ''
          : html`<dt>Done by</dt>
              <dd><a class="id" href="${other}">${retire.runId}</a></dd>`
      }
    </dl>
  </section>`;
}
