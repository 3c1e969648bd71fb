import { html } from 'hono/html';
import * as z from 'zod';
import { IdSchema } from '../../domain/ids.ts';
import type { HealthView } from '../../ingress/views/health-view.ts';
import { ConnectionViewSchema, type ConnectionView } from '../../ingress/views/connection-view.ts';
import { PageSchema } from '../../ingress/views/page.ts';
import { RunViewSchema, type RunView } from '../../ingress/views/run-view.ts';
import { countWaiting, showFullest } from '../connection/budgets.ts';
import { readHealth } from '../connection/health.ts';
import { definePage, type Act, type Html, type MerchantPageCall, type Page, type Stream } from '../define-page.ts';
import { readRejects, showRejects } from '../run/rejects.ts';
import { showProgress } from '../run/progress.ts';
import { showRetire } from '../run/retire.ts';
import { kindWords, modeWords, sourceWords } from '../run/run-words.ts';
import { showUpload, uploadActs } from '../run/upload.ts';
import { toCount } from '../show-amount.ts';
import { showTime } from '../show-time.ts';
import { showFailure } from '../who-fixes.ts';

const params = z.object({ runId: IdSchema('run') });
const QuerySchema = z.object({ after: z.string().regex(/^\d{1,9}$/).optional().catch(undefined) }); // prettier-ignore
type Call = MerchantPageCall<z.infer<typeof params>, z.infer<typeof QuerySchema>>;

const ofRun = (_form: unknown, { runId = '' }: Readonly<Record<string, string>>) => ({ params: { runId } });
const cancel: Act = {
  name: 'cancel',
  role: 'operator',
  uses: 'POST /v1/runs/:runId/cancel',
  label: 'Cancel the run',
  request: ofRun,
  done: 'Cancellation was asked for. What is under way comes to its end; rows that the partner has stay there.',
};
const resume: Act = {
  name: 'resume',
  role: 'operator',
  uses: 'POST /v1/runs/:runId/resume',
  label: 'Resume',
  request: ofRun,
  done: 'It goes on where it was, when its turn comes.',
};
const confirm: Act = {
  name: 'confirm-retire',
  role: 'operator',
  uses: 'POST /v1/runs/:runId/confirm-retire',
  label: 'Retire them',
  request: ofRun,
  done: 'Confirmed. The partner’s stock is looked at once more, and no more rows are retired than were shown.',
};

const ofParams = ({ runId = '' }: Readonly<Record<string, string>>) => ({ params: { runId } });
const streams: readonly Stream[] = [
  {
    name: 'events',
    uses: 'GET /v1/runs/:runId/events',
    request: ofParams,
    showEvent: (data) => showProgress(RunViewSchema.parse(data)),
  },
  { name: 'rejects.csv', uses: 'GET /v1/runs/:runId/rejects.csv', request: ofParams },
  { name: 'rejects.ndjson', uses: 'GET /v1/runs/:runId/rejects.ndjson', request: ofParams },
];

const isMoving = ({ status }: RunView): boolean => status === 'spooling' || status === 'running';

const page = definePage({
  path: '/runs/:runId',
  role: 'viewer',
  params,
  query: QuerySchema,
  reads: [
    'GET /v1/runs/:runId',
    'GET /v1/runs/:runId/items',
    'GET /v1/connections',
    'GET /v1/connections/:connectionId/health',
    ...streams.map(({ uses }) => uses),
  ],
  acts: [cancel, resume, confirm, ...uploadActs],
  streams,
  async view(call) {
    const { api, form, path, query } = call;
    const { runId } = call.params;
    const [run, connections] = await Promise.all([
      api.read('GET /v1/runs/:runId', RunViewSchema, { params: { runId } }),
      api.read('GET /v1/connections', PageSchema(ConnectionViewSchema)),
    ]);
    const rejects = run.counts.rejected === 0 ? noRejects : await readRejects(api, runId, query.after);
    const connection = connections.data.find(({ id }) => id === run.connectionId);
    const isFed = isMoving(run);
    const health = isFed && connection !== undefined ? await readHealth(api, connection.id) : null;
    const upload = showUpload(form, run.kind, { hidden: { connectionId: run.connectionId } });
    const body = html`${showHead(call, run)}
      ${run.failure === null ? '' : showFailure({ code: run.failure.code, detail: run.failure.detail, source: toSource(run.status, run.failure.code, connection?.connector) })}
      <section class="card">
        <h2 class="unseen">Progress</h2>
        <div
          id="feed"
          aria-live="off"
          ${isFed ? html`hx-sse:connect="${path}/events" hx-sse:close="end" hx-swap="innerMorph"` : ''}
        >
          ${showProgress(run)}
        </div>
      </section>
      <div class="columns">
        ${showFacts(run, connection, health, call)} ${showRetire(run, path, form(confirm, { tone: 'danger' }))}
      </div>
      ${showRejects(rejects, run.counts.rejected, path, upload)}`;
    // One that stands still is not asked for again: a file that was chosen stays chosen.
    return { title: `Run: ${kindWords[run.kind]}`, body, ...(isFed ? { isFed, refreshSeconds: 30 } : {}) };
  },
});

const noRejects = { data: [], nextCursor: null };

/** Whose turn it is: a code begins with the system that it is about. */
function toSource(status: RunView['status'], code: string, connector: string | undefined): string {
  if (status === 'interrupted') return 'you';
  return connector !== undefined && code.split('.')[0] === connector.split('-')[0] ? connector : 'packline';
}

const showHead = ({ form }: Call, run: RunView): Html =>
  html`<div class="head">
    <div>
      <p class="quiet">Run</p>
      <h1>${kindWords[run.kind]}</h1>
      <p class="quiet">${sourceWords[run.source]}, ${modeWords[run.mode]} <span class="id">${run.id}</span></p>
    </div>
    <div class="acts">
      ${run.status === 'failed' && run.endedAt === null ? form(resume, { tone: 'primary' }) : ''}
      ${run.endedAt === null && !run.cancelAsked && run.status !== 'spooling' ? showCancel(form) : ''}
    </div>
  </div>`;

const showCancel = (form: Call['form']): Html =>
  html`<details>
    <summary class="button">Cancel…</summary>
    <div class="card">
      <p>Nothing more is sent; rows that the partner has stay there.</p>
      ${form(cancel, { tone: 'danger' })}
    </div>
  </details>`;

const showFacts = (
  run: RunView,
  connection: ConnectionView | undefined,
  health: HealthView | null,
  { merchant, nowMs }: Call,
): Html =>
  html`<section class="card">
    <h2>Run</h2>
    <dl class="facts">
      <dt>To</dt>
      <dd>
        ${
          connection === undefined
            ? html`<span class="quiet">disconnected</span>`
            : html`<a href="/ops/m/${merchant.id}/connections/${connection.id}">${connection.name}</a>
                <span class="quiet">has its budget</span>`
        }
      </dd>
      ${
        health === null
          ? ''
          : html`<dt>Budget used</dt>
              <dd>${showFullest(health)} ${toCount(countWaiting(health))} waiting</dd>`
      }
      <dt>Begun</dt>
      <dd>${showTime(run.createdAt, nowMs)}</dd>
      <dt>All rows here</dt>
      <dd>${showTime(run.startedAt, nowMs)}</dd>
      <dt>Ended</dt>
      <dd>${run.endedAt === null ? html`<span class="quiet">not yet</span>` : showTime(run.endedAt, nowMs)}</dd>
    </dl>
  </section>`;

export const runPages: readonly Page[] = [page];
