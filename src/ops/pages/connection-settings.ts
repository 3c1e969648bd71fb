import { html } from 'hono/html';
import * as z from 'zod';
import { IdSchema } from '../../domain/ids.ts';
import { ConnectionViewSchema } from '../../ingress/views/connection-view.ts';
import { readConnectors } from '../connection/connector-list.ts';
import { readSettings, showSettingsFields } from '../connection/settings-form.ts';
import { definePage, type Act, type Page } from '../define-page.ts';
import { showProblem } from '../who-fixes.ts';

const save: Act = {
  name: 'save',
  role: 'operator',
  uses: 'PATCH /v1/connections/:connectionId',
  label: 'Save',
  request: (form, { connectionId = '' }) => ({
    params: { connectionId },
    body: { name: (form['name'] ?? '').trim(), settings: readSettings(form, { patch: true }) },
  }),
  done: 'Saved. Test it, to see whether the key still works.',
  next: (_answer, { connectionId = '' }) => `/connections/${connectionId}`,
};

const settings = definePage({
  path: '/connections/:connectionId/settings',
  role: 'operator',
  params: z.object({ connectionId: IdSchema('connection') }),
  reads: ['GET /v1/connections/:connectionId', 'GET /v1/connectors'],
  acts: [save],
  async view({ api, form, params, refusal, path }) {
    const [connection, connectors] = await Promise.all([
      api.read('GET /v1/connections/:connectionId', ConnectionViewSchema, { params }),
      readConnectors(api),
    ]);
    const connector = connectors.find(({ id }) => id === connection.connector);
    const { name, settings: current, secretsConfigured } = connection;
    const detail = `This Packline does not know the connector ${connection.connector}.`;
    const shown =
      connector === undefined
        ? showProblem({ title: 'Nobody knows these settings', detail, source: 'packline' })
        : html`<section class="card form">
            ${form(save, {
              tone: 'primary',
              fields: html`<div class="field">
                  <label for="name">Name</label>
                  <input
                    id="name"
                    name="name"
                    value="${refusal?.form['name'] ?? name}"
                    maxlength="120"
                    required
                    autocomplete="off"
                  />
                </div>
                ${showSettingsFields({
                  schema: connector.settings,
                  settings: current,
                  secretsConfigured,
                  filled: refusal?.form,
                  errors: refusal?.problem.errors,
                })}`,
            })}
          </section>`;
    const body = html`<div class="head"><h1>Settings of ${name}</h1></div>
      ${shown} <a href="${path.replace(/\/settings$/, '')}">Back without saving</a>`;
    return { title: `Settings of ${name}`, body };
  },
});

export const connectionSettingsPages: readonly Page[] = [settings];
