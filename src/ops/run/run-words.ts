import { html } from 'hono/html';
import type { RunKind } from '../../domain/bulk-run.ts';
import { countDecided, type RunMode, type RunSource, type RunStatus } from '../../domain/run.ts';
import type { RunView } from '../../ingress/views/run-view.ts';
import type { Html } from '../define-page.ts';
import { toCount } from '../show-amount.ts';

export const kindWords: Readonly<Record<RunKind, string>> = { products: 'Products', inventory: 'Stock and prices' };
export const sourceWords: Readonly<Record<RunSource, string>> = { upload: 'Upload', pull: 'Pull' };
export const modeWords: Readonly<Record<RunMode, string>> = { upsert: 'adds and changes', full: 'full snapshot' };
export const statusWords: Readonly<Record<RunStatus, string>> = {
  spooling: 'Coming in',
  running: 'Running',
  completed: 'Completed',
  completedWithRejects: 'Completed with rejects',
  canceled: 'Canceled',
  interrupted: 'Interrupted',
  failed: 'Failed',
};

const tones: Readonly<Record<RunStatus, string>> = {
  spooling: '',
  running: '',
  completed: 'good',
  completedWithRejects: 'warn',
  canceled: 'warn',
  interrupted: 'bad',
  failed: 'bad',
};

/** The status in words, and what beside it somebody should know. */
export const showRunStatus = ({ status, cancelAsked, retire, dryRun }: RunView): Html =>
  html`<span class="badge ${tones[status]}">${statusWords[status]}</span>
    ${cancelAsked && status !== 'canceled' ? html`<span class="badge warn">Cancel asked for</span>` : ''}
    ${retire?.phase === 'held' ? html`<span class="badge warn">Waits for you</span>` : ''}
    ${dryRun ? html`<span class="badge">Dry run</span>` : ''}`;

/** A bar of the rows that have their verdict; while they come in nobody knows of how many. */
export const showBar = ({ counts, status }: Pick<RunView, 'counts' | 'status'>): Html =>
  status === 'spooling' || counts.received === 0
    ? html``
    : html`<progress max="${counts.received}" value="${countDecided(counts)}" aria-label="Rows with a verdict">
        ${toCount(countDecided(counts))} of ${toCount(counts.received)}
      </progress>`;
