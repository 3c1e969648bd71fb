import { html } from 'hono/html';
import * as z from 'zod';
import { IdSchema } from '../../domain/ids.ts';
import { PageSchema } from '../../ingress/views/page.ts';
import { definePage, type Act, type Html, type Page } from '../define-page.ts';
import { linkTo } from '../page-link.ts';
import { filterText } from '../show-fields.ts';
import { showFacts, showTable } from '../show-table.ts';
import { showTime } from '../show-time.ts';
import { sendRest, showResume } from '../webhooks/replay-acts.ts';
import { ReplaySchema, showReplayStatus, type Replay } from '../webhooks/replay-shapes.ts';
import { showFailure } from '../who-fixes.ts';

const list = definePage({
  path: '/webhooks/replays',
  role: 'viewer',
  query: z.object({ cursor: filterText(60) }),
  reads: ['GET /v1/replays'],
  async view({ api, nowMs, path, query }) {
    const { data, nextCursor } = await api.read('GET /v1/replays', PageSchema(ReplaySchema), { query });
    const body = html`<div class="head">
        <div>
          <p class="quiet"><a href="${path.replace(/\/replays$/, '')}">Webhooks</a></p>
          <h1>Replays</h1>
        </div>
      </div>
      ${showTable({
        caption: 'Replays, newest first',
        hidesCaption: true,
        heads: ['Begun', 'State', 'Endpoint', '#Expected', '#Delivered', '#Failed', '#Under way'],
        rows: data.map((one) => showRow(one, path, nowMs)),
        empty: html`<h2>Nothing was sent again yet</h2>
          <p>
            What an endpoint has missed is sent again from its own page: <strong>Recover…</strong>, or
            <strong>Send again…</strong> for some of it.
          </p>`,
      })}
      ${nextCursor === null ? '' : html`<a class="button" href="${linkTo(path, { cursor: nextCursor })}">Older replays</a>`}`;
    return { title: 'Replays', body, ...(query.cursor === undefined ? { refreshSeconds: 5 } : {}) };
  },
});

const showRow = (replay: Replay, path: string, nowMs: number): Html =>
  html`<tr>
    <th scope="row"><a href="${path}/${replay.id}">${showTime(replay.createdAt, nowMs)}</a></th>
    <td>${showReplayStatus(replay)}</td>
    <td>
      <a class="id" href="${path.replace(/replays$/, 'endpoints')}/${replay.endpointId}">${replay.endpointId}</a>
    </td>
    <td class="number">${replay.expected ?? html`<span class="quiet">many</span>`}</td>
    <td class="number">${replay.delivered}</td>
    <td class="number">${replay.failed}</td>
    <td class="number">${replay.underWay}</td>
  </tr>`;

const cancel: Act = {
  name: 'cancel',
  role: 'operator',
  uses: 'POST /v1/replays/:replayId/cancel',
  label: 'Cancel',
  request: (_form, { replayId = '' }) => ({ params: { replayId } }),
  done: 'Canceled. Nothing more of it is sent.',
};

const isUnderWay = ({ status }: Replay): boolean => status === 'running' || status === 'delivering';

const one = definePage({
  path: '/webhooks/replays/:replayId',
  role: 'viewer',
  params: z.object({ replayId: IdSchema('replay') }),
  reads: ['GET /v1/replays/:replayId'],
  acts: [cancel, sendRest],
  async view({ api, form, nowMs, params, path }) {
    const replay = await api.read('GET /v1/replays/:replayId', ReplaySchema, { params });
    const { endpointId, failure, expected, made, delivered, failed, dropped, underWay, remaining } = replay;
    const webhooks = path.replace(/\/replays\/[^/]+$/, '');
    const body = html`<div class="head">
        <div>
          <p class="quiet"><a href="${webhooks}">Webhooks</a> · <a href="${webhooks}/replays">Replays</a></p>
          <h1>Replay</h1>
          <p>${showReplayStatus(replay)} <span class="quiet">begun ${showTime(replay.createdAt, nowMs)}</span></p>
        </div>
        <div class="acts">
          ${isUnderWay(replay) ? form(cancel, { tone: 'danger' }) : (showResume(replay, form) ?? '')}
        </div>
      </div>
      ${failure === null ? '' : showFailure({ code: failure.code, detail: failure.detail, source: 'packline' })}
      <div class="columns">
        <section class="card">
          <h2>How far it is</h2>
          ${showFacts([
            ['Expected', expected ?? 'too many to count'],
            ['Begun', made],
            ['Delivered', delivered],
            ['Failed', failed],
            ['Dropped', dropped],
            ['Under way', underWay],
            ['Remaining', remaining],
          ])}
        </section>
        <section class="card">
          <h2>What is sent again</h2>
          ${showFacts([
            ['Endpoint', html`<a class="id" href="${webhooks}/endpoints/${endpointId}">${endpointId}</a>`],
            ['Events', replay.types.length === 0 ? 'all' : replay.types.join(', ')],
            [
              'Order',
              replay.orderId === null
                ? null
                : html`<a class="id" href="${webhooks.replace(/webhooks$/, 'orders')}/${replay.orderId}"
                    >${replay.orderId}</a
                  >`,
            ],
            ['Those that', replay.outcomes.join(', ')],
            ['Since', showTime(replay.since, nowMs)],
            ['Until', showTime(replay.until, nowMs)],
            ['At most', `${replay.ratePerSecond} a second`],
          ])}
        </section>
      </div>`;
    return { title: 'Replay', body, refreshSeconds: isUnderWay(replay) ? 2 : 60 };
  },
});

export const replayPages: readonly Page[] = [list, one];
