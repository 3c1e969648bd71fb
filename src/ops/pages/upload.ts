import { html } from 'hono/html';
import * as z from 'zod';
import { runKinds } from '../../domain/bulk-run.ts';
import { runModes } from '../../domain/run.ts';
import { ConnectionViewSchema } from '../../ingress/views/connection-view.ts';
import { PageSchema } from '../../ingress/views/page.ts';
import { definePage, type Page } from '../define-page.ts';
import { kindWords } from '../run/run-words.ts';
import { showUpload, uploadActs } from '../run/upload.ts';

const modeLabels = { upsert: 'Adds and changes', full: 'All there is: what is missing is retired' } as const;

/** A page of its own, which does not refresh itself: a file that was chosen stays chosen. */
const upload = definePage({
  path: '/runs/upload/:kind',
  role: 'operator',
  params: z.object({ kind: z.enum(runKinds) }),
  reads: ['GET /v1/connections'],
  acts: uploadActs,
  async view({ api, form, params: { kind } }) {
    const { data } = await api.read('GET /v1/connections', PageSchema(ConnectionViewSchema));
    const fields = html`<div class="field">
        <label for="connectionId">To</label>
        <select id="connectionId" name="connectionId">
          <option value="">The only connection that takes them</option>
          ${data.map(({ id, name }) => html`<option value="${id}">${name}</option>`)}
        </select>
      </div>
      <div class="field">
        <label for="mode">What it is</label>
        <select id="mode" name="mode">
          ${runModes.map((mode) => html`<option value="${mode}">${modeLabels[mode]}</option>`)}
        </select>
      </div>`;
    const title = `Upload ${kindWords[kind].toLowerCase()}`;
    const body = html`<div class="head"><h1>${title}</h1></div>
      <section class="card form">${showUpload(form, kind, { fields })}</section>`;
    return { title, body };
  },
});

export const uploadPages: readonly Page[] = [upload];
