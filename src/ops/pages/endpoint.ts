import { html } from 'hono/html';
import * as z from 'zod';
import { EventTypeSchema } from '../../domain/events.ts';
import { IdSchema } from '../../domain/ids.ts';
import { PageSchema } from '../../ingress/views/page.ts';
import { definePage, type Act, type Html, type MerchantPageCall, type Page } from '../define-page.ts';
import { showFolded, showInput } from '../show-fields.ts';
import { showSecret } from '../show-secret.ts';
import { showFacts } from '../show-table.ts';
import { showTime } from '../show-time.ts';
import { planReplay, replaySome, showReplayForm } from '../webhooks/replay-acts.ts';
import { planRecovery, recover, showRecovery } from '../webhooks/recover-acts.ts';
import { endpointChangeOf, showEndpointFields } from '../webhooks/endpoint-form.ts';
import { DeliverySchema, showDeliveries } from '../webhooks/delivery-list.ts';
import {
  EndpointSchema,
  healthRead,
  readEndpointHealth,
  readLastTaken,
  showState,
  showWarning,
  type Endpoint,
} from '../webhooks/endpoint-state.ts';

const params = z.object({ endpointId: IdSchema('endpoint') });
/** What is to be sent again, as the list of deliveries was filtered. */
const QuerySchema = z.object({ again: EventTypeSchema.or(z.literal('any')).optional().catch(undefined), orderId: IdSchema('order').optional().catch(undefined) }); // prettier-ignore
type Call = MerchantPageCall<z.infer<typeof params>, z.infer<typeof QuerySchema>>;

const shared = {
  role: 'operator',
  request: (_form: unknown, { endpointId = '' }: Readonly<Record<string, string>>) => ({ params: { endpointId } }),
} as const;

const change: Act = {
  ...shared,
  name: 'change',
  uses: 'PATCH /v1/endpoints/:endpointId',
  label: 'Save',
  request: (form, { endpointId = '' }) => ({ params: { endpointId }, body: endpointChangeOf(form) }),
  done: 'Saved. What is on its way already is sent as it is now, and not chosen anew.',
};
const test: Act = {
  ...shared,
  name: 'test',
  uses: 'POST /v1/endpoints/:endpointId/test',
  label: 'Send a test event',
  done: 'A test event is on its way.',
  next: (answer) => `/webhooks/deliveries/${DeliverySchema.parse(answer).id}`,
};
const enable: Act = {
  ...shared,
  name: 'enable',
  uses: 'POST /v1/endpoints/:endpointId/enable',
  label: 'Enable',
  done: 'Events are sent to it again. What it has missed is not sent by itself.',
};
const disable: Act = {
  ...shared,
  name: 'disable',
  uses: 'POST /v1/endpoints/:endpointId/disable',
  label: 'Disable',
  request: ({ note = '' }, { endpointId = '' }) => ({
    params: { endpointId },
    body: note.trim() === '' ? {} : { note: note.trim() },
  }),
  done: 'Nothing is sent to it until it is enabled.',
};
const RotatedSchema = z.looseObject({ secret: z.string(), previousWorksUntil: z.string().nullable() });
const rotate: Act = {
  ...shared,
  name: 'rotate-secret',
  uses: 'POST /v1/endpoints/:endpointId/rotate-secret',
  label: 'Make a new secret',
  request: ({ overlapHours = '' }, { endpointId = '' }) => ({
    params: { endpointId },
    body: /^\d+$/.test(overlapHours) ? { overlapHours: Number(overlapHours) } : {},
  }),
  done: 'A new secret signs.',
  shows(answer, { nowMs }) {
    const { secret, previousWorksUntil } = RotatedSchema.parse(answer);
    return showSecret({
      title: 'This is the new signing secret, shown this once',
      secret,
      hint:
        previousWorksUntil === null
          ? 'The old one signs no more.'
          : html`The old one signs beside it and ends ${showTime(previousWorksUntil, nowMs)}.`,
    });
  },
};
const remove: Act = {
  ...shared,
  name: 'remove',
  uses: 'DELETE /v1/endpoints/:endpointId',
  label: 'Delete for good',
  done: 'Deleted. What was on its way to it is dropped.',
  next: () => '/webhooks',
};

const newestShown = '10';

const page = definePage({
  path: '/webhooks/endpoints/:endpointId',
  role: 'viewer',
  params,
  query: QuerySchema,
  reads: ['GET /v1/endpoints/:endpointId', healthRead, 'GET /v1/deliveries'],
  acts: [change, test, enable, disable, rotate, remove, planRecovery, recover, planReplay, replaySome],
  async view(call) {
    const { api, nowMs, path, params: given } = call;
    const { endpointId } = given;
    const endpoint = await api.read('GET /v1/endpoints/:endpointId', EndpointSchema, { params: given });
    const query = { endpointId, limit: newestShown };
    const [health, lastTaken, { data }] = await Promise.all([
      readEndpointHealth(api, endpointId),
      readLastTaken(api, endpointId),
      api.read('GET /v1/deliveries', PageSchema(DeliverySchema), { query }),
    ]);
    const webhooks = path.replace(/\/endpoints\/[^/]+$/, '');
    const body = html`<div class="head">
        <div>
          <p class="quiet"><a href="${webhooks}">Webhooks</a></p>
          <h1>${endpoint.url}</h1>
          <p>${showState(endpoint, health)} <span class="quiet">${endpoint.description ?? ''}</span></p>
        </div>
        ${showActs(call, endpoint)}
      </div>
      ${showWarning(endpoint, health, nowMs)}
      <div class="columns">
        <section class="card">
          <h2>How it is doing</h2>
          ${showFacts([
            ['Last success', showTime(lastTaken, nowMs)],
            ['Failures since', health === null ? null : health.failures],
            ['Last failure', health === null ? null : showTime(health.lastFailureAt, nowMs)],
            ['Why', health?.lastFailureCode ?? null],
            ['Way to disabling', health === null || !health.autoDisable ? null : `${health.progressPercent} %`],
          ])}
        </section>
        ${showSettings(endpoint, nowMs)}
      </div>
      ${showDeliveries(data, { caption: 'Newest deliveries', webhooks, nowMs })}
      <p><a class="button" href="${webhooks}/deliveries?endpointId=${endpointId}">All its deliveries</a></p>`;
    return { title: endpoint.url, body, refreshSeconds: 5 };
  },
});

/** Which events are sent again: what was refused, or came with the link. */
const showAgain = ({ form, query: { again, orderId = '' }, refusal }: Call): Html => {
  const isRefused = refusal !== undefined && [planReplay.name, replaySome.name].includes(refusal.act);
  const filled = isRefused ? refusal.form : { type: again === 'any' ? '' : (again ?? ''), orderId };
  return showFolded('Send again…', showReplayForm(form, filled), isRefused || again !== undefined);
};

const showActs = (call: Call, endpoint: Endpoint): Html => {
  const { form, nowMs, refusal } = call;
  return html`<div class="acts">
    ${endpoint.status === 'disabled' ? form(enable, { tone: 'primary' }) : html`${form(test)} ${showRecovery({ form, nowMs }, endpoint.missedFrom)} ${showAgain(call)}`}
    ${showFolded('Change…', form(change, { tone: 'primary', fields: showEndpointFields(endpoint, refusal?.form) }), refusal?.act === change.name)}
    ${showFolded(
      'New secret…',
      form(rotate, {
        tone: 'primary',
        fields: showInput({
          name: 'overlapHours',
          label: 'Both sign for so many hours',
          type: 'number',
          value: '24',
          hint: '0 to 168. With 0 the new one signs alone at once.',
        }),
      }),
    )}
    ${endpoint.status === 'disabled' ? '' : showFolded('Disable…', form(disable, { tone: 'danger', fields: showInput({ name: 'note', label: 'Why; name no person' }) }))}
    ${showFolded(
      'Delete…',
      html`<p>What is on its way to it is dropped. This cannot be taken back.</p>
        ${form(remove, { tone: 'danger' })}`,
    )}
  </div>`;
};

const showSettings = (endpoint: Endpoint, nowMs: number): Html =>
  html`<section class="card">
    <h2>What is sent</h2>
    ${showFacts([
      ['Events', endpoint.eventTypes.length === 0 ? 'all' : endpoint.eventTypes.join(', ')],
      [
        'Filter',
        endpoint.filter === null ? null : html`<pre tabindex="0">${JSON.stringify(endpoint.filter, null, 2)}</pre>`,
      ],
      ['Payload', endpoint.payload],
      ['Signed by', endpoint.signatures.join(', ')],
      ['Public key', endpoint.publicKey === null ? null : html`<code>${endpoint.publicKey}</code>`],
      ...endpoint.previousKeys.map(({ worksUntil }) => ['Old secret ends', showTime(worksUntil, nowMs)] as const),
      ['Own headers', endpoint.headerNames.length === 0 ? null : endpoint.headerNames.join(', ')],
      ['Order by order', endpoint.ordered ? 'yes' : 'no'],
      ['At most', endpoint.rateLimitPerSecond === null ? null : `${endpoint.rateLimitPerSecond} a second`],
      ['At the same time', endpoint.concurrency],
      ['Made', showTime(endpoint.createdAt, nowMs)],
    ])}
    <p class="quiet">Filter and own headers are set by <code>PATCH /v1/endpoints/${endpoint.id}</code>.</p>
  </section>`;

export const endpointPages: readonly Page[] = [page];
