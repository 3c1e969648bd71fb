import { html } from 'hono/html';
import { countDecided } from '../../domain/run.ts';
import type { RunView } from '../../ingress/views/run-view.ts';
import type { Html } from '../define-page.ts';
import { toCount } from '../show-amount.ts';
import { toAge } from '../show-time.ts';
import { showBar, showRunStatus } from './run-words.ts';

/** How far a run is: what is sent anew each second while somebody looks on. */
export const showProgress = (run: RunView): Html =>
  html`<p>${showRunStatus(run)} <span class="quiet">${toStand(run)}</span></p>
    ${showBar(run)}
    <dl class="figures">
      ${figure('Received', toCount(run.counts.received))} ${figure('Accepted', toCount(run.counts.accepted))}
      ${figure('Unchanged', toCount(run.counts.unchanged))}
      ${figure('Rejected', toCount(run.counts.rejected), run.counts.rejected > 0 ? 'bad' : '')}
      ${figure('Superseded', toCount(run.counts.superseded))} ${figure('Rows a second', showRate(run) || '–')}
      ${figure('Time left', run.etaSeconds === null ? '–' : toAge(run.etaSeconds * 1000))}
      ${figure('Requests used', toCount(run.requestsUsed))}
    </dl>`;

const figure = (words: string, value: string, tone = ''): Html =>
  html`<div>
    <dt>${words}</dt>
    <dd class="${tone}">${value}</dd>
  </div>`;

/** Lately, and of a run that is over on the whole; empty where there is none. */
export function showRate({ ratePerSecond, startedAt, endedAt, counts }: RunView): string {
  if (ratePerSecond !== null) return toRate(ratePerSecond);
  if (startedAt === null || endedAt === null) return '';
  const seconds = (Date.parse(endedAt) - Date.parse(startedAt)) / 1_000;
  return seconds > 0 ? toRate(countDecided(counts) / seconds) : '';
}

export const toRate = (perSecond: number): string =>
  perSecond >= 10 ? toCount(Math.round(perSecond)) : perSecond.toFixed(1);

/** Where it stands, in a sentence. */
function toStand({ status, counts, failure, retire, endedAt }: RunView): string {
  const rows = `${toCount(countDecided(counts))} of ${toCount(counts.received)} rows have their verdict.`;
  switch (status) {
    case 'spooling':
      return `${toCount(counts.received)} rows have come in so far; none is sent before the last one is here.`;
    case 'interrupted':
      return `Not all rows came in, and none was sent: ${failure?.detail ?? 'upload it again'}.`;
    case 'failed':
      return endedAt === null ? `${rows} It goes on from there when it is resumed.` : rows;
    case 'running':
      return retire === null || countDecided(counts) < counts.received ? rows : retireWords[retire.phase];
    default:
      return rows;
  }
}

const retireWords: Readonly<Record<NonNullable<RunView['retire']>['phase'], string>> = {
  waiting: 'What the upload does not have comes next.',
  listing: 'The partner’s stock is read, to find what the upload does not have.',
  held: 'So much would be retired that somebody has to confirm it.',
  sending: 'What the upload does not have is being retired.',
  done: 'What the upload did not have was retired.',
};
