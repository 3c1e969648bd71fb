import { html } from 'hono/html';
import * as z from 'zod';
import { IdSchema } from '../../domain/ids.ts';
import { ConnectionViewSchema, type ConnectionView } from '../../ingress/views/connection-view.ts';
import { register, testAndGoOn } from '../connection/connection-acts.ts';
import { showSteps } from '../connection/steps.ts';
import { definePage, type Html, type Page } from '../define-page.ts';
import { toName } from '../who-fixes.ts';

const params = z.object({ connectionId: IdSchema('connection') });
const reads = ['GET /v1/connections/:connectionId'] as const;

const testPage = definePage({
  path: '/connections/:connectionId/test',
  role: 'operator',
  params,
  reads,
  acts: [testAndGoOn],
  async view({ api, form, params: given, path }) {
    const connection = await api.read('GET /v1/connections/:connectionId', ConnectionViewSchema, { params: given });
    const own = path.replace(/\/test$/, '');
    const body = html`<div class="head"><h1>Test ${connection.name}</h1></div>
      ${showSteps('Test')}
      <section class="card">
        <p>One call goes to ${toName(connection.connector)} with the key that was pasted. It changes nothing there.</p>
        <div class="acts">
          ${form(testAndGoOn, { tone: 'primary' })} <a class="button" href="${own}/settings">Change the settings</a>
          <a class="button" href="${own}/webhooks">Skip</a>
        </div>
      </section>`;
    return { title: `Test ${connection.name}`, body };
  },
});

const webhooks = definePage({
  path: '/connections/:connectionId/webhooks',
  role: 'operator',
  params,
  reads,
  acts: [register],
  async view({ api, form, params: given, path, refusal }) {
    const connection = await api.read('GET /v1/connections/:connectionId', ConnectionViewSchema, { params: given });
    const own = path.replace(/\/webhooks$/, '');
    const isTaken = refusal?.problem.code === 'connection.hook_taken';
    const button = isTaken
      ? form(register, { tone: 'danger', hidden: { replace: 'true' }, label: 'Replace what is registered' })
      : form(register, { tone: 'primary' });
    const body = html`<div class="head"><h1>Webhooks of ${connection.name}</h1></div>
      ${showSteps('Webhooks')}
      <section class="card">
        ${showHow(connection, button)}
        <p><a class="button" href="${own}">Done</a></p>
      </section>`;
    return { title: `Webhooks of ${connection.name}`, body };
  },
});

/** An OMS that is called has a call for it; others have a page of their own where the address is put in. */
function showHow({ kind, connector, webhookUrl }: ConnectionView, button: Html): Html {
  if (webhookUrl === null) return html`<p>${toName(connector)} sends no webhooks: there is nothing to do here.</p>`;
  const address = html`<details>
    <summary>Show the address, and keep it to yourself</summary>
    <pre tabindex="0">${webhookUrl}</pre>
  </details>`;
  return kind === 'oms' && connector !== 'generic'
    ? html`<p>${toName(connector)} tells us of orders by a webhook, which is made there with the key.</p>
        ${button} ${address}`
    : html`<p>Put this address into the settings of ${toName(connector)}; it has no call for it.</p>
        ${address}`;
}

export const connectionSetupPages: readonly Page[] = [testPage, webhooks];
